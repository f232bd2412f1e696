"""Distances in ulps are exact, and a bit that differs is seen in every format."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.precision import FORMATS, format_named, quantise
from tmformer.verify import largest_ulps, ulp
from tmformer.verify.ulps import differing, plain, ulps_apart

FLOAT32 = FORMATS["float32"]
EXACT = np.array([[0, 1, -1], [3, 0, 4]])

formats = pytest.mark.parametrize("name", [*FORMATS, "e3m1", "e5m7"])


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=2.0**-126, max_value=2.0**126))
def test_an_ulp_is_the_distance_to_the_next_float(value: float):
    assert float(ulp(Fraction(value), FLOAT32)) == float(np.spacing(np.float32(value)))
    assert ulp(Fraction(-value), FLOAT32) == ulp(Fraction(value), FLOAT32)


@formats
def test_the_ulp_of_zero_is_that_of_one(name: str):
    assert ulp(Fraction(0), format_named(name)) == ulp(Fraction(1), format_named(name))


def test_below_the_normal_numbers_an_ulp_stays():
    assert ulp(Fraction(1, 2**140), FLOAT32) == Fraction(1, 2**149)


def test_powers_of_two_begin_a_binade():
    for value in (Fraction(1), Fraction(1, 3), Fraction(2, 3), Fraction(7, 8), Fraction(8, 7)):
        exponent = 0 if value >= 1 else -1 if value >= Fraction(1, 2) else -2
        assert ulp(value, FLOAT32) == Fraction(2) ** (exponent - 23)


def test_distances():
    assert ulps_apart(Fraction(1, 3), float(np.float32(1) / np.float32(3)), FLOAT32) == Fraction(1, 3)
    assert ulps_apart(Fraction(1), 1.0, FLOAT32) == 0
    assert ulps_apart(Fraction(1), float("nan"), FLOAT32) is None


@formats
def test_equal_arrays_are_0_ulps_apart(name: str):
    format_ = format_named(name)
    assert largest_ulps(EXACT, EXACT.astype(np.float64), format_) == 0
    assert not differing(EXACT, EXACT.astype(np.float64), format_).any()


@given(st.integers(0, 5), st.integers(0, 5), st.integers(1, 2**20), st.integers(-(2**20), 2**20))
def test_the_largest_of_some_distances(one: int, other: int, more: int, less: int):
    found = EXACT.astype(np.float64)
    found.flat[one] += more * 2.0**-23
    found.flat[other] += less * 2.0**-23
    pairs = zip(EXACT.ravel().tolist(), found.ravel().tolist(), strict=True)
    assert largest_ulps(EXACT, found, FLOAT32) == max(
        abs(Fraction(b) - a) / ulp(Fraction(a), FLOAT32) for a, b in pairs
    )


def test_distances_smaller_than_a_float64_of_one_are_exact():
    found = EXACT.astype(np.float64)
    found[0, 0] = 2.0**-100
    assert largest_ulps(EXACT, found, FLOAT32) == Fraction(1, 2**77)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_what_is_no_number_has_no_distance(value: str):
    found = EXACT.astype(np.float64)
    found[1, 2] = float(value)
    assert largest_ulps(EXACT, found, FLOAT32) is None
    assert np.argwhere(differing(EXACT, found, FLOAT32)).tolist() == [[1, 2]]


def test_the_sign_of_a_zero_is_a_bit_and_no_distance():
    found = EXACT.astype(np.float64)
    found[1, 1] = -0.0
    assert largest_ulps(EXACT, found, FLOAT32) == 0
    assert np.argwhere(differing(EXACT, found, FLOAT32)).tolist() == [[1, 1]]


@formats
def test_what_is_rounded_well_has_no_wrong_bit(name: str):
    exact = np.array([[Fraction(1, 3), Fraction(5, 7), Fraction(1, 2)]], dtype=object)
    found = quantise([[1 / 3, 5 / 7, 0.5]], format_named(name))
    assert not differing(exact, found, format_named(name)).any()
    found[0, 0] += 0.5
    assert differing(exact, found, format_named(name)).tolist() == [[True, False, False]]


def test_plain_numbers():
    assert [plain(each) for each in (Fraction(3), Fraction(3, 4), None)] == [3, "3/4", None]
