"""Sparse exact matrices: integer numerators over one power of two."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np

from tmformer.errors import WeightsError

MAX_SHIFT = 62  # 2**shift is an int64
_LIMIT = 2**53  # a numerator that float64 holds exactly, so that every reader of a file does


@final
@dataclass(frozen=True)
class Sparse:
    """A matrix of dyadic rationals, its entries that are not zero, ordered by row, then column.

    Args:
        shape: rows, columns.
        entries: (row, column, numerator) of each entry that is not zero.
        shift: an entry is numerator / 2**shift.
    """

    shape: tuple[int, int]
    entries: tuple[tuple[int, int, int], ...]
    shift: int = 0

    @property
    def nonzero(self) -> int:
        """Entries that are not zero."""
        return len(self.entries)

    @property
    def size(self) -> int:
        """Entries of the dense matrix."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows, columns and numerators of the entries, as int64 arrays."""
        rows, columns, numerators = np.array(self.entries, dtype=np.int64).reshape(-1, 3).T
        return rows, columns, numerators

    def items(self) -> Mapping[tuple[int, int], Fraction]:
        """Every entry that is not zero, by row and column."""
        return {(row, column): Fraction(value, 2**self.shift) for row, column, value in self.entries}


def sparse(shape: tuple[int, int], items: Mapping[tuple[int, int], int | Fraction]) -> Sparse:
    """The matrix with these entries, zero elsewhere.

    Raises:
        WeightsError: for an entry outside the shape, or one that is not dyadic or too long for float64.

    >>> sparse((1, 3), {(0, 2): Fraction(-5, 2), (0, 1): 2})
    Sparse(shape=(1, 3), entries=((0, 1, 4), (0, 2, -5)), shift=1)
    """
    kept = sorted((row, column, value) for (row, column), value in items.items() if value != 0)
    one = 1 << max((value.denominator.bit_length() - 1 for _, _, value in kept), default=0)
    entries: list[tuple[int, int, int]] = []
    for row, column, value in kept:
        numerator = value.numerator * (one // value.denominator)
        inside = 0 <= row < shape[0] and 0 <= column < shape[1]
        if not inside or one > 2**MAX_SHIFT or one % value.denominator or abs(numerator) >= _LIMIT:
            raise WeightsError(
                "Each weight is a dyadic rational of at most 53 bits, inside its matrix",
                found=str(value),
                where=f"row {row}, column {column} of a {shape[0]} x {shape[1]} matrix",
                remedy="Use integers, or fractions over a power of two.",
            )
        entries.append((row, column, numerator))
    return Sparse(shape, tuple(entries), one.bit_length() - 1)


def dense(matrix: Sparse) -> np.ndarray:
    """The matrix as float64 [rows, columns]; exact, as every entry has at most 53 bits."""
    out = np.zeros(matrix.shape)
    rows, columns, numerators = matrix.columns
    out[rows, columns] = numerators / 2**matrix.shift
    return out
