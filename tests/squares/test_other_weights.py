"""exact weights = float model for weights that no construction made: an engine knows matrices, not what they are for.

One weight is changed at random, so that blocks write position codes, asks go wrong and messages multiply; as long as the
exact values stay integers and no keys tie, every float value must be equal to the bit, also where attention is no
longer constant and its pattern may not be computed once for all loops.
"""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.planted.mutants import set_entry
from tests.squares.checkers import MADE, Run, all_layers, dense, first_difference, runs
from tmformer.decode import run_batch
from tmformer.weights import Weights
from tmformer.weights import trace as exact_trace

LAYERS = 4
FEWER = settings(max_examples=settings().max_examples // 2)


def changed(data: st.DataObject) -> tuple[Run, Weights, Weights]:
    """A run, its weights, and the same with one entry of a matrix changed."""
    case = replace(data.draw(runs(max_width=8, max_states=3)), steps=LAYERS)
    matrices = case.weights.blocks[0].matrices()
    name = data.draw(st.sampled_from(["mlp.w_out", "mlp.w_in", *sorted(matrices)]))
    rows, columns = matrices[name].shape
    place = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    return case, case.weights, set_entry(case.weights, name, place, data.draw(st.sampled_from([1, -1, 2, 0])))


def exact_run(case: Run, weights: Weights) -> list[np.ndarray]:
    """The exact residual streams; only runs in integers without ties are drawn further."""
    prompt = MADE.encode_configuration(weights.labels, case.start)
    streams: list[np.ndarray] = []
    for block in exact_trace(weights, prompt, loops=LAYERS):
        streams.append(block.after.array())
        attention = [shares.array() for shares in block.attention]
        assume(streams[-1].dtype != object and all(shares.dtype != object for shares in attention))
        assume(np.abs(streams[-1]).max() < 100)
    return streams


@FEWER
@given(st.data())
def test_all_layers(data: st.DataObject):
    case, _, weights = changed(data)
    streams = exact_run(case, weights)
    found = all_layers(dense(weights), MADE.encode_configuration(weights.labels, case.start))
    assert (found == streams[-1]).all()


@given(st.data())
def test_loops_that_stop(data: st.DataObject):
    """The loop stops where the readout says so; up to there, and in a batch with weights of constant attention, it is exact."""
    case, compiled, weights = changed(data)
    streams = exact_run(case, weights)
    prompt = MADE.encode_configuration(weights.labels, case.start)
    plain, engine = dense(compiled), dense(weights)
    (alone,) = run_batch([engine], [prompt], LAYERS)
    expected = streams[alone.steps - 1] if alone.steps else weights.layout.encode(prompt)
    assert first_difference(expected + 0, engine.array(alone) + np.float32(0)) is None
    _, beside = run_batch([plain, engine], [prompt, prompt], LAYERS)
    assert beside.steps == alone.steps
    assert first_difference(np.asarray(alone.x[0]), np.asarray(beside.x[0])) is None
