"""A lookup is an attention head: scores, margins and default answer, for every row."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, RUMOUR
from tmformer.errors import ProgramError
from tmformer.program import Lookup, Match, Stream, Value, parse_program, stack
from tmformer.program.semantics import apply_lookups
from tmformer.weights import BlockWeights, Layout, Mlp, Weights, dense, sparse, trace
from tmformer.weights.lookup import lower_lookup

LABELS = parse_program("""
program "lookups" positions 7 loops 1 sharpness 1
register bos flag
register row flag
register mark one-hot "a" "b" "c"
register into one-hot "a" "b" "c" scratch
register asks code 3
register about code 3
register asks2 code 2
register about2 code 2
block
stop reads mark where row signal mark 0
""").labels
LAYOUT = Layout(LABELS.registers)
ONE = (Match("asks", "about"),)
TWO = (*ONE, Match("asks2", "about2"))


def lookup(matches: tuple[Match, ...], ties: str = "unique", mask: str = "none") -> Lookup:
    return Lookup("l", matches, "mark", "into", "row", "bos", ties, mask)


def codes(digits: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, 2**digits - 1)


rows = st.fixed_dictionaries(
    {
        "row": st.just(True),
        "mark": st.sampled_from([None, "a", "b", "c"]),
        "asks": codes(3),
        "about": codes(3),
        "asks2": codes(2),
        "about2": codes(2),
    }
)
bos = st.sampled_from([None, "a", "c"]).map(lambda mark: {"bos": True, "mark": mark})


def scores(matches: tuple[Match, ...], stream: Stream) -> np.ndarray:
    head = lower_lookup(LAYOUT, lookup(matches))
    x = LAYOUT.encode(stream)
    return (x @ dense(head.query).T) @ (x @ dense(head.key).T).T


@pytest.mark.parametrize("matches", [ONE, TWO])
@given(default=bos, drawn=st.lists(rows, min_size=1, max_size=6))
def test_scores_have_the_margins_of_the_formula(
    matches: tuple[Match, ...], default: dict[str, Value], drawn: list[dict[str, Value]]
):
    """M on a match, M - 1 on the null row, M - 2 or less elsewhere; the null row asking itself scores M, 0 elsewhere."""
    stream = stack(LABELS, [default, *drawn])
    m = 3 if matches == ONE else 5
    found = scores(matches, stream)
    assert found[0].tolist() == [m] + [0] * len(drawn)
    for asking, row in enumerate(drawn, start=1):
        assert found[asking, 0] == m - 1
        for answering, other in enumerate(drawn, start=1):
            equal = all(row[match.query] == other[match.key] is not None for match in matches)
            score = found[asking, answering]
            assert score == m if equal else score <= m - 2


@pytest.mark.parametrize("mask", ["none", "causal"])
@pytest.mark.parametrize("ties", ["unique", "constant"])
@pytest.mark.parametrize("matches", [ONE, TWO])
@given(default=bos, drawn=st.lists(rows, max_size=6))
def test_an_attention_head_finds_what_its_lookup_finds(
    matches: tuple[Match, ...], ties: str, mask: str, default: dict[str, Value], drawn: list[dict[str, Value]]
):
    stream = stack(LABELS, [default, *drawn])
    asked = lookup(matches, ties, mask)
    try:
        wanted = apply_lookups(LABELS, [asked], stream)
    except ProgramError:
        assume(False)
    none = Mlp(sparse((0, LAYOUT.d_model), {}), sparse((0, 1), {}), sparse((LAYOUT.d_model, 0), {}))
    weights = Weights(LABELS, (BlockWeights((lower_lookup(LAYOUT, asked),), none),))
    [block] = trace(weights, stream)
    assert LAYOUT.decode(block.attended.array()) == wanted


def test_the_sizes_are_those_of_the_codes():
    head = lower_lookup(LAYOUT, lookup(TWO))
    assert head.query.shape == head.key.shape == (6, LAYOUT.d_model)
    assert head.value.shape == (3, LAYOUT.d_model)
    assert head.output.shape == (LAYOUT.d_model, 3)
    assert (dense(head.output)[list(LAYOUT.spans["into"])] == np.eye(3)).all()
    assert head.lookup == lookup(TWO)


def test_a_match_of_one_digit_needs_no_weight_for_the_default():
    """M - 1 = 0: the null row scores 0, a match 1, another row -1."""
    labels = parse_program(RUMOUR.replace("code 3", "code 1")).labels
    layout = Layout(labels.registers)
    asked = Lookup("l", ONE, "says", "heard", "row", "bos", "constant")
    head = lower_lookup(layout, asked)
    x = layout.encode(stack(labels, [{"bos": True}, *({"row": True, "asks": i, "about": i} for i in (0, 1))]))
    assert ((x @ dense(head.query).T) @ (x @ dense(head.key).T).T).tolist() == [[1, 0, 0], [0, 1, -1], [0, -1, 1]]


def test_each_digit_counts_once():
    """A query that differs in h digits scores M - 2h."""
    stream = stack(LABELS, [{"bos": True}, *({"row": True, "asks": 0, "about": index} for index in range(6))])
    assert scores(ONE, stream)[1].tolist() == [2, *(3 - 2 * index.bit_count() for index in range(6))]


def test_the_examples_annotations_are_their_lookups():
    for example in EXAMPLES.values():
        for block in example.program.blocks:
            layout = Layout(example.program.labels.registers)
            assert [lower_lookup(layout, each).lookup for each in block.lookups] == list(block.lookups)
    masked = [msgspec.structs.replace(lookup(ONE), mask=mask) for mask in ("none", "causal")]
    for one, other in pairwise(lower_lookup(LAYOUT, each) for each in masked):
        assert one != other
        assert (one.query, one.key, one.value, one.output) == (other.query, other.key, other.value, other.output)
