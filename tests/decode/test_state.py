"""A state is a value: engines make new ones and leave old ones as they were."""

import numpy as np
import pytest

from tests.squares.checkers import MADE, Run, dense
from tests.weights.growing import wei_ma
from tmformer.decode import Cached, Engine, Exact, ExactRows, State
from tmformer.decode.state import check_signal, read_stream
from tmformer.errors import DecodeError
from tmformer.machine import parse
from tmformer.program import BROKEN, RUNNING

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)


def test_a_state_can_be_advanced_twice():
    prompt = MADE.encode_configuration(BB2.weights.labels, BB2.start)
    for engine in (dense(BB2.weights), Exact(BB2.weights)):
        begun = engine.start(prompt)
        assert isinstance(begun, State)
        assert (begun.steps, begun.outcome) == (0, RUNNING)
        first, second = engine.advance(begun, 3), engine.advance(begun, 3)
        assert engine.stream(first) == engine.stream(second) != engine.stream(begun) == prompt


@pytest.mark.parametrize("engine", [Cached, ExactRows])
def test_a_state_of_a_sequence_that_grows_can_be_advanced_twice(engine: type):
    """Each row once, and the rows of another one that has gone on are no rows of this one."""
    case = wei_ma()
    runner = engine(case.weights)
    begun = runner.start(case.prompt)
    assert (begun.steps, begun.outcome, begun.layers) == (0, RUNNING, 0)
    first = runner.advance(begun, 3)
    ahead = runner.advance(first, 4)
    second = runner.advance(begun, 3)
    assert runner.stream(first) == runner.stream(second)
    assert runner.stream(ahead) == runner.stream(runner.advance(second, 4)) == runner.stream(runner.advance(begun, 7))
    assert first[1:] == second[1:] == (3, RUNNING, 4 * len(case.weights.blocks), "all")


def test_every_engine_is_one_by_its_protocol():
    for engine in (dense(BB2.weights), Exact(BB2.weights), Cached(wei_ma().weights), ExactRows(wei_ma().weights)):
        assert isinstance(engine, Engine)


@pytest.mark.parametrize("engine", [Cached, ExactRows])
def test_rows_from_a_number_on(engine: type):
    case = wei_ma()
    runner = engine(case.weights)
    state = runner.advance(runner.start(case.prompt), 5)
    whole, rows = runner.stream(state), case.prompt.num_rows + 5
    assert whole.num_rows == rows
    for first in (0, 1, case.prompt.num_rows, rows - 1, rows):
        assert (runner.array(state, first) == runner.array(state)[first:]).all()
        assert runner.stream(state, first).num_rows == rows - first
        if first < rows:
            assert runner.stream(state, first) == whole.rows(first, rows)


def test_loops_are_layers():
    prompt = MADE.encode_configuration(BB2.weights.labels, BB2.start)
    for engine in (dense(BB2.weights), Exact(BB2.weights)):
        assert engine.start(prompt).layers == 0
        assert engine.advance(engine.start(prompt), 4).layers == 4


def test_only_a_broken_stream_is_refused():
    check_signal(RUNNING, "residual stream", "here", "Start again.")
    with pytest.raises(DecodeError, match="The residual stream holds exactly one signal"):
        check_signal(BROKEN, "residual stream", "here", "Start again.")


def test_in_the_graded_regime_the_nearest_grid_point_is_read():
    prompt = MADE.encode_configuration(BB2.weights.labels, BB2.start)
    exact = np.asarray(BB2.weights.layout.encode(prompt), dtype=np.float32)
    assert read_stream(BB2.weights.layout, exact, "saturated") == prompt
    assert read_stream(BB2.weights.layout, exact + np.float32(0.25), "graded") == prompt
    with pytest.raises(DecodeError):
        read_stream(BB2.weights.layout, exact + np.float32(0.25), "saturated")
