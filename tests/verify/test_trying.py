"""Findings, and rounding of rationals."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.planted import means
from tmformer.precision import FORMATS, quantise
from tmformer.verify.trying import Finding, compare, nearest, together


@given(st.sampled_from(sorted(FORMATS)), st.floats(-200, 200))
def test_nearest_is_what_quantise_does(name: str, value: float):
    assert float(nearest(Fraction(value), FORMATS[name])) == quantise(value, FORMATS[name])


def test_compare():
    expected = np.array([[1.0, np.nan], [2.0, 3.0]])
    assert compare(expected, np.array([[1.0, 9.0], [2.0, 3.0]]), str) == Finding(True, 3, "")
    wrong = compare(expected, np.array([[1.0, 9.0], [np.nan, 4.0]]), str)
    assert wrong == Finding(False, 3, "(1, 0) is nan, not 2.0; 2 in all")


def test_together():
    good, said, bad = Finding(True, 1, ""), Finding(True, 2, "worst"), Finding(False, 3, "first")
    assert together([good, said]) == Finding(True, 3, "worst")
    assert together([good, said, bad, bad]) == Finding(False, 9, "first")


def test_scores_are_exact_and_finite():
    assert means("float8_e4m3fn", largest=64).scores_up_to(8.0) == 16
    assert means("float16", largest=4096).scores_up_to(32.0) == 2047
    assert means("float32", largest=64).scores_up_to(128.0) == 64
