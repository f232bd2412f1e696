"""Margins: for each lookup what a match scores, what everything else does, and how many keys there are."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import final

from tmformer.precision.policy import Policy
from tmformer.precision.quantise import quantise
from tmformer.program import Code, Generator, Labels, Lookup, as_value
from tmformer.weights import Layout, Weights

FED = "fed back"
"""The name of the rows that a sequence grows by."""


@final
@dataclass(frozen=True)
class Margin:
    """The scores of one lookup, in units of score; None where there is nothing of the kind.

    Args:
        match: of the least row all of whose codes match.
        null: of the row that answers by default, to a row that asks.
        rival: of the best of all other rows.
        margin: the least difference from one of these three to the next, as the format of scores has them.
        keys: rows that a row sees at most.
        ties: rows that answer one row at most.
        largest: the absolute value of a score, and of its partial sums, at most.
    """

    match: int | None
    null: int | None
    rival: int | None
    margin: int | None
    keys: int
    ties: int
    largest: int


@final
@dataclass(frozen=True)
class Rows:
    """Rows that are alike before any block.

    Args:
        name: of the segment of an admissible prompt, or FED.
        first: the position of the first of them.
        count: how many.
        flags: the flags that are set.
        holds: the registers that hold a value.
    """

    name: str
    first: int
    count: int
    flags: frozenset[str]
    holds: frozenset[str]


def kinds_of_rows(labels: Labels) -> tuple[Rows, ...]:
    """The segments of an admissible prompt, and the rows that the sequence grows by, if any."""
    kinds: list[Rows] = []
    first = 0
    for segment in labels.admissible:
        fixed = {
            write.register for write in segment.fixed if as_value(labels.register(write.register).type, write.value)
        }
        held = fixed | {write.register for write in segment.fixed} | {*segment.any, *segment.free}
        kinds.append(_with_codes(labels, Rows(segment.name, first, segment.rows, frozenset(fixed), frozenset(held))))
        first += segment.rows
    if labels.feedback and first < labels.max_positions:
        flags = frozenset(each.target for each in labels.feedback if each.source in kinds[-1].flags)
        targets = frozenset(each.target for each in labels.feedback)
        kinds.append(_with_codes(labels, Rows(FED, first, labels.max_positions - first, flags, targets)))
    return tuple(kinds)


def _with_codes(labels: Labels, rows: Rows) -> Rows:
    generated = {each.register for each in labels.generators if each.where in rows.flags}
    return replace(rows, holds=rows.holds | generated)


def margins(weights: Weights, policy: Policy) -> Iterator[tuple[str, Lookup, Margin]]:
    """For each lookup where it stands, itself, and its margin, as its annotation and the admissible prompts say.

    With M the digits that are matched and u = 2**b, b the digits to prefer by, a match scores u M + 2p - u + 1 for the code p
    that it is preferred by, the row that answers by default u (M - 1), or u M to a row that is idle, and another row
    u (M - 2) + 2p - u + 1 at most. A row without codes scores 0.

    Source: own; `weights.lookup` has the same formula for the matrices, and the judge reads it off them.
    """
    kinds = kinds_of_rows(weights.labels)
    for index, block in enumerate(weights.blocks):
        for head in block.heads:
            where = f"block {index}, lookup {head.lookup.name!r}"
            yield where, head.lookup, _margin(weights.labels, weights.layout, kinds, head.lookup, policy)


def _margin(labels: Labels, layout: Layout, kinds: tuple[Rows, ...], lookup: Lookup, policy: Policy) -> Margin:
    digits = sum(len(layout.spans[match.key]) for match in lookup.matches)
    unit = 2 ** len(layout.spans[lookup.prefer]) if lookup.prefer is not None else 1
    found: list[Margin] = []
    for asker in kinds:
        asks = lookup.where in asker.flags
        seen = [rows for rows in kinds if _sees(labels, lookup, asker, rows)]
        answers = [rows for rows in seen if asks and _is_key(lookup, rows)]
        others = [rows for rows in seen if rows not in answers and lookup.null not in rows.flags]
        plus = [2 * code - unit + 1 for rows in answers for code in _preferred(labels, lookup, rows)]
        rivals = [unit * (digits - 2) + max(plus)] if answers else []
        scores = (
            max([*rivals, 0] if others else rivals, default=None),
            unit * (digits - asks),
            unit * digits + min(plus) if answers else None,
        )
        found.append(
            Margin(
                match=scores[2],
                null=scores[1] if asks else None,
                rival=scores[0],
                margin=_gap([score for score in scores if score is not None], policy),
                keys=sum(rows.count for rows in seen),
                ties=sum(rows.count for rows in answers) if lookup.ties == "constant" and answers else 1,
                largest=unit * digits + unit - 1 if answers else unit * (digits - asks),
            )
        )
    return _worst(found)


def _gap(scores: Sequence[int], policy: Policy) -> int | None:
    """The least difference of one score to the next, as their format has them: none where it is no finite number."""
    held = quantise(scores, policy.scores).tolist()
    if not all(map(math.isfinite, held)):
        return 0
    return min((int(more - less) for less, more in pairwise(held)), default=None)


def _sees(labels: Labels, lookup: Lookup, asker: Rows, rows: Rows) -> bool:
    is_encoded, asks_encoded = (labels.encoder in each.flags for each in (rows, asker))
    match lookup.mask:
        case "across":
            return is_encoded
        case "causal":
            return rows.first < asker.first + asker.count and is_encoded == asks_encoded
        case _:
            return True


def _is_key(lookup: Lookup, rows: Rows) -> bool:
    return all(match.key in rows.holds for match in lookup.matches)


def _preferred(labels: Labels, lookup: Lookup, rows: Rows) -> set[int]:
    """The codes that rows are preferred by."""
    if lookup.prefer is None:
        return {0}
    generators = [each for each in labels.generators if each.register == lookup.prefer and each.where in rows.flags]
    return (
        set().union(*(codes(each, rows) for each in generators))
        if generators
        else set(range(_codes_of(labels, lookup)))
    )


def _codes_of(labels: Labels, lookup: Lookup) -> int:
    type_ = labels.register(str(lookup.prefer)).type
    return 2**type_.digits if isinstance(type_, Code) else 0


def codes(generator: Generator, rows: Rows) -> set[int]:
    """The values that a position code has on these rows, as many as its modulus at most."""
    begin, end = (
        (position + generator.offset) // generator.divisor for position in (rows.first, rows.first + rows.count - 1)
    )
    return {code % generator.modulus for code in range(begin, min(end, begin + generator.modulus - 1) + 1)}


def _worst(found: Sequence[Margin]) -> Margin:
    return Margin(
        match=min((each.match for each in found if each.match is not None), default=None),
        null=max((each.null for each in found if each.null is not None), default=None),
        rival=max((each.rival for each in found if each.rival is not None), default=None),
        margin=min((each.margin for each in found if each.margin is not None), default=None),
        keys=max(each.keys for each in found),
        ties=max(each.ties for each in found),
        largest=max(each.largest for each in found),
    )
