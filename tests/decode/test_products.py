"""The products of a network, counted in what JAX is given to compute."""

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from flax import nnx

import tmformer
from tmformer.constructions import construction
from tmformer.decode import Passing, Recalling, dense_products
from tmformer.decode.halting import read_row
from tmformer.decode.retrieval.network import fetched_of
from tmformer.decode.retrieval.recall import next_row
from tmformer.decode.retrieval.searches import searches_of
from tmformer.machine import initial_configuration, load
from tmformer.model import load as load_model
from tmformer.precision import Uncertified
from tmformer.weights import Weights

ROW_BY_ROW = {"wei_ma": None, "wei_ma radix 3": 3}
TRUST = Uncertified(reason="nothing is run")


def weights_of(name: str) -> Weights:
    return tmformer.compile(load("bb3"), name.split(maxsplit=1)[0], steps=21, radix=ROW_BY_ROW.get(name))


def counted(jaxpr: Any) -> Iterator[int]:
    """The multiply-adds of each matrix product, and of each product of arrays of three axes, inner ones too."""
    for equation in jaxpr.eqns:
        out = equation.outvars[0].aval.shape
        if equation.primitive.name == "dot_general":
            (left, _), _ = equation.params["dimension_numbers"]
            yield math.prod(out) * math.prod(equation.invars[0].aval.shape[axis] for axis in left)
        if equation.primitive.name == "mul" and len(out) == 3:
            yield math.prod(out)
        for inner in jax.tree.leaves(equation.params, is_leaf=lambda each: hasattr(each, "eqns")):
            yield from (
                counted(getattr(inner, "jaxpr", inner)) if hasattr(getattr(inner, "jaxpr", inner), "eqns") else ()
            )


@pytest.mark.parametrize("name", ["cellular", *ROW_BY_ROW])
def test_a_dense_network_has_as_many_as_the_flax_module(name: str):
    weights, rows = weights_of(name), 7
    graph, params = nnx.split(load_model(weights, TRUST).loop)
    x, keep = jnp.zeros((rows, weights.layout.d_model), jnp.float32), jnp.ones(rows, bool)
    made = jax.make_jaxpr(lambda params, x, keep: nnx.merge(graph, params)(x, keep, jnp.int32(0)))(params, x, keep)
    scaled = (
        rows * rows * sum(len(block.heads) for block in weights.blocks)
    )  # beta times the scores, which adds nothing up
    assert sum(counted(made.jaxpr)) - scaled == dense_products(weights, rows, rows)


def test_a_row_that_asks_has_its_share():
    weights = weights_of("wei_ma")
    assert 9 * dense_products(weights, 1, 9) == dense_products(weights, 9, 9)
    assert dense_products(weights, 1, 9) < dense_products(weights, 1, 10)


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_a_row_by_retrieval_has_as_many_as_its_loop(name: str):
    weights = weights_of(name)
    engine = Recalling(weights)
    prompt = construction("wei_ma").encode_configuration(weights.labels, initial_configuration("A", (), "0"))
    run, fetched = engine.start(prompt).x, fetched_of(searches_of(weights), len(weights.blocks))
    with jax.numpy_dtype_promotion("standard"):
        made = jax.make_jaxpr(lambda network, now: next_row(network, now, network.first, 1, fetched)[0])
        all_of_it = sum(counted(made(run.network, run.now).jaxpr))
        stop_table = sum(counted(jax.make_jaxpr(read_row)(run.network.table, run.now.last).jaxpr))
    assert all_of_it - stop_table == engine.multiply_adds


def test_retrieval_has_far_fewer():
    cellular, wei_ma = weights_of("cellular"), weights_of("wei_ma")
    passing, recalling = Passing(cellular).multiply_adds, Recalling(wei_ma).multiply_adds
    assert passing is not None
    assert recalling is not None
    rows = cellular.labels.max_positions
    assert 100 * passing < dense_products(cellular, rows, rows)
    assert 2 * recalling < dense_products(wei_ma, 1, wei_ma.labels.max_positions)


def test_an_engine_that_runs_in_full_says_nothing():
    assert Passing(weights_of("cellular"), regime="graded").multiply_adds is None
    assert Recalling(weights_of("wei_ma"), regime="graded").multiply_adds is None
