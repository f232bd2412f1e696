"""Rounding, against ml_dtypes, NumPy and exact fractions: value by value where there are few enough."""

from collections.abc import Callable
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.precision.edges import FORMATS_AND_MORE, edges, finite_codes, near_edges
from tmformer.precision import FORMATS, Format, format_named, quantise

Cast = Callable[[np.ndarray], np.ndarray]


def by_dtype(name: str) -> Cast:
    """A cast there and back; from float32, as ml_dtypes casts float64 by way of float32, and so rounds twice."""

    def cast(values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return values.astype(np.float32).astype(jnp.dtype(name)).astype(np.float64)

    return cast


def by_bits(values: np.ndarray) -> np.ndarray:
    """TF32: 13 bits of float32 are dropped, ties to even; a carry runs into the exponent, and up to infinity."""
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + 2**12 - 1 + (bits >> 13 & 1)) >> 13 << 13
    return np.where(np.isnan(values), values, rounded.astype(np.uint32).view(np.float32).astype(np.float64))


CASTS: dict[str, tuple[str, Cast]] = {
    name: (name, by_bits if name == "tf32" else by_dtype(name))
    for name in FORMATS
    if name not in ("float64", "float32")
}
CASTS |= {name: (name, by_dtype(same)) for name, same in {"e5m10": "float16", "e8m7": "bfloat16"}.items()}
CASTS |= {name: (name, by_dtype(same)) for name, same in {"e5m2": "float8_e5m2", "e8m23": "float32"}.items()}
CASTS |= {"e4m3": ("e4m3", by_dtype("float8_e4m3")), "e3m4": ("e3m4", by_dtype("float8_e3m4"))}
casts = pytest.mark.parametrize(("name", "cast"), CASTS.values(), ids=CASTS)


def same(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Equal, zeros with their sign; or both NaN."""
    bits = found.view(np.int64) == expected.view(np.int64)
    return bits | (np.isnan(found) & np.isnan(expected))


def exactly(value: float, format_: Format) -> float:
    """The nearest number of the format, by exact fractions; ties to even."""
    if not np.isfinite(value) or value == 0:
        return value if format_.has_infinity or value == 0 else np.nan
    exact = Fraction(value)
    exponent = int(np.frexp(value)[1]) - 1
    step = Fraction(2) ** (max(exponent, format_.min_exponent) - format_.precision + 1)
    nearest = round(exact / step) * step
    if abs(nearest) > format_.largest:
        return np.copysign(np.inf, value) if format_.has_infinity else np.nan
    return float(np.copysign(float(nearest), value))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_every_number_of_a_format_is_kept(name: str):
    """NaN too; and nothing else is a number of it: there are as many codes as kept."""
    dtype = jnp.dtype(name)
    with np.errstate(invalid="ignore"):  # signalling NaN
        codes = np.arange(2 ** (8 * dtype.itemsize), dtype=f"uint{8 * dtype.itemsize}").view(dtype).astype(np.float64)
    assert same(quantise(codes, FORMATS[name]), codes).all()
    assert len(finite_codes(FORMATS[name])) * 2 == np.isfinite(codes).sum()


@casts
def test_every_number_and_all_that_lies_between(name: str, cast: Cast):
    """Of each number: itself, the midpoint to the next one, and the float32 next to either; or of a part of the numbers."""
    with np.errstate(over="ignore"):
        values = edges(format_named(name)).astype(np.float32)
        near = np.concatenate(
            [values, np.nextafter(values, np.float32(np.inf)), np.nextafter(values, np.float32(-np.inf))]
        )
    wide = near.astype(np.float64)
    wrong = wide[~same(quantise(wide, format_named(name)), cast(near))]
    assert wrong.tolist() == []


@casts
@given(values=st.lists(st.floats(width=32), min_size=1, max_size=50))
def test_floats_of_all_sizes(name: str, cast: Cast, values: list[float]):
    given_ = np.array(values)
    assert same(quantise(given_, format_named(name)), cast(given_)).all()


@pytest.mark.parametrize("bits", range(2**4))
def test_every_float32_with_a_few_leading_bits(bits: int):
    """All codes of float32 with zeros in the last 16 bits, one by one, and with the bits that make a tie or nearly one."""
    codes = (np.arange(2**16, dtype=np.uint32) << 16 | np.uint32(bits << 12)).view(np.float32)
    with np.errstate(invalid="ignore"):  # signalling NaN
        wide = codes.astype(np.float64)
        for name, cast in CASTS.values():
            assert same(quantise(wide, format_named(name)), cast(codes)).all(), name


@pytest.mark.parametrize("format_", FORMATS_AND_MORE, ids=lambda format_: format_.name)
@given(value=st.floats() | st.floats(-4, 4))
def test_it_is_the_nearest_by_fractions(format_: Format, value: float):
    found, expected = quantise([value], format_), np.array([exactly(value, format_)])
    assert same(found, expected).all(), (found, expected)


@pytest.mark.parametrize("format_", FORMATS_AND_MORE, ids=lambda format_: format_.name)
def test_the_edges_by_fractions(format_: Format):
    near = near_edges(format_, most=500)
    expected = np.array([exactly(float(value), format_) for value in near])
    assert near[~same(quantise(near, format_), expected)].tolist() == []


def test_float64_is_kept():
    values = edges(FORMATS["float64"])
    assert same(quantise(values, FORMATS["float64"]), values).all()


def test_a_shape_is_kept_and_nothing_is_overwritten():
    values = np.full((2, 3), 1.1)
    assert quantise(values, FORMATS["float16"]).shape == (2, 3)
    assert (values == 1.1).all()
    assert quantise(1.1, FORMATS["float8_e5m2"]).shape == ()
    assert quantise(1.1, FORMATS["float8_e5m2"]) == 1


def test_ties_away_from_zero_would_be_seen():
    """Planted: 9 lies between 8 and 10 of e5m2; the even significand is that of 8."""
    assert quantise(9, FORMATS["float8_e5m2"]) == 8
    assert by_dtype("float8_e5m2")(np.array([9.0])) == 8
    assert quantise(11, FORMATS["float8_e5m2"]) == 12
