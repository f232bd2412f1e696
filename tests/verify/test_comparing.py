"""Two readings are equal in every bit, or their first difference is located."""

from dataclasses import replace
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from tmformer.machine import Configuration, Tape
from tmformer.verify import Reading, compare_arrays, compare_readings

NAMES = ("a", "b", "c")
EXACT = np.array([[0, 1, -1], [1, 0, 0]])
DTYPES = (np.int64, np.float64, np.float32, np.float16, ml_dtypes.bfloat16)
NOW = Configuration("A", (Tape(0, 0, ("1",), "0"),))
READING = Reading(NOW, "running", EXACT)

dtypes = pytest.mark.parametrize("dtype", DTYPES)


@dtypes
def test_equal_arrays_have_no_difference(dtype: type):
    assert compare_arrays(EXACT, EXACT.astype(dtype), NAMES) is None


def test_fractions_are_compared_exactly():
    fractions = np.vectorize(Fraction, otypes=[object])(EXACT)
    assert compare_arrays(EXACT, fractions, NAMES) is None
    fractions[1, 2] = Fraction(1, 3**50)
    assert compare_arrays(EXACT, fractions, NAMES) == ("c at row 1", "0", str(Fraction(1, 3**50)))


@dtypes
def test_the_first_difference_is_located(dtype: type):
    found = EXACT.astype(dtype)
    found[1, 1] = found[1, 2] = 1
    where, expected, got = compare_arrays(EXACT, found, NAMES)
    assert where == "b at row 1"
    assert (float(expected), float(got)) == (0, 1)


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_an_ulp_is_a_difference(dtype: type):
    found = EXACT.astype(dtype)
    found[0, 1] += dtype(ml_dtypes.finfo(dtype).eps)
    assert compare_arrays(EXACT, found, NAMES)[0] == "b at row 0"


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_the_sign_of_a_zero_is_a_difference(dtype: type):
    found = EXACT.astype(dtype)
    found[0, 0] = -found[0, 0]
    where, expected, got = compare_arrays(EXACT, found, NAMES)
    assert (where, float(expected), float(got)) == ("a at row 0", 0, 0)
    assert got.startswith("-")


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_what_is_no_number_is_a_difference(dtype: type):
    for value in ("nan", "inf", "-inf"):
        found = EXACT.astype(dtype)
        found[1, 0] = float(value)
        assert compare_arrays(EXACT, found, NAMES)[0] == "a at row 1"


def test_readings_differ_by_configuration_then_outcome_then_register():
    other = Configuration("B", (Tape(0, 0, ("1",), "0"),))
    array = EXACT.copy()
    array[0, 2] = 0
    assert compare_readings(READING, READING, NAMES) is None
    assert compare_readings(READING, Reading(other, "halted", array), NAMES) == ("configuration", str(NOW), str(other))
    assert compare_readings(READING, Reading(NOW, "halted", array), NAMES) == ("outcome", "running", "halted")
    assert compare_readings(READING, replace(READING, residual=array), NAMES) == ("c at row 0", "-1", "0")
