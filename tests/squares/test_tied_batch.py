"""One network run in several ways: tied = untied weights, in a loop that stops = all layers, in a batch = alone."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run, all_layers, dense, exact_streams, first_difference, runs, states
from tmformer.decode import run_batch

LAYERS, BATCH = 12, 4
FEWER = settings(max_examples=settings().max_examples // 3)


@FEWER
@given(runs(max_steps=LAYERS))
def test_tied_equals_untied(case: Run):
    case = replace(case, steps=LAYERS)
    weights = case.weights
    tied, untied = dense(weights), dense(weights, tied=False)
    for one, other in zip(states(case, tied), states(case, untied), strict=True):
        assert (one.steps, one.outcome) == (other.steps, other.outcome)
        assert first_difference(tied.array(one), untied.array(other)) is None


@FEWER
@given(runs(max_steps=LAYERS))
def test_all_layers_give_the_exact_stream_also_after_the_end_of_the_run(case: Run):
    """The whole transformer has no stop: a configuration that has ended must stay what it is."""
    case = replace(case, steps=LAYERS)
    engine = dense(case.weights)
    *_, last = exact_streams(case, engine.weights)
    after = all_layers(engine, MADE.encode_configuration(engine.weights.labels, case.start))
    assert first_difference(last, after) is None


@given(runs(), st.data())
def test_many_loops_at_once_equal_one_by_one(case: Run, data: st.DataObject):
    engine = dense(case.weights)
    *_, last = states(case, engine)
    state = engine.start(MADE.encode_configuration(engine.weights.labels, case.start))
    for loops in (data.draw(st.integers(0, case.steps)), case.steps):
        state = engine.advance(state, min(loops, case.steps - state.steps))
    assert (state.steps, state.outcome) == (last.steps, last.outcome)
    assert first_difference(engine.array(last), engine.array(state)) is None


@FEWER
@given(st.lists(runs(), min_size=BATCH, max_size=BATCH))
def test_a_batch_equals_single_runs(cases: list[Run]):
    engines = [dense(case.weights) for case in cases]
    prompts = [
        MADE.encode_configuration(engine.weights.labels, case.start)
        for case, engine in zip(cases, engines, strict=True)
    ]
    together = run_batch(engines, prompts, 24)
    for engine, prompt, state in zip(engines, prompts, together, strict=True):
        alone = engine.advance(engine.start(prompt), 24)
        assert first_difference(np.asarray(alone.x[0]), np.asarray(state.x[0])) is None
        assert (alone.steps, alone.outcome) == (state.steps, state.outcome)
