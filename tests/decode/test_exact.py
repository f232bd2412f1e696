"""The exact engine: the same states as the dense one, in rationals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run, dense, runs
from tmformer.decode import Exact
from tmformer.errors import DecodeError, ModelError
from tmformer.machine import parse
from tmformer.program import RUNNING, stack

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
FEWER = settings(max_examples=max(1, settings().max_examples // 3))
softmaxes = pytest.mark.parametrize("softmax", ["hard", "base-2"])


def prompt(case: Run):
    return MADE.encode_configuration(case.weights.labels, case.start)


@softmaxes
def test_a_run_halts_by_itself(softmax: str):
    engine = Exact(BB2.weights, softmax=softmax)
    state = engine.advance(engine.start(prompt(BB2)), 10**6)
    assert (state.steps, state.outcome) == (6, "halted")
    assert engine.advance(state, 3) == state


@FEWER
@given(case=runs(max_width=8), portions=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_portions_give_what_one_call_gives(case: Run, portions: list[int]):
    engine = Exact(case.weights)
    state = whole = engine.start(prompt(case))
    for portion in portions:
        state = engine.advance(state, portion)
    assert state == engine.advance(whole, sum(portions))


@FEWER
@given(runs())
def test_no_loops_read_the_stop_table_only(case: Run):
    engine = Exact(case.weights)
    state = engine.advance(engine.start(prompt(case)), 0)
    _, said = next(case.reference())
    assert (engine.stream(state), state.steps, state.outcome) == (prompt(case), 0, said)


@FEWER
@given(runs())
def test_it_stops_where_the_dense_engine_stops(case: Run):
    exact, floats = Exact(case.weights), dense(case.weights)
    one, other = (each.advance(each.start(prompt(case)), case.steps) for each in (exact, floats))
    assert one[1:] == other[1:]
    assert (exact.array(one) == floats.array(other)).all()
    assert exact.stream(one).columns == floats.stream(other).columns


def test_hard_attention_shows_integers():
    (block,) = Exact(BB2.weights).look(Exact(BB2.weights).start(prompt(BB2)))
    for array in (block.before, block.attended, block.after, *block.attention.values()):
        assert array.dtype == np.int64


def test_softmax_shows_fractions_whose_rows_sum_to_1():
    """The weight of a key is 2**(c * score) over their sum; what scratch holds is a proper fraction until the MLP."""
    engine = Exact(BB2.weights, softmax="base-2")
    (block,) = engine.look(engine.start(prompt(BB2)))
    for shares in block.attention.values():
        assert shares.dtype == object
        assert all(isinstance(share, Fraction) for share in shares.ravel())
        assert (shares.sum(axis=1) == 1).all()
    arriving = block.register("arriving", "attended")
    assert any(value.denominator > 1 for value in arriving.ravel())
    assert all(min(abs(value), abs(value - 1)) <= Fraction(1, 4) for value in arriving.ravel())
    assert block.after.dtype == np.int64
    assert (block.after == Exact(BB2.weights).look(engine.start(prompt(BB2)))[0].after).all()


@softmaxes
@pytest.mark.parametrize("signals", [0, 2])
def test_a_stream_without_exactly_one_signal_is_refused(softmax: str, signals: int):
    rows = [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(7))]
    for row in range(signals):
        rows[2 + row]["stay"] = "A"
    engine = Exact(BB2.weights, softmax=softmax)
    state = engine.start(stack(BB2.weights.labels, rows))
    assert state.outcome == RUNNING
    with pytest.raises(DecodeError) as caught:
        engine.advance(state, 1)
    assert "after loop 0" in caught.value.where


def test_too_many_positions_are_refused_before_anything_is_allocated():
    weights = BB2.weights
    rows = weights.labels.max_positions
    assert Exact(weights, memory=40 * rows**2).weights is weights
    with pytest.raises(ModelError) as caught:
        Exact(weights, memory=40 * rows**2 - 1)
    assert f"the scores of {rows} positions" in caught.value.found
