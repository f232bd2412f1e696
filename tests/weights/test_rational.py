"""Arrays of rationals are Fractions, whatever the size of their numbers: int64 where that is exact, never where it is not."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.weights import Rational, Sparse, dense, sparse
from tmformer.weights.rational import product, rational

EDGES = [1, 2**26, 2**31, 2**52, 2**53 - 1, 2**53, 2**62, 2**63 - 1, 2**63, 2**64, 10**40]
integers = st.integers(-9, 9) | st.builds(
    lambda edge, off, sign: sign * (edge + off), st.sampled_from(EDGES), st.integers(-2, 2), st.sampled_from([-1, 1])
)
positive = integers.map(lambda value: abs(value) or 1)
Table = list[list[Fraction]]


def array(values: list[list[int]], columns: int) -> np.ndarray:
    """int64 below 2**53, as the module promises, else object."""
    out = np.array(values, dtype=object).reshape(len(values), columns)
    return out.astype(np.int64) if all(abs(value) < 2**53 for value in out.ravel()) else out


@st.composite
def rationals(draw: st.DrawFn, rows: int | None = None, columns: int | None = None) -> Rational:
    rows = draw(st.integers(0, 3)) if rows is None else rows
    columns = draw(st.integers(0, 3)) if columns is None else columns
    tops = draw(st.lists(st.lists(integers, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    bottoms = draw(st.lists(st.lists(positive, min_size=1, max_size=1), min_size=rows, max_size=rows))
    return Rational(array(tops, columns), array(bottoms, 1))


def table(values: Rational) -> Table:
    tops, bottoms = values.numerator.tolist(), values.denominator.ravel().tolist()
    assert all(bottom > 0 for bottom in bottoms)
    for part in (values.numerator, values.denominator):
        assert part.dtype in {np.dtype(object), np.dtype(np.int64)}
        assert part.dtype == object or all(abs(value) < 2**63 for value in part.ravel().tolist())
    return [[Fraction(top, bottom) for top in row] for row, bottom in zip(tops, bottoms, strict=True)]


@st.composite
def matrices(draw: st.DrawFn, columns: int) -> Callable[[], Sparse]:
    """How to make a matrix: checking its annotations draws random numbers, which Hypothesis forbids inside a strategy."""
    rows, shift = draw(st.integers(0, 3)), draw(st.sampled_from([0, 1, 20, 52, 61, 62]))
    place = st.tuples(st.integers(0, max(rows - 1, 0)), st.integers(0, max(columns - 1, 0)))
    number = st.integers(-3, 3) | st.sampled_from([2**31, 2**53 - 1, 1 - 2**53])
    entries = draw(st.dictionaries(place, number.filter(bool), max_size=6)) if rows and columns else {}
    return lambda: Sparse((rows, columns), tuple((*where, entries[where]) for where in sorted(entries)), shift)


def times(matrix: Sparse, row: list[Fraction]) -> list[Fraction]:
    items = matrix.items()
    return [sum((items.get((i, j), 0) * row[j] for j in range(len(row))), Fraction(0)) for i in range(matrix.shape[0])]


@given(st.data())
def test_a_sum_is_exact(data: st.DataObject):
    left = data.draw(rationals())
    right = data.draw(rationals(*left.numerator.shape))
    wanted = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(table(left), table(right), strict=True)]
    assert table(left + right) == wanted


@given(rationals())
def test_relu_reduction_and_arrays_are_exact(values: Rational):
    wanted = table(values)
    assert table(values.relu()) == [[max(value, Fraction(0)) for value in row] for row in wanted]
    assert table(values.reduced()) == wanted
    assert values.array().tolist() == wanted
    assert values.array().shape == values.numerator.shape


@given(rationals())
def test_reduced_values_are_in_lowest_terms_and_small_where_they_can_be(values: Rational):
    low = values.reduced()
    for tops, bottom in zip(low.numerator.tolist(), low.denominator.ravel().tolist(), strict=True):
        assert np.gcd.reduce(np.array([*tops, bottom], dtype=object)) == 1
    numbers = [*low.numerator.ravel().tolist(), *low.denominator.ravel().tolist()]
    assert (low.numerator.dtype == np.int64) == all(abs(number) < 2**53 for number in numbers)


@given(rationals())
def test_one_denominator_for_all_rows(values: Rational):
    numerator, denominator = values.common()
    assert [[Fraction(top, denominator) for top in row] for row in numerator.tolist()] == table(values)


@given(st.data())
def test_a_matrix_is_applied_exactly(data: st.DataObject):
    values = data.draw(rationals())
    matrix = data.draw(matrices(values.numerator.shape[1]))()
    assert table(values.apply(matrix)) == [times(matrix, row) for row in table(values)]


@given(st.data())
def test_a_bias_is_added_exactly(data: st.DataObject):
    values = data.draw(rationals())
    columns = values.numerator.shape[1]
    bias = data.draw(matrices(columns))()
    bias = Sparse((columns, 1), tuple((j, 0, value) for i, j, value in bias.entries if i == 0), bias.shift)
    wanted = [[value + bias.items().get((j, 0), 0) for j, value in enumerate(row)] for row in table(values)]
    assert table(values.shifted(bias)) == wanted


def test_a_long_row_of_large_weights_does_not_overflow():
    """The sum of 1,500 numerators just below 2**53 is beyond int64."""
    n = 1500
    matrix = sparse((1, n), {(0, column): 2**53 - 1 for column in range(n)})
    assert rational(np.ones((1, n), dtype=np.int64)).apply(matrix).array().tolist() == [[n * (2**53 - 1)]]


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.data())
def test_a_product_is_exact(n: int, k: int, m: int, data: st.DataObject):
    left, right = data.draw(rationals(n, k)).numerator, data.draw(rationals(k, m)).numerator
    wanted = [[sum((int(left[i, t]) * int(right[t, j]) for t in range(k)), 0) for j in range(m)] for i in range(n)]
    assert product(left, right).tolist() == wanted


@pytest.mark.parametrize("dtype", [np.int64, object])
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_arrays_stay_empty(shape: tuple[int, int], dtype: type):
    empty = Rational(np.zeros(shape, dtype=dtype), np.ones((shape[0], 1), dtype=dtype))
    assert empty.array().shape == shape
    assert empty.common()[0].shape == shape
    assert (empty + empty).relu().reduced().numerator.shape == shape
    assert empty.apply(sparse((2, shape[1]), {})).array().tolist() == [[0, 0]] * shape[0]


def test_a_dense_matrix_of_a_small_one_agrees():
    matrix = sparse((2, 3), {(0, 1): Fraction(-5, 2), (1, 2): 3})
    values = np.array([[1, -2, 4], [0, 8, -1]])
    assert (rational(values).apply(matrix).array() == values @ dense(matrix).T).all()
