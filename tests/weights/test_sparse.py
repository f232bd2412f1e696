"""Sparse matrices hold dyadic rationals that float64 holds exactly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import WeightsError
from tmformer.weights import dense, sparse

dyadic = st.builds(lambda top, shift: Fraction(top, 2**shift), st.integers(-(2**20), 2**20), st.integers(0, 20))
places = st.tuples(st.integers(0, 2), st.integers(0, 3))
items = st.dictionaries(places, dyadic | st.integers(-9, 9), max_size=8)


@given(items)
def test_entries_are_kept_without_zeros(entries: dict[tuple[int, int], Fraction | int]):
    matrix = sparse((3, 4), entries)
    assert matrix.items() == {place: value for place, value in entries.items() if value}
    assert list(matrix.items()) == sorted(matrix.items())
    assert matrix.nonzero == len(matrix.items())
    assert matrix.size == 12


@given(items)
def test_equal_matrices_are_equal_values(entries: dict[tuple[int, int], Fraction | int]):
    backwards = dict(reversed([*entries.items()]))
    assert sparse((3, 4), entries) == sparse((3, 4), backwards | {(2, 3): entries.get((2, 3), 0)})


@given(items)
def test_a_dense_matrix_is_exact(entries: dict[tuple[int, int], Fraction | int]):
    array = dense(sparse((3, 4), entries))
    assert array.dtype == np.float64
    assert all(Fraction(array[place]) == entries.get(place, 0) for place in np.ndindex(3, 4))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((0, 0), Fraction(1, 3)),
        ((0, 0), 2**53),
        ((0, 0), -(2**53)),
        ((0, 0), Fraction(1, 2**63)),
        ((3, 0), 1),
        ((0, 4), 1),
        ((-1, 0), 1),
        ((0, -1), 1),
    ],
)
def test_what_is_not_dyadic_or_outside_is_refused(place: tuple[int, int], value: Fraction | int):
    with pytest.raises(WeightsError):
        sparse((3, 4), {place: value})


def test_the_largest_and_the_smallest_entries_are_kept():
    largest = {(0, 0): 2**53 - 1, (0, 1): 1 - 2**53}
    smallest = {(0, 0): Fraction(1, 2**62), (0, 1): Fraction(-1, 2**62)}
    for entries in (largest, smallest):
        matrix = sparse((1, 2), entries)
        assert matrix.items() == entries
        assert {place: Fraction(dense(matrix)[place]) for place in entries} == entries


def test_an_empty_matrix_is_a_matrix():
    for shape in ((0, 0), (0, 3), (3, 0), (2, 2)):
        assert dense(sparse(shape, {})).shape == shape
        assert [part.size for part in sparse(shape, {}).columns] == [0, 0, 0]
