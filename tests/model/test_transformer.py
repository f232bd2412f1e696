"""The transformer: depth, tied and untied weights, and the idioms of nnx and JAX."""

import inspect
import re
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import tmformer.model.attention
import tmformer.model.mlp
import tmformer.model.transformer
from tests.often import covering
from tests.squares.checkers import MADE, Run, exact_streams
from tmformer.machine import Machine, parse
from tmformer.model import Transformer, load
from tmformer.precision import NATIVE_FORMATS, Uncertified

TESTED = Uncertified(reason="tested bit for bit")
BB3 = Run(parse("1RB1RZ_1LB0RC_1LC1LA"), (), 0, -4, 9, 5)


@cache
def transformer(format_name: str = "float32", *, tied: bool = True, regime: str = "saturated") -> Transformer:
    return load(BB3.weights, TESTED, format_name=format_name, tied=tied, regime=regime)


def start(format_name: str = "float32", machine: Machine = BB3.machine) -> tuple[jax.Array, jax.Array]:
    case = Run(machine, (), 0, BB3.origin, BB3.width, BB3.steps)
    encoded = case.weights.layout.encode(MADE.encode_configuration(case.weights.labels, case.start))
    return jnp.asarray(encoded, format_name), jnp.ones(len(encoded), bool)


@jax.jit
def called(model: Transformer, x: jax.Array, keep: jax.Array) -> jax.Array:
    return model(x, keep)


@pytest.mark.parametrize(("format_name", "tied"), covering(NATIVE_FORMATS, [True, False]))
def test_a_call_applies_every_loop(format_name: str, tied: bool):
    """It stops by nothing but its depth, and is the exact run bit for bit."""
    found = np.asarray(called(transformer(format_name, tied=tied), *start(format_name)))
    *_, expected = exact_streams(BB3, BB3.weights)
    assert found.tobytes() == expected.astype(found.dtype).tobytes()


@pytest.mark.parametrize("tied", [True, False])
def test_a_call_is_its_loops_one_after_another(tied: bool):
    model = transformer(tied=tied)
    x, keep = start()
    stream = x
    for index, expected in enumerate(exact_streams(BB3, BB3.weights)):
        assert (np.asarray(stream) == expected).all()
        stream = model.loop(stream, keep, jnp.int32(index)) if index < BB3.steps else stream
    assert np.asarray(called(model, x, keep)).tobytes() == np.asarray(stream).tobytes()


def test_a_loop_with_known_patterns_is_the_loop():
    model, (x, keep) = transformer(), start()
    patterns = model.loop.patterns(x, keep)
    for index in range(BB3.steps):
        after = model.loop(x, keep, jnp.int32(index))
        assert np.asarray(model.loop(x, keep, jnp.int32(index), patterns)).tobytes() == np.asarray(after).tobytes()
        x = after


def test_values_are_what_each_block_computed():
    model, (x, keep) = transformer(), start()
    (values,) = model.loop.values(x, keep, jnp.int32(0))
    found, shares = model.loop.blocks[0].attention(x, keep)
    assert (values.before == x).all()
    assert (values.attended == x + found).all()
    assert (values.attention == shares).all()
    assert (values.after == values.attended + model.loop.blocks[0].mlp(values.attended)).all()


def test_untied_weights_are_used_loop_by_loop():
    """Without the last loop's MLP the last block writes nothing; the others are as before."""
    graph, state = nnx.split(transformer(tied=False))
    w_out = state["loop"]["blocks"][0]["mlp"]["w_out"]
    w_out[...] = w_out[...].at[-1].set(0)
    model = nnx.merge(graph, state)
    x, keep = start()
    streams = list(exact_streams(BB3, BB3.weights))
    (last,) = model.loop.values(jnp.asarray(streams[-2], "float32"), keep, jnp.int32(BB3.steps - 1))
    assert (last.after == last.attended).all()
    assert (np.asarray(model.loop(x, keep, jnp.int32(0))) == streams[1]).all()


def test_tied_weights_are_applied_any_number_of_times():
    model, (x, keep) = transformer(), start()
    twice = Transformer(model.loop, 2 * BB3.steps, model.certificate)
    once = called(model, x, keep)
    assert (called(twice, x, keep) == called(model, once, keep)).all()


# nnx and JAX ------------------------------------------------------------------------------------------------------------


def test_split_and_merge_give_the_same_transformer():
    model, (x, keep) = transformer(), start()
    graph, state = nnx.split(model)
    assert (nnx.merge(graph, state)(x, keep) == model(x, keep)).all()
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(state))


def test_equal_shapes_share_one_graph():
    """What is static is equal for every network of a shape, so that one compiled function serves all."""
    other = Run(parse("1RB1LZ_0LC1RA_1LA0RC"), (), 0, BB3.origin, BB3.width, BB3.steps).weights
    graphs = [nnx.split(load(weights, TESTED).loop)[0] for weights in (BB3.weights, other)]
    assert graphs[0] == graphs[1]
    assert hash(graphs[0]) == hash(graphs[1])


def test_a_batch_by_vmap_is_its_runs():
    model, (x, keep) = transformer(), start()
    batch = jnp.stack([x, called(model, x, keep), jnp.roll(x, 1, axis=0)])
    found = jax.jit(jax.vmap(called, in_axes=(None, 0, None)))(model, batch, keep)
    for index, each in enumerate(batch):
        assert np.asarray(found[index]).tobytes() == np.asarray(called(model, each, keep)).tobytes()


def test_jit_of_nnx_gives_the_same_bits():
    model, (x, keep) = transformer(), start()
    jitted = nnx.jit(lambda network, stream: network(stream, keep))
    assert np.asarray(jitted(model, x)).tobytes() == np.asarray(called(model, x, keep)).tobytes()


@pytest.mark.parametrize("regime", ["graded", "saturated"])
def test_only_the_graded_regime_has_gradients_through_attention(regime: str):
    """One loop: what arrives, differentiated by W_Q. Saturated softmax has none, exactly."""
    graph, state = nnx.split(transformer(regime=regime).loop.blocks[0])
    x, keep = start()

    def arrived(params: nnx.State) -> jax.Array:
        return (nnx.merge(graph, params)(x, keep).attended ** 2).sum()

    gradient = jax.jit(jax.grad(arrived))(state)
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(gradient))
    assert bool((gradient["attention"]["value"][...] != 0).any())
    assert bool((gradient["attention"]["query"][...] != 0).any()) == (regime == "graded")


def test_a_gradient_passes_through_the_whole_depth():
    graph, state = nnx.split(transformer(regime="graded", tied=False).loop)
    x, keep = start()

    def last(params: nnx.State) -> jax.Array:
        stream = x
        for index in range(BB3.steps):
            stream = nnx.merge(graph, params)(stream, keep, jnp.int32(index))
        return (stream**2).sum()

    gradient = jax.jit(jax.grad(last))(state)
    for leaf in jax.tree.leaves(gradient):
        assert bool(jnp.isfinite(leaf).all())
    assert bool((gradient["blocks"][0]["mlp"]["w_out"][...] != 0).any())


def test_nothing_in_the_forward_pass_knows_what_is_computed():
    words = re.compile(r"machine|tape|turing|transition|halt|symbol|blank|configuration|cellular", re.IGNORECASE)
    for module in (tmformer.model.attention, tmformer.model.mlp, tmformer.model.transformer):
        assert words.findall(inspect.getsource(module)) == []
