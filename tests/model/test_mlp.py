"""The MLP, against integers."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weights.tables import LABELS, LAYOUT, after, disturbed, errors, rows_for, tables
from tmformer.model import Arithmetic, Mlp
from tmformer.precision import NATIVE_FORMATS, policy_named
from tmformer.weights import dense
from tmformer.weights.table import lower_table

ROWS, MODEL, UNITS = 4, 5, 6


def integers(*shape: int) -> st.SearchStrategy[np.ndarray]:
    size = int(np.prod(shape))
    return st.lists(st.integers(-3, 3), min_size=size, max_size=size).map(lambda drawn: np.array(drawn).reshape(shape))


@jax.jit
def _applied(net: Mlp, x: jax.Array) -> jax.Array:
    return net(x)


def applied(format_name: str, x: np.ndarray, w_in: np.ndarray, b_in: np.ndarray, w_out: np.ndarray) -> np.ndarray:
    parts = (jnp.asarray(part, format_name) for part in (w_in, b_in, w_out))
    net = Mlp(*parts, arithmetic=Arithmetic(policy_named("accumulate-float32", NATIVE_FORMATS[format_name])))
    return np.asarray(_applied(net, jnp.asarray(x, format_name)))


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@given(x=integers(ROWS, MODEL), w_in=integers(UNITS, MODEL), b_in=integers(UNITS), w_out=integers(MODEL, UNITS))
def test_integers_are_exact(format_name: str, x: np.ndarray, w_in: np.ndarray, b_in: np.ndarray, w_out: np.ndarray):
    """Halves in the bias too. Hidden values stay below 2**7, and results are rounded once, where they enter the format."""
    bias = b_in / 2
    expected = np.maximum(x @ w_in.T + bias, 0) @ w_out.T
    found = applied(format_name, x, w_in, bias, w_out)
    assert (found == expected.astype(found.dtype)).all()


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_snap_is_exact_in_floats(format_name: str):
    """ReLU(2x - 1/2) - ReLU(2x - 3/2) is exactly 0 on [-1/4, 1/4] and exactly 1 on [3/4, 5/4]."""
    dtype = jnp.dtype(format_name)
    near = np.linspace(-0.25, 0.25, 4001).astype(dtype)
    for bit, x in ((0, near), (1, np.linspace(0.75, 1.25, 4001).astype(dtype))):
        snapped = applied(format_name, x[:, None], [[2], [2]], [-0.5, -1.5], [[1, -1]])
        assert (snapped == bit).all()
        assert not np.signbit(snapped).any()


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_snapping_in_place_leaves_something_behind_where_a_scratch_register_does_not(format_name: str):
    """A value that is cleared by its own unit, x - ReLU(x), becomes exactly 0 whatever x is."""
    x = np.linspace(0, 1.25, 4001).astype(jnp.dtype(format_name))[:, None]
    assert (x + applied(format_name, x, [[1]], [0], [[-1]]) == 0).all()


UNITS_MOST = 40  # of a random table: five rules of two units each, and what clears seven registers


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
@given(data=st.data())
def test_it_does_what_a_table_says(name: str, data: st.DataObject):
    """Every kind of literal and write, on scratch as attention leaves it; bit for bit, every zero +0.0."""
    table = data.draw(tables())
    mlp = lower_table(LAYOUT, LABELS, table)
    rows = data.draw(st.lists(rows_for(table), min_size=4, max_size=4))
    unit = Fraction(1, 2 ** NATIVE_FORMATS[name].precision)
    x = np.array([disturbed(row, data.draw(errors(unit))) for row in rows], dtype=np.float64)
    units = ((0, UNITS_MOST - mlp.w_in.shape[0]), (0, 0))
    w_in, b_in, w_out = (
        np.pad(dense(mlp.w_in), units),
        np.pad(dense(mlp.b_in), units),
        np.pad(dense(mlp.w_out).T, units).T,
    )
    added = applied(name, x, w_in, b_in[:, 0], w_out)
    found = x.astype(added.dtype) + added
    for row, values in zip(rows, found, strict=True):
        wanted = after(table, row)
        assert wanted is None or values.tobytes() == LAYOUT.encode(wanted).astype(found.dtype).tobytes()


def test_padding_units_add_nothing():
    source = np.random.default_rng(1)
    x, w_in, b_in, w_out = (source.integers(-3, 4, s) for s in ((ROWS, MODEL), (UNITS, MODEL), UNITS, (MODEL, UNITS)))
    small = applied("float32", x, w_in, b_in, w_out)
    padded = np.pad(w_in, ((0, 3), (0, 2))), np.pad(b_in, (0, 3)), np.pad(w_out, ((0, 2), (0, 3)))
    large = applied("float32", np.pad(x, ((0, 0), (0, 2))), *padded)
    assert large[:, :MODEL].tobytes() == small.tobytes()
    assert (large[:, MODEL:] == 0).all()
