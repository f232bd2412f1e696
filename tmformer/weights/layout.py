"""The layout: which coordinates of the residual stream belong to which register, and how values are written there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from tmformer.errors import DecodeError
from tmformer.program import Code, Flag, OneHot, Register, Stream, Value


@final
@dataclass(frozen=True)
class Layout:
    """Registers one after another, in the order of the labels.

    Args:
        registers: the residual stream.
    """

    registers: tuple[Register, ...]

    @cached_property
    def spans(self) -> Mapping[str, range]:
        """For each register its coordinates."""
        spans: dict[str, range] = {}
        start = 0
        for register in self.registers:
            spans[register.name] = range(start, start + width(register))
            start += width(register)
        return spans

    @property
    def d_model(self) -> int:
        """Coordinates of the residual stream."""
        return sum(map(width, self.registers))

    def vector(self, register: str, value: str) -> Mapping[int, int]:
        """What `register` holds where it holds `value`: its coordinates that are not zero.

        >>> from tmformer.program import Code
        >>> Layout((Register("row", Flag()), Register("time", Code(3)))).vector("time", "6")
        {1: -1, 2: 1, 3: 1}
        """
        span = self.spans[register]
        match self.types[register]:
            case OneHot():
                return {self.coordinate(register, value): 1}
            case Flag():
                return {span[0]: 1} if value == "1" else {}
            case Code():
                return {coordinate: 2 * (int(value) >> digit & 1) - 1 for digit, coordinate in enumerate(span)}

    def coordinate(self, register: str, value: str) -> int:
        """The coordinate that is 1 where the one-hot `register` holds `value`."""
        return self._coordinates[register, value]

    @cached_property
    def types(self) -> Mapping[str, OneHot | Flag | Code]:
        """For each register its type."""
        return {register.name: register.type for register in self.registers}

    @cached_property
    def _coordinates(self) -> Mapping[tuple[str, str], int]:
        return {
            (register.name, value): coordinate
            for register in self.registers
            if isinstance(register.type, OneHot)
            for value, coordinate in zip(register.type.values, self.spans[register.name], strict=True)
        }

    def coordinate_names(self) -> tuple[str, ...]:
        """A name for each coordinate, such as ``symbol=1`` or ``own_cell[3]``."""
        return tuple(name for register in self.registers for name in _coordinate_names(register))

    def encode(self, stream: Stream) -> np.ndarray:
        """The residual stream as integers [rows, d_model]."""
        out = np.zeros((stream.num_rows, self.d_model), dtype=np.int64)
        for register in self.registers:
            span = self.spans[register.name]
            out[:, span.start : span.stop] = _encode(register, stream[register.name])
        return out

    def decode(self, array: np.ndarray) -> Stream:
        """The stream in symbols; every value must lie on its register's grid, exactly.

        Args:
            array: [rows, d_model], any real dtype; object arrays of int or Fraction too.

        Raises:
            DecodeError: naming the first register and row that lies off its grid.
        """
        columns: dict[str, tuple[Value, ...]] = {}
        for register in self.registers:
            span = self.spans[register.name]
            columns[register.name] = _decode(register, array[:, span.start : span.stop])
        return Stream(columns)

    def describe(self, stream: Stream) -> Sequence[str]:
        """One line a row: the registers that are not empty."""
        return [
            " ".join(
                f"{name}={value}" for name, value in stream.row(row).items() if value is not None and value is not False
            )
            for row in range(stream.num_rows)
        ]


def width(register: Register) -> int:
    """Coordinates of a register."""
    match register.type:
        case OneHot(values=values):
            return len(values)
        case Code(digits=digits):
            return digits
        case Flag():
            return 1


def _coordinate_names(register: Register) -> list[str]:
    match register.type:
        case OneHot(values=values):
            return [f"{register.name}={value}" for value in values]
        case Code(digits=digits):
            return [f"{register.name}[{digit}]" for digit in range(digits)]
        case Flag():
            return [register.name]


def _encode(register: Register, values: Sequence[Value]) -> np.ndarray:
    out = np.zeros((len(values), width(register)), dtype=np.int64)
    match register.type:
        case OneHot(values=names):
            index = {name: place for place, name in enumerate(names)}
            places = np.array([-1 if value is None else index[str(value)] for value in values], dtype=np.int64)
            rows = np.flatnonzero(places >= 0)
            out[rows, places[rows]] = 1
        case Code(digits=digits):
            indices = np.array([0 if value is None else int(value) for value in values], dtype=np.int64)
            is_set = np.array([value is not None for value in values])
            signs = 2 * (indices[:, None] >> np.arange(digits) & 1) - 1
            out[:] = np.where(is_set[:, None], signs, 0)
        case Flag():
            out[:, 0] = np.array(values, dtype=np.int64)
    return out


def _decode(register: Register, array: np.ndarray) -> tuple[Value, ...]:
    zeros = (array == 0).all(axis=1)
    match register.type:
        case OneHot(values=names):
            good = ((array == 0) | (array == 1)).all(axis=1) & ((array == 1).sum(axis=1) <= 1)
            places = np.argmax(array == 1, axis=1)
            decoded = np.array([*names, None], dtype=object)[np.where(zeros, len(names), places)]
        case Code(digits=digits):
            good = ((array == -1) | (array == 1)).all(axis=1) | zeros
            indices = ((array == 1).astype(np.int64) << np.arange(digits)).sum(axis=1)
            decoded = indices.astype(object)
            decoded[zeros] = None
        case Flag():
            good = (array[:, 0] == 0) | (array[:, 0] == 1)
            decoded = ~zeros
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise DecodeError(
            "After each block every register lies on its grid, exactly",
            found=f"{register.name} = [{', '.join(map(str, array[row]))}]",
            where=f"row {row}",
            remedy="Use a format with enough precision, or the nearest grid point for the graded regime.",
        )
    values: list[Value] = decoded.tolist()
    return tuple(values)
