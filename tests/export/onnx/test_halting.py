"""The stop table in ONNX says what our own says, of residual streams that runs reach and of any others."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.cases import GROWING, LOOPED, Case, run_onnx
from tmformer.decode import Readout
from tmformer.decode.halting import read_counted, read_row
from tmformer.export.onnx.graph import IR_VERSION, OPSET, Graph, floats, whole
from tmformer.export.onnx.halting import read, read_newest

CASES = {"three signals": LOOPED[1], "a tally": LOOPED[-1], "grows": GROWING[1], "reads nothing": GROWING[6]}


@cache
def model_of(case: Case) -> onnx.ModelProto:
    graph, network = Graph(), case.network
    said = (read_newest if network.grows else read)(graph, network, "x", "said")
    graph.apply("Identity", said.code, name="code")
    graph.apply("Identity", said.count, name="count")
    built = graph.built("said", [floats("x", "rows", network.prompt.shape[1])], [whole("code"), whole("count")])
    made = onnx.helper.make_model(built, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(made, full_check=True)
    return made


@cache
def ours_of(case: Case) -> object:
    table = Readout(**{name: jnp.asarray(array) for name, array in case.network.readout.items()})
    if case.network.grows:
        return jax.jit(lambda x: (read_row(table, x[0]), jnp.int32(1)))
    return jax.jit(lambda x: read_counted(table, x, jnp.ones(x.shape[0], bool)))


@cache
def stream_of(case: Case, steps: int) -> np.ndarray:
    """What the stop table reads after so many steps."""
    x = case.exact.array(case.reached(steps)).astype(np.float32)
    return x[-1:] if case.network.grows else x


def both(case: Case, x: np.ndarray) -> tuple[tuple[int, int], tuple[int, int]]:
    found = run_onnx(model_of(case), x=x)
    code, count = ours_of(case)(jnp.asarray(x))
    return (int(code), int(count)), (int(found["code"]), int(found["count"]))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@given(data=st.data())
def test_what_is_said_of_any_bits_is_what_ours_says(case: Case, data: st.DataObject):
    """A stream that a run reaches, with a few bits flipped: one signal, none or several, at the edge and beyond it."""
    x = stream_of(case, data.draw(st.sampled_from([0, 1, case.steps // 2, case.steps])))
    listened = np.flatnonzero(case.network.readout["signals"].sum(axis=(0, 1)))
    places = st.tuples(st.integers(0, len(x) - 1), st.sampled_from([*listened, *range(x.shape[1])]))
    x = x.copy()
    if data.draw(st.booleans()):
        x[:, listened] = 0
    for row, column in data.draw(st.lists(places, max_size=3)):
        x[row, column] = 1 - x[row, column]
    ours, theirs = both(case, x)
    assert theirs[0] == ours[0]
    if ours[0] == 0 and not case.network.grows:
        assert theirs[1] == ours[1]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_running_broken_and_the_end_are_among_them(case: Case):
    start, end = stream_of(case, 0), stream_of(case, case.steps)
    assert both(case, start)[1][0] == 0
    assert both(case, end)[1][0] > 2
    assert both(case, np.zeros_like(end))[1][0] == 2
