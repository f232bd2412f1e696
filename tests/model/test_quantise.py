"""Rounding inside compiled functions is that of NumPy, bit for bit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.often import long
from tests.precision.edges import FORMATS_AND_MORE, near_edges
from tmformer import precision
from tmformer.model import quantise
from tmformer.precision import Format

compiled = jax.jit(quantise, static_argnames="format_")
formats = pytest.mark.parametrize("format_", FORMATS_AND_MORE, ids=lambda format_: format_.name)
DRAWN = 20


@formats
def test_the_edges(format_: Format):
    near = near_edges(format_)
    found = np.asarray(compiled(jnp.asarray(near), format_))
    assert near[found.view(np.int64) != precision.quantise(near, format_).view(np.int64)].tolist() == []


@formats
@given(values=st.lists(st.floats() | st.floats(-4, 4), min_size=DRAWN, max_size=DRAWN))
def test_floats_of_all_sizes(format_: Format, values: list[float]):
    near = np.array(values)
    assert np.asarray(compiled(jnp.asarray(near), format_)).tobytes() == precision.quantise(near, format_).tobytes()


@pytest.mark.parametrize(
    "format_",
    [*FORMATS_AND_MORE[::4], *long(each for at, each in enumerate(FORMATS_AND_MORE) if at % 4)],
    ids=lambda format_: format_.name,
)
def test_it_is_the_same_where_it_is_not_compiled(format_: Format):
    values = near_edges(format_, most=500)
    assert np.asarray(quantise(jnp.asarray(values), format_)).tobytes() == precision.quantise(values, format_).tobytes()


def test_a_sum_is_rounded_after_it_is_taken():
    """XLA may not carry a product on in more digits: 3 * 3 + 1 in e5m2 is 8 + 1, which is 8."""
    e5m2 = precision.FORMATS["float8_e5m2"]
    product = jax.jit(lambda x, y: quantise(quantise(x * x, e5m2) + y, e5m2))
    assert product(jnp.float64(3), jnp.float64(1)) == 8
