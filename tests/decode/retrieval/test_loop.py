"""The compiled loop: what it carries at first, how far it goes, what all rows hold then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run, runs
from tests.squares.passing import BB2, eagerly, prompts
from tmformer.decode.retrieval.loop import Loop, Place, begin, go, is_regular, loop_of, rows_of
from tmformer.decode.retrieval.messages import messages_of

FEWER = settings(max_examples=max(1, settings().max_examples // 5))
OFFSETS = (-1, 1, 0)


def begun(case: Run) -> tuple[Loop, Place | str, np.ndarray]:
    """The loop, what it carries at first, and the rows that it was made from."""
    plan = messages_of(case.weights)
    rows = case.weights.layout.encode(MADE.encode_configuration(case.weights.labels, case.start))
    loop = loop_of(case.weights, plan, OFFSETS, "float32")
    rows = rows[:, list(plan.units.places)]
    return loop, begin(loop, plan, OFFSETS, rows), rows


@FEWER
@given(runs())
def test_at_first_all_rows_are_those_of_the_prompt(case: Run):
    loop, place, rows = begun(case)
    assert is_regular(loop, place)
    assert (rows_of(loop, place, len(rows)) == rows).all()


@FEWER
@given(case=runs(max_steps=8), first=st.integers(0, 8), second=st.integers(0, 8))
def test_it_goes_on_from_anywhere(case: Run, first: int, second: int):
    loop, place, rows = begun(case)
    with eagerly():
        there, steps, blocks = go(loop, place, first)
        assert steps == blocks <= first
        there, more, _ = go(loop, there, second)
        whole, together, _ = go(loop, place, first + second)
    assert steps + more == together
    assert rows_of(loop, there, len(rows)).tobytes() == rows_of(loop, whole, len(rows)).tobytes()


def test_compiled_and_in_single_operations_it_does_the_same():
    loop, place, _ = begun(BB2)
    for limit in (0, 1, 4, 100):
        compiled = go(loop, place, limit)
        with eagerly():
            single = go(loop, place, limit)
        assert compiled[1:] == single[1:] == (min(limit, 6),) * 2
        for one, other in zip(compiled[0], single[0], strict=True):
            assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def test_beyond_both_ends_are_empty_rows():
    loop, place, rows = begun(BB2)
    assert loop.reach == 1
    held = np.asarray(place.rows)
    assert len(held) >= len(rows) + 2
    assert not held[0].any()
    assert not held[1 + len(rows) :].any()


@pytest.mark.parametrize("name", ["two messages", "no message", "a message arrived"])
def test_rows_without_one_message_are_refused(name: str):
    witness = prompts()[name]
    plan = messages_of(witness.weights)
    rows = witness.weights.layout.encode(witness.prompt)[:, list(plan.units.places)]
    loop = loop_of(witness.weights, plan, OFFSETS, "float32")
    assert begin(loop, plan, OFFSETS, rows) == witness.reason


def test_networks_with_the_same_mlp_share_a_loop():
    (one, *_), (other, *_) = begun(BB2), begun(Run(BB2.machine, (), 2, -4, 7, 3))
    assert one == other
    assert hash(one) == hash(other)
    assert one.array("ends").shape == (len(BB2.machine.states), 2)
