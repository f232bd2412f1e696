"""Random lookups, streams that keep their rules, and what an attention head must score there, from the symbols alone."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from hypothesis import strategies as st

from tmformer.errors import ProgramError
from tmformer.program import Lookup, Match, Stream, Value, check_program, parse_program, stack
from tmformer.program.check import check_lookup
from tmformer.program.lookup import find_all
from tmformer.weights import AttentionHead, BlockWeights, Layout, Mlp, Weights, dense, sparse, trace
from tmformer.weights.lookup import lower_lookup

PROGRAM = parse_program("""
program "lookups" positions 12 loops 1 sharpness 8
register bos flag
register row flag
register still flag
register side flag
register mark one-hot "a" "b" "c"
register lamp flag
register count code 2
register into_mark one-hot "a" "b" "c" scratch
register into_lamp flag scratch
register into_count code 2 scratch
register asks code 3
register about code 3
register asks2 code 2
register about2 code 2
register rank code 2
register bit code 1
encoder side
block
stop reads mark where row signal mark 0
""")
check_program(PROGRAM)
LABELS = PROGRAM.labels
LAYOUT = Layout(LABELS.registers)
DIGITS = {"asks": 3, "about": 3, "asks2": 2, "about2": 2, "rank": 2, "bit": 1}
ONE, TWO = Match("asks", "about"), Match("asks2", "about2")
VALUES: dict[str, list[Value]] = {"mark": [None, "a", "b", "c"], "lamp": [False, True], "count": [None, 0, 1, 2, 3]}
DEFAULTS = {"mark": ["a", "c"], "lamp": ["0", "1"], "count": ["0", "2"]}
C = LABELS.sharpness


@st.composite
def lookups(draw: st.DrawFn) -> Lookup:
    """Every clause of a lookup, in every combination."""
    value = draw(st.sampled_from(sorted(VALUES)))
    lookup = Lookup(
        "l",
        draw(st.sampled_from([(ONE,), (TWO,), (ONE, TWO)])),
        value,
        f"into_{value}",
        where="row",
        null="bos",
        idle=draw(st.sampled_from([("bos",), ("bos", "still"), ("still", "bos")])),
        prefer=draw(st.sampled_from([None, "bit", "rank"])),
        default=draw(st.none() | st.sampled_from(DEFAULTS[value])),
        ties=draw(st.sampled_from(["unique", "constant"])),
        mask=draw(st.sampled_from(["none", "causal", "across"])),
    )
    if lookup.mask == "across":  # whose rows to be found are the encoder's, which do not ask
        lookup = msgspec.structs.replace(lookup, idle=("bos", "still"))
    check_lookup(LABELS, lookup, "a draw")
    return lookup


def codes(name: str) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, 2 ** DIGITS[name] - 1)


@st.composite
def streams(draw: st.DrawFn, lookup: Lookup, max_rows: int = 5) -> Stream:
    """Rows that ask or are idle, BOS first, the encoder's with a BOS of their own; equal keys hold equal values often."""
    rows: list[dict[str, Value]] = []
    sides = [True, False] if lookup.mask != "none" else [draw(st.booleans())]
    of_key = draw(st.lists(st.sampled_from(VALUES[lookup.value]), min_size=8, max_size=8))
    for side in sides:
        own = {} if lookup.default is not None else {lookup.value: draw(st.sampled_from(VALUES[lookup.value]))}
        rows.append({"bos": True, "side": side, **own})
        for _ in range(draw(st.integers(0, max_rows))):
            row: dict[str, Value] = {"side": side} | {name: draw(codes(name)) for name in ("about", "about2")}
            is_idle = "still" in lookup.idle and (draw(st.booleans()) or (side and lookup.mask == "across"))
            row |= (
                {"still": True}
                if is_idle
                else {"row": True, "asks": draw(codes("asks")), "asks2": draw(codes("asks2"))}
            )
            held = [row[match.key] for match in lookup.matches]
            for name in ("rank", "bit"):
                row[name] = draw(st.integers(0, 2 ** DIGITS[name] - 1) if None not in held else codes(name))
            rank = 0 if lookup.prefer is None else row[lookup.prefer]
            place = (sum(number or 0 for number in held) + (rank or 0)) % 8
            row[lookup.value] = (
                of_key[place] if lookup.ties == "constant" else draw(st.sampled_from(VALUES[lookup.value]))
            )
            rows.append(row)
    return stack(LABELS, rows)


@dataclass(frozen=True)
class Expected:
    """What a lookup must do, by its docstring.

    Args:
        scores: [rows that ask, rows].
        sees: likewise.
        answers: likewise, which rows answer.
    """

    scores: np.ndarray
    sees: np.ndarray
    answers: np.ndarray


def agreement(digits: int, one: Value, other: Value) -> int:
    """The product of two codes: agreeing digits less those that differ; 0 where one is not set."""
    if one is None or other is None:
        return 0
    return digits - 2 * (int(one) ^ int(other)).bit_count()


def expected(lookup: Lookup, stream: Stream) -> Expected:
    """From the docstring of `lower_lookup`: uM + 2p - u + 1 for a match, u(M - 1) for the null row, less for another."""
    rows = [stream.row(index) for index in range(stream.num_rows)]
    u = 1 if lookup.prefer is None else 2 ** DIGITS[lookup.prefer]
    m = sum(DIGITS[match.key] for match in lookup.matches)
    scores = np.zeros((len(rows), len(rows)), dtype=np.int64)
    is_match, sees = scores.astype(bool), scores.astype(bool)
    for i, asking in enumerate(rows):
        for j, row in enumerate(rows):
            sees[i, j] = {
                "none": True,
                "causal": j <= i and row["side"] == asking["side"],
                "across": row["side"] is True,
            }[lookup.mask]
            if not asking["row"]:
                scores[i, j] = u * m if row["bos"] else 0
                continue
            agreed = [agreement(DIGITS[each.key], asking[each.query], row[each.key]) for each in lookup.matches]
            rank = 0 if lookup.prefer is None or row[lookup.prefer] is None else 2 * row[lookup.prefer] - u + 1
            is_match[i, j] = sum(agreed) == m
            scores[i, j] = u * (m - 1) if row["bos"] else u * sum(agreed) + rank
            if not (row["bos"] or is_match[i, j]):
                assert scores[i, j] <= u * (m - 1) - 1
            assert not is_match[i, j] or u * (m - 1) + 1 <= scores[i, j] <= u * (m + 1) - 1
    answers = np.zeros_like(sees)
    is_null = np.array([row["bos"] is True for row in rows])
    for i in range(len(rows)):
        matching = is_match[i] & sees[i]
        best = matching & (scores[i] == scores[i][matching].max()) if matching.any() else is_null & sees[i]
        answers[i] = best
    return Expected(scores, sees, answers)


def scores_of(head: AttentionHead, stream: Stream) -> np.ndarray:
    """Every score, from the matrices, in float64, where all of them are exact integers."""
    x = LAYOUT.encode(stream)
    return (x @ dense(head.query).T) @ (x @ dense(head.key).T).T


def difference(lookup: Lookup, stream: Stream, head: AttentionHead | None = None) -> str | None:
    """The first thing that an attention head does otherwise than its lookup says; None if there is none."""
    head, wanted = head or lower_lookup(LAYOUT, lookup), expected(lookup, stream)
    scores = scores_of(head, stream)
    if (scores != wanted.scores).any():
        return f"score {np.argwhere(scores != wanted.scores)[0]}"
    for i, row in enumerate(scores):
        rivals = row[wanted.sees[i] & ~wanted.answers[i]]
        if rivals.size and row[wanted.answers[i]].min() - rivals.max() < 1:
            return f"margin of row {i}"
    return difference_of_values(lookup, stream, head)


def difference_of_values(lookup: Lookup, stream: Stream, head: AttentionHead) -> str | None:
    """Likewise, of what is found: by hard attention exactly, by base-2 softmax up to what rivals of a unit less weigh."""
    found = stack(LABELS, [{lookup.into: value} for value in find_all(LABELS, lookup, stream)])
    span = LAYOUT.spans[lookup.into]
    wanted = LAYOUT.encode(found)[:, span.start : span.stop]
    none = Mlp(sparse((0, LAYOUT.d_model), {}), sparse((0, 1), {}), sparse((LAYOUT.d_model, 0), {}))
    weights = Weights(LABELS, (BlockWeights((head,), none),))
    [hard] = trace(weights, stream)
    if (hard.attended.array()[:, span.start : span.stop] != wanted).any():
        return "values by hard attention"
    [soft] = trace(weights, stream, "base-2")
    off = np.abs(soft.attended.array()[:, span.start : span.stop] - wanted).max()
    return f"values by softmax, off by {off}" if off > 2 * Fraction(stream.num_rows, 2**C) else None


def keeps_its_promise(lookup: Lookup, stream: Stream) -> bool:
    """Whether as few rows answer as the lookup promises; whatever else is wrong with a draw is a fault of the test."""
    try:
        find_all(LABELS, lookup, stream)
    except ProgramError as error:
        if "promises" not in error.rule:
            raise
        return False
    return True


def planted(lookup: Lookup, fault: str) -> AttentionHead:
    """The attention head of a lookup with one fault."""
    head = lower_lookup(LAYOUT, lookup)
    null, idle = (LAYOUT.spans[name][0] for name in ("bos", "still"))
    last, m = head.key.shape[0] - 1, sum(DIGITS[match.key] for match in lookup.matches)
    u = 1 if lookup.prefer is None else 2 ** DIGITS[lookup.prefer]
    query, key, value = (dict(part.items()) for part in (head.query, head.key, head.value))
    match fault:
        case "no null key":
            del key[last, null]
        case "a unit too small":
            query = {
                place: weight * (u - 1) / u if place[0] in (*range(m), last) else weight
                for place, weight in query.items()
            }
        case "no default":
            value = {place: weight for place, weight in value.items() if place[1] != null}
        case "no weight for the idle":
            del query[last, idle]
        case _:
            raise ValueError(fault)
    changed: dict[str, Any] = {"query": query, "key": key, "value": value}
    return replace(head, **{part: sparse(getattr(head, part).shape, items) for part, items in changed.items()})
