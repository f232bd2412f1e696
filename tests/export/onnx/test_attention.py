"""Attention in ONNX is that of the Flax model, for any masks, keys and ties; and one row alone sees what the whole shows."""

from dataclasses import replace
from functools import cache

import jax.numpy as jnp
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.cases import GROWING, LOOPED, run_onnx, same_bits
from tmformer.export import Network
from tmformer.export.onnx import block_model
from tmformer.export.onnx.attention import Blocks, Shown
from tmformer.export.onnx.graph import IR_VERSION, OPSET, Graph, floats, truth
from tmformer.model import Arithmetic, Attention
from tmformer.precision import format_named, policy_named

FEWER = settings(max_examples=max(3, settings().max_examples // 4))
ROWS, D_MODEL, D_KEY = 5, 6, 2
ENCODER = 0  # the coordinate
MASKS = ("none", "causal", "across")
FLOAT32 = Arithmetic(policy_named("accumulate-float32", format_named("float32")))


def network_of(masks: tuple[str, ...], digits: np.ndarray) -> Network:
    """One block whose attention heads have these masks, and each a coordinate of its own to write to."""
    real, heads = LOOPED[1].network, len(masks)
    output = np.zeros((heads, D_MODEL, 1), np.float32)
    output[np.arange(heads), 1 + np.arange(heads), 0] = 1
    split = digits.reshape(heads, 2 * D_KEY + 1, D_MODEL).astype(np.float32)
    matrices = {"query": split[:, :D_KEY], "key": split[:, D_KEY:-1], "value": split[:, -1:], "output": output}
    arrays = {f"blocks.0.attention.{name}": array for name, array in matrices.items()}
    arrays |= {"blocks.0.mlp.w_in": np.zeros((1, D_MODEL)), "blocks.0.mlp.b_in": np.zeros(1)}
    arrays |= {"blocks.0.mlp.w_out": np.zeros((D_MODEL, 1))}
    encoder = ENCODER if "across" in masks else None
    return replace(real, arrays=arrays, masks=(masks,), encoder=encoder, prompt=np.zeros((ROWS, D_MODEL), np.float32))


def in_onnx(network: Network, x: np.ndarray) -> dict[str, np.ndarray]:
    graph = Graph()
    made = Blocks(network, graph).apply(graph, 0, "x", "blocks.0")
    gives = [floats(made.attended, "rows", D_MODEL), floats(made.weights, "heads", "rows", "others")]
    built = graph.built("attention", [floats("x", "rows", D_MODEL)], gives)
    model = onnx.helper.make_model(built, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return run_onnx(model, x=x)


def in_flax(network: Network, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [jnp.asarray(network.arrays[f"blocks.0.attention.{name}"]) for name in ("query", "key", "value", "output")]
    attention = Attention(
        *parts, masks=network.masks[0], encoder=network.encoder, beta=network.beta, arithmetic=FLOAT32
    )
    added, weights = attention(jnp.asarray(x), jnp.ones(len(x), bool))
    return np.asarray(jnp.asarray(x) + added), np.asarray(weights)


@pytest.mark.parametrize("masks", [("causal",), ("causal", "across"), ("none", "causal", "across")], ids=str)
@FEWER
@given(data=st.data())
def test_attention_is_that_of_the_flax_model(masks: tuple[str, ...], data: st.DataObject):
    """Small whole numbers, so that rows tie often: the attention weights and what is added are equal bit for bit."""
    digit = st.integers(-1, 1)
    size = len(masks) * (2 * D_KEY + 1) * D_MODEL
    network = network_of(masks, np.array(data.draw(st.lists(digit, min_size=size, max_size=size))))
    bits = data.draw(st.lists(st.integers(0, 1), min_size=ROWS * D_MODEL, max_size=ROWS * D_MODEL))
    x = np.array(bits, np.float32).reshape(ROWS, D_MODEL)
    found, (attended, weights) = in_onnx(network, x), in_flax(network, x)
    assert np.array_equal(weights, found["blocks.0.attention.weights"])
    assert np.array_equal(attended, found["blocks.0.attended"])


@pytest.mark.parametrize("planted", [("none", "causal"), ("causal", "causal"), ("none", "across")], ids=str)
def test_another_mask_is_seen(planted: tuple[str, ...]):
    x = np.array([[row % 2, *[1] * (D_MODEL - 1)] for row in range(ROWS)], np.float32)
    digits = np.zeros(2 * (2 * D_KEY + 1) * D_MODEL)
    _, weights = in_flax(network_of(("causal", "across"), digits), x)
    found = in_onnx(replace(network_of(("causal", "across"), digits), masks=(planted,)), x)
    assert not np.array_equal(weights, found["blocks.0.attention.weights"])


@cache
def row_model(case_index: int) -> onnx.ModelProto:
    """The newest row through the last block, against what earlier rows show it."""
    network = GROWING[case_index].network
    graph, index = Graph(), network.num_blocks - 1
    before = Shown("keys", "values", "encoded")
    made = Blocks(network, graph).apply(graph, index, "x", "row", before)
    arrays = [network.arrays[f"blocks.{index}.attention.{part}"] for part in ("key", "value")]
    takes = [floats("x", 1, network.prompt.shape[1])]
    takes += [floats(name, len(a), None, a.shape[1]) for name, a in zip(("keys", "values"), arrays, strict=True)]
    takes += [truth("encoded", None)] if network.encoder is not None else []
    built = graph.built("row", takes, [floats(made.after, 1, network.prompt.shape[1])])
    return onnx.helper.make_model(built, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


@pytest.mark.parametrize("case_index", [1, 5], ids=["decoder-only", "encoder-decoder"])
def test_one_row_alone_sees_what_earlier_rows_show(case_index: int):
    case = GROWING[case_index]
    network, index = case.network, case.network.num_blocks - 1
    x = network.prompt
    for block in range(index):  # through the blocks before, each of which is a pass over all rows
        x = run_onnx(block_model(network), residual=network.prompt)[f"blocks.{block}.after"]
    whole = run_onnx(block_model(network), residual=network.prompt)[f"blocks.{index}.after"]
    for row in range(len(x)):
        shown = {
            name: np.einsum("nd,hkd->hnk", x[:row], network.arrays[f"blocks.{index}.attention.{part}"])
            for name, part in (("keys", "key"), ("values", "value"))
        }
        if network.encoder is not None:
            shown["encoded"] = x[:row, network.encoder] > 0.5
        (found,) = run_onnx(row_model(case_index), x=x[row : row + 1], **shown).values()
        assert same_bits(found, whole[row : row + 1])
