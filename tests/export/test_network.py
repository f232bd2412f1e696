"""The arrays of a network: those of the Flax model, and names for all that is in them."""

import numpy as np
import pytest

from tests.export.networks import MACHINES, machine_named
from tmformer.decode import Dense, outcomes, readout
from tmformer.export import FORMAT, names_of
from tmformer.model import shape_of
from tmformer.weights import dense

SOME = ["increment", "macro blocks", "wei_ma encoder", "wei_ma radix 3", "universal", "switchable"]


@pytest.fixture(params=SOME)
def made(request):
    return machine_named(request.param)


def test_the_arrays_are_the_exact_weights(made):
    arrays = made.network.arrays
    assert all(array.dtype == FORMAT for array in arrays.values())
    for index, block in enumerate(made.weights.blocks):
        for part in ("query", "key", "value", "output"):
            stacked = arrays[f"blocks.{index}.attention.{part}"]
            assert len(stacked) == len(block.heads) == len(made.network.masks[index])
            for array, head in zip(stacked, block.heads, strict=True):
                exact = dense(getattr(head, part))
                assert np.array_equal(array[: exact.shape[0], : exact.shape[1]], exact)
                assert np.count_nonzero(array) == np.count_nonzero(exact)
        assert np.array_equal(arrays[f"blocks.{index}.mlp.w_in"], dense(block.mlp.w_in))
        assert np.array_equal(arrays[f"blocks.{index}.mlp.b_in"], dense(block.mlp.b_in)[:, 0])
        assert np.array_equal(arrays[f"blocks.{index}.mlp.w_out"], dense(block.mlp.w_out))


def test_the_stop_table_is_that_of_the_engine(made):
    network, weights = made.network, made.weights
    shape = shape_of(weights)
    table = readout(weights, d_model=shape.d_model, values=shape.d_readout, dtype=FORMAT)
    for name in ("signals", "offsets", "reads", "where", "codes"):
        assert np.array_equal(network.readout[name], getattr(table, name))
    assert (table.counts is None) == (network.readout["counts"] == 1).all()
    assert network.outcomes == outcomes(weights)


def test_the_prompt_is_what_the_engine_embeds(made):
    network = made.network
    if not network.grows:
        x, keep = Dense(made.weights, certificate=network.certificate).embed(made.prompt)
        assert np.array_equal(network.prompt, np.asarray(x)[np.asarray(keep)])
    assert network.grows == bool(made.weights.labels.feedback)
    assert network.prompt.shape == (made.prompt.num_rows, made.weights.layout.d_model)


def test_all_tensors_have_one_name(made):
    network = made.network
    tensors = network.tensors()
    count = len(network.arrays) + len(network.readout) + len(network.feedback) + 2
    assert len(tensors) == count
    assert len(network.arrays) == 7 * network.num_blocks
    assert {array.dtype.name for array in tensors.values()} == {"float32", "int32"}


def test_names_are_those_of_registers_attention_heads_and_units(made):
    network, weights, names = made.network, made.weights, made.network.names
    assert names == names_of(weights, network.certificate, network.outcomes) | {
        name: names[name] for name in ("masks", "encoder", "beta", "unembedding")
    }
    assert names["coordinates"] == list(weights.layout.coordinate_names())
    for register in names["registers"]:
        assert [*range(register["first"], register["first"] + register["width"])] == [
            *weights.layout.spans[register["name"]]
        ]
    for block, own in zip(names["blocks"], weights.blocks, strict=True):
        assert [head["name"] for head in block["heads"]] == [head.lookup.name for head in own.heads]
        assert len(block["units"]) == own.mlp.w_in.shape[0]
    assert [lookup["name"] for lookup in names["lookups"]] == [
        head.lookup.name for block in weights.blocks for head in block.heads
    ]
    assert names["weights_sha256"] == network.certificate.file
    assert str(network.certificate) == names["certificate"]


def test_attention_is_constant_where_it_says_so():
    assert machine_named("increment").network.is_attention_constant
    assert not machine_named("wei_ma bb2").network.is_attention_constant


def test_ten_machines_and_more_are_exported():
    assert len(MACHINES) >= 10
