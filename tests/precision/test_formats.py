"""Formats against what ml_dtypes and NumPy say of them, values against a cast there and back, beta against exp itself."""

import math
from dataclasses import replace
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import PrecisionError
from tmformer.precision import FORMATS, NATIVE_FORMATS, Format, format_named, native_format_named, quantise

formats = pytest.mark.parametrize("format_", FORMATS.values(), ids=FORMATS)
native = pytest.mark.parametrize("format_", NATIVE_FORMATS.values(), ids=NATIVE_FORMATS)
with_a_dtype = pytest.mark.parametrize("format_", [each for each in FORMATS.values() if each.name != "tf32"], ids=str)
ON_REQUEST = [format_named(f"e{e}m{m}") for e in range(2, 12) for m in range(1, 53)]


def is_kept_by_a_cast(value: Fraction, format_: Format) -> bool:
    """Whether the value is the same after a cast to the format, and neither subnormal nor infinite there.

    Only for values that float64 holds.
    """
    with np.errstate(over="ignore"):
        cast = np.asarray(float(value)).astype(dtype(format_))
    if format_.name == "tf32":
        cast = (cast.view(np.int32) & ~(2**13 - 1)).view(np.float32)
    cast = float(cast.astype(np.float64))
    return np.isfinite(cast) and Fraction(cast) == value and (value == 0 or abs(cast) >= smallest_normal(format_))


def dtype(format_: Format) -> np.dtype:
    return jnp.dtype("float32" if format_.name == "tf32" else format_.name)


def smallest_normal(format_: Format) -> float:
    return float(jnp.finfo(dtype(format_)).smallest_normal)


def test_the_formats_are_those_of_the_issue():
    names = ["float64", "float32", "tf32", "bfloat16", "float16", "float8_e4m3fn", "float8_e5m2"]
    assert list(FORMATS) == names
    assert list(NATIVE_FORMATS) == ["float64", "float32", "bfloat16", "float16"]
    for name, format_ in FORMATS.items():
        assert format_.name == name
        assert format_named(name) is format_


def test_an_unknown_format_has_a_near_name():
    with pytest.raises(PrecisionError) as caught:
        format_named("float23")
    assert caught.value.found == "'float23'"
    assert "did you mean 'float32'?" in caught.value.remedy


@pytest.mark.parametrize(
    "name", ["float8", "e1m3", "e12m3", "e5m0", "e5m53", "e05m7", "e5m07", "e5m", "E5M7", "e5m7 ", "e5m7\n"]
)
def test_what_is_no_format_is_refused(name: str):
    with pytest.raises(PrecisionError):
        format_named(name)


def test_only_native_formats_are_run():
    for name, format_ in NATIVE_FORMATS.items():
        assert native_format_named(name) is format_
    with pytest.raises(PrecisionError) as caught:
        native_format_named("float8_e5m2")
    assert caught.value.found == "float8_e5m2, which is emulated"
    assert "bfloat16" in caught.value.remedy


@with_a_dtype
def test_a_format_is_what_its_dtype_is(format_: Format):
    info = jnp.finfo(format_.name)
    assert format_.precision == info.nmant + 1
    assert format_.max_exponent == math.frexp(float(info.max))[1] - 1
    assert 2.0**format_.min_exponent == float(info.smallest_normal)
    assert float(format_.unit_roundoff) == float(info.eps) / 2
    assert format_.largest == Fraction(float(info.max))
    with np.errstate(over="ignore"):
        assert format_.has_infinity == np.isinf(np.asarray(np.inf).astype(info.dtype).astype(np.float64))


def test_tf32_is_float32_with_the_significand_of_float16():
    tf32, float32, float16 = (FORMATS[name] for name in ("tf32", "float32", "float16"))
    assert tf32.precision == float16.precision
    assert (tf32.max_exponent, tf32.min_exponent) == (float32.max_exponent, float32.min_exponent)
    assert tf32.largest == float32.largest - Fraction(2) ** 104 * (2**13 - 1)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("e11m52", "float64"),
        ("e8m23", "float32"),
        ("e8m10", "tf32"),
        ("e8m7", "bfloat16"),
        ("e5m10", "float16"),
        ("e5m2", "float8_e5m2"),
    ],
)
def test_a_format_on_request_is_the_known_one(name: str, same: str):
    """But for its name, and for what JAX makes of it: it is emulated, so subnormal numbers survive where float64 has room."""
    expected = replace(FORMATS[same], name=name, is_native=False, subnormals=name != "e11m52")
    assert format_named(name) == expected


def test_formats_on_request_are_emulated():
    assert len(ON_REQUEST) == 520
    assert not any(each.is_native for each in ON_REQUEST)
    assert format_named("e4m3").largest == 240


@with_a_dtype
def test_whether_subnormal_numbers_survive(format_: Format):
    """The least one, multiplied by 1 in a compiled function; said to survive only if it does."""
    least = jnp.asarray(2.0 ** (format_.min_exponent - format_.precision + 1), format_.name)
    found = np.asarray(jax.jit(lambda x, y: x * y)(least, jnp.ones((), format_.name))).astype(np.float64)
    assert (found == 2.0 ** (format_.min_exponent - format_.precision + 1)) == format_.subnormals
    assert found in (0, 2.0 ** (format_.min_exponent - format_.precision + 1))


@formats
def test_integers_are_exact_up_to_the_largest_and_not_beyond(format_: Format):
    largest = format_.largest_exact_integer
    below = range(largest) if largest <= 2**11 else [*range(1000), *range(largest - 1000, largest)]
    for integer in (*below, largest):
        assert format_.is_representable(Fraction(integer))
        assert format_.is_representable(Fraction(-integer))
    assert not format_.is_representable(Fraction(largest + 1))
    assert not is_kept_by_a_cast(Fraction(largest + 1), format_) or format_.name == "float64"
    assert largest == 2**format_.precision


def test_a_format_may_end_before_its_integers_do():
    short = format_named("e2m5")
    assert (short.largest, short.largest_exact_integer) == (Fraction(63, 16), 3)
    assert short.is_representable(Fraction(63, 16))
    assert not short.is_representable(Fraction(4))


@formats
def test_the_unit_roundoff_is_the_largest_relative_error(format_: Format):
    """A tie between 1 and its successor is off by u exactly, and is rounded to even."""
    u = format_.unit_roundoff
    assert not format_.is_representable(1 + u)
    assert format_.is_representable(1 + 2 * u)
    assert format_.is_representable(1 - u)


@formats
def test_the_boundaries_of_the_exponent(format_: Format):
    """The least normal number and the largest finite one are numbers of the format; their neighbours beyond are not."""
    least, largest = Fraction(smallest_normal(format_)), format_.largest
    assert format_.largest < Fraction(2) ** (format_.max_exponent + 1)
    for value in (least, largest, 2 * least, 3 * least, Fraction(2) ** format_.max_exponent):
        assert format_.is_representable(value), value
        assert format_.is_representable(-value), value
    for value in (least / 2, Fraction(2) ** (format_.max_exponent + 1), 2 * largest):
        assert not format_.is_representable(value), value
    assert format_.is_representable(Fraction(0))


@st.composite
def dyadics(draw: st.DrawFn, format_: Format) -> Fraction:
    """Dyadic rationals that float64 holds, about as long and as large as a format can bear."""
    digits = draw(st.integers(1, min(format_.precision + 2, 53)))
    numerator = draw(st.integers(2 ** (digits - 1), 2**digits - 1))
    reach = min(format_.max_exponent, 900)
    exponent = draw(st.sampled_from([-reach, 0, reach])) + draw(st.integers(-30, 30))
    return draw(st.sampled_from([1, -1])) * numerator * Fraction(2) ** (exponent - digits)


@formats
@given(data=st.data())
def test_is_representable_is_a_cast_there_and_back(format_: Format, data: st.DataObject):
    value = data.draw(dyadics(format_))
    assert format_.is_representable(value) == is_kept_by_a_cast(value, format_)


def test_every_short_dyadic_in_the_smallest_format():
    """All n / 2**s for |n| up to 2**12 + 2 and s up to 15, one by one."""
    float16 = FORMATS["float16"]
    for shift in range(16):
        numerators = np.arange(-(2**12) - 2, 2**12 + 3)
        values = numerators / 2**shift
        cast = values.astype(np.float16).astype(np.float64)
        expected = (cast == values) & ((np.abs(values) >= 2.0**-14) | (values == 0))
        found = [float16.is_representable(Fraction(int(n), 2**shift)) for n in numerators]
        assert numerators[expected != found].tolist() == [], f"over 2**{shift}"


# beta -------------------------------------------------------------------------------------------------------------------


@formats
def test_beta_is_a_power_of_two(format_: Format):
    assert format_.beta & (format_.beta - 1) == 0
    assert format_.is_representable(Fraction(format_.beta))


@native
def test_one_score_unit_underflows_to_exactly_0(format_: Format):
    """Eager, compiled and in an array, of every length: exp(0) = 1 and exp(-beta) = 0, and no less than beta does."""
    exps = {"eager": jnp.exp, "compiled": jax.jit(jnp.exp)}
    for name, exp in exps.items():
        for shape in ((), (1,), (7,), (64,), (3, 65)):
            gap = jnp.full(shape, -float(format_.beta), format_.name)
            assert (np.asarray(exp(gap)) == 0).all(), (name, shape)
            assert not np.signbit(np.asarray(exp(gap))).any(), (name, shape)
            assert (np.asarray(exp(gap * 0)) == 1).all(), (name, shape)
            assert (np.asarray(exp(gap * 2)) == 0).all(), (name, shape)
            assert (np.asarray(exp(gap / 2)) > 0).all(), (name, shape)


@pytest.mark.parametrize("format_", [*FORMATS.values(), *ON_REQUEST], ids=lambda format_: format_.name)
def test_beta_is_the_least_power_of_two_beyond_underflow(format_: Format):
    """exp(-x) rounds to 0 from half of the least subnormal number on, 2**(min_exponent - precision); no case is close."""
    nats = (format_.precision - format_.min_exponent) * math.log(2)
    assert format_.beta / 2 < nats * (1 - 1e-6)
    assert nats * (1 + 1e-6) < format_.beta


def test_the_betas():
    assert {name: format_.beta for name, format_ in FORMATS.items()} == {
        "float64": 1024,
        "float32": 128,
        "tf32": 128,
        "bfloat16": 128,
        "float16": 32,
        "float8_e4m3fn": 8,
        "float8_e5m2": 16,
    }


@formats
def test_exp_of_minus_beta_rounds_to_0_and_of_half_of_it_does_not(format_: Format):
    """In rounding to the format, where subnormal numbers are kept."""
    powers = quantise(np.exp([-float(format_.beta), -format_.beta / 2, 0]), format_)
    assert powers[0] == 0
    assert powers[1] > 0
    assert powers[2] == 1
