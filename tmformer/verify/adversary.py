"""Adversaries: one row that asks, against as many rows as a network is compiled for, chosen to make attention fail.

Where a sum, a score or a tie can go wrong depends on who asks and on what all other rows show, not on how the run came
there. So an instance is what the rows show to lookups, and the rows that ask; nothing of size rows x rows is made.

cellular: one message, at the first or the last cell, or where all digits of the code change from a cell to the next one.
Those who ask are the cell it is for, the one that sent it, cells whose code differs from its own in the first or the last
digit only, the first and the last cell, and the beginning of the sequence.

wei_ma: a history at one cell, so that every record ties with all others in all digits but those of time, and a history whose
first half is at one cell and whose second half is at another, one digit away, so that half of all records tie and the other
half are one unit of score behind. The newest row asks for the cell it is at and for both of its neighbours: one was never
written, and all records are one digit away from it; to come to another every digit of the cell is carried.

Some machine that stays and moves makes each of these histories; attention knows of a machine only how many states and
symbols it has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.machine import Machine, Move, Transition
from tmformer.program import Labels, Stream, Value, empty_value
from tmformer.weights import Weights

MACHINE = Machine(
    name="adversary",
    states=("A", "B"),
    symbols=("0", "1", "2"),
    blank="0",
    start="A",
    transitions=tuple(
        Transition(state, symbol, write, move, other)
        for state, other in (("A", "B"), ("B", "A"))
        for symbol, write, move in (("0", "0", Move.STAY), ("1", "2", Move.RIGHT), ("2", "1", Move.LEFT))
    ),
)
"""Two states and three symbols: it stays, moves to the right or moves to the left, as the symbol says."""

_MOVES = {"right": 1, "left": -1, "stay": 0}


@final
@dataclass(frozen=True, eq=False)
class Instance:
    """What rows show to lookups, and rows that ask.

    Args:
        name: what is bad about it.
        columns: for each coordinate that a lookup reads of other rows, its value on each row, int8; others are not there.
        asks: the residual stream of the rows that ask, before the first block, [rows that ask, d_model].
        places: for each row that asks what it asks for, in words.
    """

    name: str
    columns: Mapping[int, np.ndarray]
    asks: np.ndarray
    places: tuple[str, ...]


def instances(weights: Weights) -> Iterator[Instance]:
    """The adversarial instances of a network of MACHINE, with as many rows as it is compiled for."""
    yield from (_cellular if weights.labels.construction == "cellular" else _wei_ma)(weights)


def _cellular(weights: Weights) -> Iterator[Instance]:
    cells = weights.labels.max_positions - 1
    digits = len(weights.layout.spans["own_cell"])
    columns = _codes(weights, "own_cell", np.arange(-1, cells))
    columns |= {weights.layout.spans["bos"][0]: _flags(cells + 1, 0)}
    half = 1 << max(cells.bit_length() - 1, 0)
    for kind, cell in dict.fromkeys(
        [("right", 0), ("left", cells - 1), ("right", half - 1), ("left", half), ("stay", half - 1)]
    ):
        if not 0 <= cell < cells:
            continue
        to = cell + _MOVES[kind]
        wanted = [to, cell, *(to ^ 1 << digit for digit in (0, digits - 2, digits - 1)), 0, cells - 1]
        asking = [each for each in dict.fromkeys(wanted) if 0 <= each < cells][:4]
        asking += [asking[0]] * (4 - len(asking))  # one shape for all, so that JAX compiles once
        messages = {each: np.zeros(cells + 1, np.int8) for name in _MOVES for each in weights.layout.spans[name]}
        messages[weights.layout.coordinate(kind, "B")][cell + 1] = 1
        yield Instance(
            f"a message {kind} at cell {cell} of {cells}",
            columns | messages,
            _askers(weights, asking, kind, cell),
            (*(f"cell {each}" for each in asking), "the beginning"),
        )


def _askers(weights: Weights, asking: list[int], kind: str, cell: int) -> np.ndarray:
    """The residual stream of the cells that ask, and of the beginning of the sequence."""
    modulus = 2 ** len(weights.layout.spans["own_cell"])
    rows: list[dict[str, Value]] = [
        {
            "cell": True,
            "symbol": "1",
            "left_cell": (each - 1) % modulus,
            "own_cell": each,
            "right_cell": each + 1,
            **({kind: "B"} if each == cell else {}),
        }
        for each in asking
    ]
    return weights.layout.encode(_stream(weights.labels, [*rows, {"bos": True}]))


def _wei_ma(weights: Weights) -> Iterator[Instance]:
    rows, k = weights.labels.max_positions, _count(weights, "cell")
    middle = 2 ** (k - 1) - 1
    yield _history(weights, "all records at one cell", np.full(rows, middle))
    yield _history(weights, "records at two cells, half of them each", (np.arange(rows) >= rows // 2).astype(np.int64))


def _history(weights: Weights, name: str, cells: np.ndarray) -> Instance:
    """Row 0 is the beginning, row 1 the record of the prompt, row 2 START, and each row after it a machine step."""
    layout, rows = weights.layout, len(cells)
    times = np.where(np.arange(rows) == 1, 0, np.arange(rows) - 2)
    is_record = np.arange(rows) != 2
    is_record[0] = False
    columns = {layout.spans["bos"][0]: _flags(rows, 0)}
    for digit in range(_count(weights, "cell")):
        columns |= _codes(weights, f"cell{digit}", np.where(is_record, cells >> digit & 1, -1))
    radix, newest = int(weights.labels.parameters["radix"]), {"cell": cells[-1], "time": times[-1]}
    for digit in range(_count(weights, "time")):
        columns |= _codes(weights, f"time{digit}", np.where(is_record, times // radix**digit % radix, -1))
    written = np.where(is_record, times % len(MACHINE.symbols), -1)
    written[-1] = 0  # of the row that asks, which is at its own cell still when it stays
    for value, symbol in enumerate(MACHINE.symbols):
        columns[layout.coordinate("written", symbol)] = (written == value).astype(np.int8)
    asks: list[dict[str, Value]] = [
        {
            "step": True,
            "moved": True,
            "state": "A",
            "symbol": symbol,
            **{f"cell{i}": int(newest["cell"]) >> i & 1 for i in range(_count(weights, "cell"))},
            **{f"time{i}": int(newest["time"]) // radix**i % radix for i in range(_count(weights, "time"))},
        }
        for symbol in MACHINE.symbols
    ]
    places = ("its own cell", "the cell to the right", "the cell to the left")
    return Instance(name, columns, layout.encode(_stream(weights.labels, asks)), places)


def _stream(labels: Labels, rows: list[dict[str, Value]]) -> Stream:
    """These rows, wherever they stand in the sequence; what a row leaves out is empty."""
    return Stream(
        {
            register.name: tuple(row.get(register.name, empty_value(register)) for row in rows)
            for register in labels.registers
        }
    )


def _count(weights: Weights, name: str) -> int:
    """The digits of a code that stands in registers of their own."""
    names = weights.layout.spans
    return next(digit for digit in range(len(names)) if f"{name}{digit}" not in names)


def _codes(weights: Weights, register: str, values: np.ndarray) -> dict[int, np.ndarray]:
    """The digits of a code on each row, -1 or +1; 0 where the value is negative, which stands for none."""
    span = weights.layout.spans[register]
    return {
        coordinate: np.where(values < 0, 0, 2 * (values >> digit & 1) - 1).astype(np.int8)
        for digit, coordinate in enumerate(span)
    }


def _flags(rows: int, row: int) -> np.ndarray:
    flags = np.zeros(rows, np.int8)
    flags[row] = 1
    return flags
