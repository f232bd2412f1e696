"""The rows so far, as attention sees them: their numbers, and what the last one reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from tmformer.machine import Machine

FLOATS = ("float64", "float32", "float16")
"""The number formats in which the run fails."""
NUMBERS = ("exact", *FLOATS)
"""What a run can be made in; `exact` is in rationals."""

Margin: TypeAlias = Fraction | float | None
"""Score of the row found minus the best score of a row with another symbol; None if there is no such row."""

_Numbers: TypeAlias = npt.NDArray[Any]


@final
@dataclass(frozen=True)
class Row:
    """The symbols of a row, and where its machine step leads."""

    write: str
    move: int
    next_state: str


@final
@dataclass(frozen=True)
class Reading:
    """What the last row reads: the symbols of the rows found."""

    row: Row
    found: tuple[str, ...]
    margin: Margin


@final
class Rows:
    """The rows so far, as attention sees them.

    Floats: queries and keys are as in the formula. Exact: as integers, a query over the denominator (i + 1)^2 and a key
    over 3 (j + 1)^2, as Python integers of any size.
    """

    def __init__(self, machine: Machine, arithmetic: str, rows: Iterable[Row] = ()) -> None:
        self._symbols = machine.symbols
        self._codes = {symbol: code for code, symbol in enumerate(machine.symbols)}
        self._blank = self._codes[machine.blank]
        self._type: Any = None if arithmetic == "exact" else np.dtype(arithmetic).type
        self._keys: _Numbers = np.empty((3, 64), object if self._type is None else self._type)
        self._writes = np.empty(64, np.intp)
        self._count = 0
        self._cell: Any = self._number(0)
        self._query: tuple[Any, Any, Any] = (0, 0, 0)
        for row in rows:
            self.append(row)

    def append(self, row: Row) -> None:
        """Add a row: its key, its query and its value."""
        index = self._count
        if index == len(self._writes):
            self._keys = np.concatenate([self._keys, np.empty_like(self._keys)], axis=1)
            self._writes = np.concatenate([self._writes, np.empty_like(self._writes)])
        with np.errstate(all="ignore"):
            asked, known = self._position(index)
            self._keys[:, index] = _key(self._cell * known[0], *known)
            self._cell = self._cell + self._number(row.move)
            self._query = _query(self._cell * asked[0], *asked)
        self._writes[index] = self._codes[row.write]
        self._count = index + 1

    def read(self, row: Row) -> Reading:
        """The symbol at the cell that the last row, `row`, moves to."""
        scores, is_same = self._scores()
        if self._type is not None and not np.isfinite(scores).all():
            return Reading(row, (), None)
        codes = np.where(is_same, self._writes[: self._count], self._blank)
        best = scores.max()
        found = _codes_found(codes, scores == best)
        rivals = scores[~np.isin(codes, found)]
        margin: Any = best - rivals.max() if rivals.size else None
        if len(found) > 1:
            margin = 0.0
        elif margin is not None and self._type is not None:
            margin = float(margin)
        return Reading(row, tuple(self._symbols[code] for code in found), margin)

    def numbers(self, *, reads: bool) -> dict[str, Fraction | float]:
        """The numbers of the last row, i, by name: its key, its query and, if it reads, its score of each row so far.

        Args:
            reads: whether the last row reads: those of the prompt before START do not.
        """
        index = self._count - 1
        key: list[Any] = list(self._keys[:, index])
        query: list[Any] = list(self._query)
        if self._type is None:
            key = [Fraction(number, 3 * (index + 1) ** 2) for number in key]
            query = [Fraction(number, (index + 1) ** 2) for number in query]
        found = {
            "1/(i+1)": key[0],
            "1/(i+1)^2": query[2],
            "1/(3(i+1)^2)": key[2],
            "average of the moves before": -key[1],
            "average of the moves": query[0],
        }
        if reads:
            found |= {f"score of row {row}": score for row, score in enumerate(self._scores()[0])}
        return {name: number if self._type is None else float(number) for name, number in found.items()}

    def _scores(self) -> tuple[_Numbers, _Numbers]:
        """The last row's score of each row so far, and which of them are of the cell asked for."""
        keys, query = self._keys[:, : self._count], self._query
        with np.errstate(all="ignore"):
            apart = query[0] * keys[0] + query[1] * keys[1]
            scores = -np.abs(apart + query[2] * keys[2])
            is_same = np.abs(apart) + np.abs(apart) < query[1] * keys[0]
        return (self._as_fractions(scores) if self._type is None else scores), is_same

    def _position(self, index: int) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """(e, e^2) of a query and (e, e^2 / 3) of a key."""
        if self._type is None:
            return (index + 1, 1), (3 * (index + 1), 1)
        inverse = self._number(1) / self._number(index + 1)
        return (inverse, inverse * inverse), (inverse, inverse * inverse * (self._number(1) / self._number(3)))

    def _as_fractions(self, numerators: _Numbers) -> _Numbers:
        common = 3 * self._count**2
        scores = np.empty(len(numerators), object)
        scores[:] = [Fraction(number, common * (row + 1) ** 2) for row, number in enumerate(numerators)]
        return scores

    def _number(self, value: int) -> Any:  # noqa: ANN401 - an integer or a NumPy float
        return value if self._type is None else self._type(value)


def _query(average: Any, inverse: Any, square: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
    return average, inverse, square


def _key(average: Any, inverse: Any, third: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
    return inverse, -average, third


def _codes_found(codes: npt.NDArray[np.intp], is_found: npt.NDArray[np.bool_]) -> list[int]:
    return sorted({int(code) for code in codes[is_found]})
