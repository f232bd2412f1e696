"""The compiled loop of the cached engine: it ends where it should, and what it reduces side by side is what it reduces."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.squares.growing import Case, padded
from tmformer.decode import Cached
from tmformer.decode.rows import _by_lanes, decode_rows, row_sum
from tmformer.machine import load

BB2 = Case(padded(load("bb2")))


def rows_until(end: int) -> tuple[int, int]:
    """How many rows there are when the loop ends, and the code of the last one."""
    engine = Cached(BB2.weights({}))
    state = engine.start(BB2.prompt(engine.weights))
    prompt = state.x.prompt.num_rows
    limits = jnp.int32(prompt), jnp.int32(end)
    numbers, embedded = engine.numbers, state.x.embedded
    cache = decode_rows(engine.structure, engine.accumulation, numbers, embedded, limits[0], state.x.cache, limits[1])
    assert not np.asarray(cache.after)[int(cache.rows) :].any()
    assert not np.asarray(cache.keys)[:, int(cache.rows) :].any()
    return int(cache.rows) - prompt, int(cache.code)


@pytest.mark.parametrize(("steps", "reached"), [(0, 0), (1, 1), (5, 5), (6, 6), (20, 6)])
def test_the_loop_ends_at_the_end_or_at_the_halt(steps: int, reached: int):
    prompt = BB2.prompt(BB2.weights({})).num_rows
    found, code = rows_until(prompt + steps)
    assert found == reached
    assert (code > 0) == (reached == 6)


def test_a_prompt_is_read_in_part():
    assert rows_until(4)[0] == 4 - BB2.prompt(BB2.weights({})).num_rows


@given(st.lists(st.integers(-(2**10), 2**10), min_size=64, max_size=64))
def test_lanes_reduce_integers_exactly(values: list[int]):
    array = jnp.asarray(values, jnp.float32)
    assert int(_by_lanes(jnp.sum, array)) == sum(values)
    assert int(_by_lanes(jnp.max, array)) == max(values)


@pytest.mark.parametrize("width", [3, 32, 33, 200])
def test_short_and_long_products_are_products(width: int):
    source = np.random.default_rng(width)
    matrix, vector = source.integers(-9, 9, (5, width)), source.integers(-9, 9, width)
    found = row_sum(jnp.asarray(matrix, jnp.float32), jnp.asarray(vector, jnp.float32), "float32")
    assert np.array_equal(np.asarray(found), matrix @ vector)
