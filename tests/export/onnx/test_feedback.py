"""The next row in ONNX is the one that our own feedback map gives, for any last row and position."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.cases import GROWING, run_onnx, same_bits, uncertified
from tests.program.programs import EXAMPLES, TURNS
from tmformer.decode.feedback import Codes, Feedback, next_residual
from tmformer.export import Network
from tmformer.export.onnx.feedback import next_row
from tmformer.export.onnx.graph import IR_VERSION, OPSET, Graph, floats, whole
from tmformer.program import parse_program, stack
from tmformer.weights import lower


def by_hand(text: str) -> Network:
    weights = lower(parse_program(text))
    return uncertified(weights, stack(weights.labels, [{"even": True, "mark": "a"}]))


NETWORKS = {
    "turns": lambda: by_hand(TURNS),
    "latest": lambda: uncertified(
        lower(EXAMPLES["latest"].program), stack(lower(EXAMPLES["latest"].program).labels, [{"bos": True}])
    ),
    "wei_ma, radix 3": lambda: GROWING[3].network,
    "with an encoder": lambda: GROWING[5].network,
    "universal": lambda: GROWING[6].network,
}
network_of = cache(lambda name: NETWORKS[name]())


@cache
def model_of(name: str) -> onnx.ModelProto:
    graph, network = Graph(), network_of(name)
    next_row(graph, network, "last", "row", "next")
    d_model = network.prompt.shape[1]
    built = graph.built("next", [floats("last", 1, d_model), whole("row")], [floats("next", 1, d_model)])
    made = onnx.helper.make_model(built, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(made, full_check=True)
    return made


@cache
def ours_of(name: str) -> object:
    arrays = {each: jnp.asarray(array) for each, array in network_of(name).feedback.items()}
    sources = arrays.pop("sources")
    return jax.jit(lambda last, row: next_residual(Feedback(sources, Codes(**arrays)), last, row))


@pytest.mark.parametrize("name", NETWORKS)
@given(data=st.data())
def test_the_next_row_is_ours(name: str, data: st.DataObject):
    network = network_of(name)
    d_model = network.prompt.shape[1]
    bits = data.draw(st.lists(st.sampled_from([0, 1, -1]), min_size=d_model, max_size=d_model))
    last, row = np.array([bits], np.float32), data.draw(st.integers(0, network.max_positions - 1))
    found = run_onnx(model_of(name), last=last, row=row)["next"]
    assert np.array_equal(np.asarray(ours_of(name)(last[0], jnp.int32(row))), found[0])


def test_a_changed_source_is_seen():
    """The planted fault: a coordinate that receives its neighbour's value."""
    network = network_of("wei_ma, radix 3")
    last = np.arange(network.prompt.shape[1], dtype=np.float32)[None]
    found = run_onnx(model_of("wei_ma, radix 3"), last=last, row=3)["next"]
    fed = np.flatnonzero(network.feedback["sources"] < network.prompt.shape[1])
    assert same_bits(found[0, fed], last[0, network.feedback["sources"][fed]])
    assert not same_bits(found[0, fed], last[0, network.feedback["sources"][fed] - 1])
