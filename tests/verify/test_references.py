"""A reference compared: the first number that is rounded, the first that is wrong, the first lookup that decides wrongly."""

import json
from fractions import Fraction

import numpy as np
import pytest

from tmformer.constructions import perez
from tmformer.errors import ConstructionError
from tmformer.machine import initial_configuration, load, parse
from tmformer.verify.references import compare_reference

BB5 = load("bb5")
START = initial_configuration(BB5.start, (), BB5.blank)


def test_the_first_wrong_bit_is_located():
    """1/9 as the square of the float nearest to 1/3, after 1/3 itself, which is rounded well."""
    found = compare_reference(BB5, START, "float32", max_steps=1000)
    third, first = found.first_rounded, found.first_difference
    assert third is not None
    assert (third.step, third.row, third.quantity, third.exact) == (0, 0, "1/(3(i+1)^2)", Fraction(1, 3))
    assert (third.found, third.ulps) == (float(np.float32(1) / np.float32(3)), Fraction(1, 3))
    assert first is not None
    assert (first.step, first.row, first.quantity, first.exact) == (1, 2, "1/(i+1)^2", Fraction(1, 9))
    assert first.found == float((np.float32(1) / np.float32(3)) ** 2) != float(np.float32(1) / np.float32(9))
    assert first.ulps == Fraction(10, 9)


def test_the_first_wrong_lookup_is_located():
    found = compare_reference(BB5, START, "float32", max_steps=1000)
    assert found.failure == perez.compare_floats(BB5, START, "float32", max_steps=1000)
    assert (found.agreement, found.decodes) == (False, False)
    right = compare_reference(BB5, START, "float32", max_steps=451)
    assert (right.agreement, right.decodes, right.failure) == (False, True, None)


def test_a_row_is_where_the_margin_is_told():
    """A number of a row with a rival comes with the margins of that row's lookup."""
    start = initial_configuration(BB5.start, ("1",) * 3, BB5.blank)
    rows = {row.row: row for row in perez.numbers(BB5, start, "float16", max_steps=9)}
    first = compare_reference(BB5, start, "float16", max_steps=9).first_difference
    assert first is not None
    rival = rows[first.margin_row]
    assert (first.exact_margin, first.float_margin) == (rival.exact_margin, rival.float_margin)
    assert first.exact_margin is not None
    assert all(rows[row].exact_margin is None for row in range(first.row, first.margin_row))


def test_nothing_is_wrong_in_the_first_rows():
    machine = parse("1RZ---")
    found = compare_reference(machine, initial_configuration("A", (), "0"), "float64", max_steps=0)
    assert (found.agreement, found.first_difference, found.failure) == (True, None, None)
    assert found.first_rounded is not None


def test_plain_data():
    for found in (
        compare_reference(BB5, START, "float16", max_steps=60),
        compare_reference(BB5, START, "float64", max_steps=0),
    ):
        plain = found.to_json()
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert plain["construction"] == "perez"
    assert found.to_json()["failure"] is None
    assert found.to_json()["first_rounded"]["expected"] == "1/3"


def test_an_unknown_format_is_refused():
    with pytest.raises(ConstructionError):
        compare_reference(BB5, START, "bfloat16", max_steps=5)
