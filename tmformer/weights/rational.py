"""Arrays of exact rationals: integer numerators, one denominator a row.

Numerators are int64 as long as a bound on every intermediate result stays below 2**53, where a float64 matrix product of
integers is exact too; beyond it they are Python integers.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from tmformer.weights.sparse import Sparse

_EXACT = 2**53  # float64 holds every integer up to here


@final
@dataclass(frozen=True, eq=False)
class Rational:
    """The matrix numerator / denominator.

    Args:
        numerator: [rows, columns], int64, or object for Python integers.
        denominator: [rows, 1], positive, likewise.
    """

    numerator: np.ndarray
    denominator: np.ndarray

    def __add__(self, other: "Rational") -> "Rational":
        """The exact sum."""
        common = np.lcm(_widen(self.denominator, _largest(other.denominator)), other.denominator)
        left = _scaled(self.numerator, common // self.denominator)
        right = _scaled(other.numerator, common // other.denominator)
        return Rational(_widen(left, 2) + _widen(right, 2), common)

    def __matmul__(self, other: "Rational") -> "Rational":
        """The exact product of two matrices."""
        numerator, denominator = other.common()
        return Rational(
            product(self.numerator, numerator), _scaled(self.denominator, np.array(denominator, dtype=object))
        )

    def transposed(self) -> "Rational":
        """Columns as rows."""
        numerator, denominator = self.common()
        column = np.full((numerator.shape[1], 1), denominator, dtype=object)
        return Rational(numerator.T, _scaled(column, np.int64(1)))

    def relu(self) -> "Rational":
        """max(x, 0)."""
        return Rational(np.maximum(self.numerator, 0), self.denominator)

    def apply(self, matrix: Sparse) -> "Rational":
        """Each row x becomes `matrix` x, exactly: [rows, matrix rows]."""
        rows, columns, values = matrix.columns
        out = np.zeros((self.numerator.shape[0], matrix.shape[0]), dtype=self.numerator.dtype)
        if rows.size:
            distinct, starts = np.unique(rows, return_index=True)
            longest = _largest(values) * int(np.diff(starts, append=rows.size).max())
            numerator = _widen(self.numerator, longest)
            out = out.astype(numerator.dtype)
            out[:, distinct] = np.add.reduceat(numerator[:, columns] * values, starts, axis=1)
        return Rational(out, _scaled(self.denominator, np.int64(2**matrix.shift)))

    def shifted(self, bias: Sparse) -> "Rational":
        """Each row plus the column `bias`, [columns, 1]."""
        column = np.zeros(self.numerator.shape[1], dtype=np.int64)
        rows, _, values = bias.columns
        column[rows] = values
        ones = np.ones_like(self.denominator)
        return self + Rational(np.broadcast_to(column, self.numerator.shape), ones * 2**bias.shift)

    def reduced(self) -> "Rational":
        """The same values in lowest terms, back in int64 where they fit."""
        divisor = np.gcd(np.gcd.reduce(self.numerator, axis=1, keepdims=True), self.denominator)
        numerator, denominator = self.numerator // divisor, self.denominator // divisor
        if max(_largest(numerator), _largest(denominator)) < _EXACT:
            return Rational(numerator.astype(np.int64), denominator.astype(np.int64))
        return Rational(numerator, denominator)

    def common(self) -> tuple[np.ndarray, int]:
        """Numerators over one denominator for all rows, and that denominator."""
        if self.denominator.size and (self.denominator == self.denominator[:1]).all():
            return self.numerator, int(self.denominator[0, 0])
        denominator = math.lcm(*map(int, self.denominator.ravel()))
        factor = denominator // self.denominator.astype(object)
        return _scaled(self.numerator, factor), denominator

    def array(self) -> np.ndarray:
        """The values: int64 where all are integers, else an object array of Fractions."""
        low = self.reduced()
        if (low.denominator == 1).all():
            return low.numerator
        values = np.empty(low.numerator.shape, dtype=object)
        for place, top in np.ndenumerate(low.numerator):
            values[place] = Fraction(int(top), int(low.denominator[place[0], 0]))
        return values


def rational(integers: np.ndarray) -> Rational:
    """An integer array [rows, columns] as rationals."""
    return Rational(integers, np.ones((integers.shape[0], 1), dtype=np.int64))


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The exact product of two integer matrices, [n, k] and [k, m]."""
    if _largest(left) * _largest(right) * left.shape[1] < _EXACT:
        return (left.astype(np.float64) @ right.astype(np.float64)).astype(np.int64)
    return left.astype(object) @ right.astype(object)


def _largest(array: np.ndarray) -> int:
    return int(max(array.max(), -array.min())) if array.size else 0


def _widen(array: np.ndarray, factor: int) -> np.ndarray:
    if array.dtype == object or _largest(array) * factor < _EXACT:
        return array
    return array.astype(object)


def _scaled(array: np.ndarray, factor: np.ndarray | np.int64) -> np.ndarray:
    wide = _widen(array, _largest(np.asarray(factor)))
    result = wide * factor
    return result.astype(np.int64) if result.dtype == object and _largest(result) < _EXACT else result
