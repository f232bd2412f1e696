"""A lookup is an attention head: scores, margins and default answer, for every row."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, RUMOUR
from tests.weights.lookups import (
    LABELS,
    LAYOUT,
    ONE,
    TWO,
    difference,
    difference_of_values,
    expected,
    keeps_its_promise,
    lookups,
    planted,
    scores_of,
    streams,
)
from tmformer.program import Lookup, Match, Value, parse_program, stack
from tmformer.weights import Layout, dense
from tmformer.weights.lookup import lower_lookup

PLAIN = Lookup("l", (ONE,), "mark", "into_mark", "row", "bos", ("bos",))


def changed(**fields: object) -> Lookup:
    return msgspec.structs.replace(PLAIN, **fields)


@given(st.data())
def test_scores_are_those_of_the_formula_and_values_those_of_the_symbols(data: st.DataObject):
    """For each pair of rows, every clause of a lookup; margins are integers of 1 at least."""
    lookup = data.draw(lookups())
    stream = data.draw(streams(lookup))
    assume(keeps_its_promise(lookup, stream))
    assert difference(lookup, stream) is None


@pytest.mark.parametrize("prefer", [None, "bit", "rank"])
@pytest.mark.parametrize("matches", [(ONE,), (TWO,), (ONE, TWO)])
def test_the_least_margins_are_one(matches: tuple[Match, ...], prefer: str | None):
    """Two ranks, the least rank and the null row, the null row and another of the largest rank: one unit each."""
    digits = {"bit": 1, "rank": 2, None: 0}[prefer]
    m, u, most = sum({ONE: 3, TWO: 2}[match] for match in matches), 2**digits, 2**digits - 1
    answering = [{"row": True, "about": 0, "about2": 0, prefer or "rank": rank} for rank in range(u)]
    other = {"row": True, "about": 1, "about2": 0 if ONE in matches else 1, prefer or "rank": most}
    asking = {"row": True, "asks": 0, "asks2": 0, "about": 7, "about2": 3, prefer or "rank": 0}
    lookup = changed(matches=matches, prefer=prefer)
    stream = stack(LABELS, [{"bos": True, "mark": "a"}, *answering, other, asking])
    null, *ranks, near, _ = scores_of(lower_lookup(LAYOUT, lookup), stream)[-1]
    assert ranks == [u * m + 2 * p - u + 1 for p in range(u)]
    assert (ranks[0] - null, null - near) == (1, 1)
    assert set(np.diff(ranks)) <= {2}
    assert difference(lookup, stream) is None


# Planted faults -----------------------------------------------------------------------------------------------------------


def row(**held: Value) -> dict[str, Value]:
    return {"row": True} | held


IN_FULL = changed(prefer="rank", default="c", idle=("bos", "still"))
ROWS: list[dict[str, Value]] = [
    {"bos": True},
    row(asks=5, about=3, rank=0, mark="a"),  # nothing matches: 2 and 3 are near
    row(asks=3, about=4, rank=3, mark="b"),  # the row above, of the least rank
    {"still": True, "about": 2, "rank": 1, "mark": "a"},
]


@pytest.mark.parametrize("fault", ["no null key", "a unit too small", "no default", "no weight for the idle"])
def test_planted_faults_are_seen(fault: str):
    """In the scores, where they are at fault, and in what is found."""
    stream = stack(LABELS, ROWS)
    assert difference(IN_FULL, stream) is None
    faulty = planted(IN_FULL, fault)
    assert difference(IN_FULL, stream, faulty)
    assert difference_of_values(IN_FULL, stream, faulty)


def test_a_preferred_code_of_half_the_weight_is_seen():
    """The unit of a lookup that prefers nothing: the null row would answer for a match of a low rank."""
    head = lower_lookup(LAYOUT, IN_FULL)
    plain = lower_lookup(LAYOUT, msgspec.structs.replace(IN_FULL, prefer=None))
    assert head.query.items()[0, LAYOUT.spans["asks"][0]] == 4
    assert plain.query.items()[0, LAYOUT.spans["asks"][0]] == 1


# What the matrices are ----------------------------------------------------------------------------------------------------


def test_the_sizes_are_those_of_the_codes():
    head = lower_lookup(LAYOUT, changed(matches=(ONE, TWO)))
    assert head.query.shape == head.key.shape == (6, LAYOUT.d_model)
    assert head.value.shape == (3, LAYOUT.d_model)
    assert head.output.shape == (LAYOUT.d_model, 3)
    assert (dense(head.output)[list(LAYOUT.spans["into_mark"])] == np.eye(3)).all()
    assert head.lookup == changed(matches=(ONE, TWO))


def test_a_preferred_code_has_a_dimension_for_each_digit():
    for prefer, digits in (("bit", 1), ("rank", 2)):
        head = lower_lookup(LAYOUT, changed(prefer=prefer))
        assert head.query.shape == head.key.shape == (3 + digits + 1, LAYOUT.d_model)


def test_a_default_stands_in_the_value_matrix_alone():
    """A symbol 1, a flag 1 or nothing, a code -1 and 1."""
    bos = LAYOUT.spans["bos"][0]
    for value, default, column in (
        ("mark", "c", [0, 0, 1]),
        ("lamp", "1", [1]),
        ("lamp", "0", [0]),
        ("count", "1", [1, -1]),
    ):
        plain = changed(value=value, into=f"into_{value}")
        one, other = (lower_lookup(LAYOUT, each) for each in (plain, msgspec.structs.replace(plain, default=default)))
        assert (one.query, one.key, one.output) == (other.query, other.key, other.output)
        assert dense(other.value)[:, bos].tolist() == column
        assert (dense(one.value) == np.where(np.arange(LAYOUT.d_model) == bos, 0, dense(other.value))).all()


def test_a_match_of_one_digit_needs_no_weight_for_the_default():
    """M - 1 = 0: the null row scores 0, a match 1, another row -1."""
    labels = parse_program(RUMOUR.replace("code 3", "code 1")).labels
    layout = Layout(labels.registers)
    asked = Lookup("l", (ONE,), "says", "heard", "row", "bos", ("bos",), ties="constant")
    head = lower_lookup(layout, asked)
    x = layout.encode(stack(labels, [{"bos": True}, *({"row": True, "asks": i, "about": i} for i in (0, 1))]))
    assert ((x @ dense(head.query).T) @ (x @ dense(head.key).T).T).tolist() == [[1, 0, 0], [0, 1, -1], [0, -1, 1]]


def test_each_digit_counts_once():
    """A query that differs in h digits scores M - 2h."""
    stream = stack(LABELS, [{"bos": True}, *({"row": True, "asks": 0, "about": index} for index in range(6))])
    found = scores_of(lower_lookup(LAYOUT, PLAIN), stream)
    assert found[1].tolist() == [2, *(3 - 2 * index.bit_count() for index in range(6))]
    assert found.tolist() == expected(PLAIN, stream).scores.tolist()


def test_the_examples_annotations_are_their_lookups():
    for example in EXAMPLES.values():
        for block in example.program.blocks:
            layout = Layout(example.program.labels.registers)
            assert [lower_lookup(layout, each).lookup for each in block.lookups] == list(block.lookups)
    masked = [changed(mask=mask) for mask in ("none", "causal", "across")]
    for one, other in pairwise(lower_lookup(LAYOUT, each) for each in masked):
        assert one != other
        assert (one.query, one.key, one.value, one.output) == (other.query, other.key, other.value, other.output)
