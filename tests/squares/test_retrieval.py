"""dense = retrieval: every bit of every row after every block, and steps, outcome and layers, in every format.

Of networks that loop; those whose sequence grows have squares of their own.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run, compare_engine, runs
from tests.squares.passing import compare_passing, eagerly, jumping, passing
from tmformer.machine import parse
from tmformer.precision import NATIVE_FORMATS
from tmformer.program import RUNNING, Stream

COMPILED = settings(max_examples=max(1, settings().max_examples // 8))
FEWER = settings(max_examples=max(1, settings().max_examples // 3))
LOOPING = [name for name in NATIVE_FORMATS if name in ("float64", "float32", "bfloat16", "float16")]


@pytest.mark.parametrize("format_name", LOOPING)
@COMPILED
@given(runs())
def test_every_bit_after_every_block(format_name: str, case: Run):
    """The compiled loop; also where the tape head leaves the window, where it halts, and of cells never visited."""
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    engine = passing(case.weights, format_name)
    assert compare_passing(case.weights, prompt, [0, *[1] * case.steps], engine, format_name) is None
    assert compare_passing(case.weights, prompt, [case.steps], engine, format_name) is None
    # The bound on sums is crude: bfloat16, with 8 digits, does not meet it for every machine.
    may_round = engine.why_dense == "sums of this MLP may round in bfloat16"
    assert engine.why_dense is None or case.width == 1 or (may_round and format_name == "bfloat16")


@FEWER
@given(case=runs(), portions=st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_any_portions_and_going_on_after_a_stop(case: Run, portions: list[int]):
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    with eagerly():
        assert compare_passing(case.weights, prompt, portions, passing(case.weights)) is None


@FEWER
@given(runs())
def test_the_machine_itself(case: Run):
    with eagerly():
        assert compare_engine(case, passing(case.weights)) is None


@FEWER
@given(case=runs(max_width=8), first=st.integers(0, 9), steps=st.integers(1, 9), data=st.data())
def test_rows_in_another_order(case: Run, first: int, steps: int, data: st.DataObject):
    """BOS anywhere, fewer cells, messages where there may be none: what no encoder makes."""
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    first %= prompt.num_rows
    turned = prompt.rows(first, prompt.num_rows) + prompt.rows(0, first)
    cut = turned.rows(0, data.draw(st.integers(1, turned.num_rows)))
    with eagerly():
        assert compare_passing(case.weights, cut, [steps, 1], passing(case.weights)) is None


@pytest.mark.parametrize("rule", ["1LA1LA", "1RA1RA", "1RB1LB_1LA1RZ", "1RA1LA"])
def test_messages_that_go_beyond_both_ends_at_once(rule: str):
    """Two rows at once, over BOS or past the last cell: no row of the other end is taken for the one that is not there."""
    case = Run(parse(rule), (), 0, 0, 7, 7)
    weights = jumping(case)
    cells = MADE.encode_configuration(case.weights.labels, case.start)
    for head in range(5):
        stay = (*(None,) * head, "A", *(None,) * (5 - head))
        columns = {name: (*column[2:7], column[0]) for name, column in cells.columns.items()}
        prompt = Stream(columns | {"stay": stay})
        engine = passing(weights)
        with eagerly():
            assert compare_passing(weights, prompt, [7], engine) is None
        assert engine.why_dense is None


def test_what_is_not_recomputed_is_there():
    """Cells never visited, and every code: the array is whole."""
    case = Run(parse("1RB1LB_1LA1RZ"), (), 0, -12, 25, 6)
    engine = passing(case.weights)
    prompt = MADE.encode_configuration(case.weights.labels, case.start)
    state = engine.advance(engine.start(prompt), 4)
    assert state.outcome == RUNNING
    before, after = case.weights.layout.encode(engine.stream(engine.start(prompt))), engine.array(state)
    changed = np.flatnonzero((before != after).any(axis=1))
    assert set(changed) == {12, 13, 14}
