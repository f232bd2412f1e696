"""A configuration: state, tape heads and tapes, in one normal form, so that equal means the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError


@final
@dataclass(frozen=True)
class Tape:
    """A tape from its first to its last non-blank cell, and the cell under its tape head.

    Args:
        head: the tape head's cell; the first symbol of the input is at cell 0.
        first: the cell of `symbols[0]`; 0 when the tape is blank.
        symbols: the symbols from the first to the last non-blank cell.
        blank: the symbol of all other cells.

    Raises:
        MachineError: if the tape begins or ends with a blank, or is blank but not at cell 0.

    >>> Tape(head=1, first=0, symbols=("1", "0", "1"), blank="0").read(2)
    '1'
    """

    head: int
    first: int
    symbols: tuple[str, ...]
    blank: str

    def __post_init__(self) -> None:
        """Keep the normal form, which makes equality mean equality of tapes."""
        trimmed = not self.symbols or self.blank not in (self.symbols[0], self.symbols[-1])
        if not trimmed or (not self.symbols and self.first != 0):
            raise MachineError(
                "A configuration's tape begins and ends with a non-blank cell, and a blank tape is at cell 0",
                found=f"tape {self.symbols!r} at cell {self.first}",
                where=f"a tape with its head at cell {self.head}",
                remedy="Build it with tape(head, cells, blank).",
            )

    def read(self, cell: int) -> str:
        """The symbol at `cell`."""
        index = cell - self.first
        return self.symbols[index] if 0 <= index < len(self.symbols) else self.blank

    @property
    def here(self) -> str:
        """The symbol under the tape head."""
        return self.read(self.head)

    @property
    def used(self) -> tuple[int, int]:
        """The first and the last cell of those that are not blank and the tape head's."""
        if not self.symbols:
            return self.head, self.head
        return min(self.first, self.head), max(self.first + len(self.symbols) - 1, self.head)

    def __str__(self) -> str:
        """The tape with the symbol under the tape head in brackets."""
        start, stop = self.used
        cells = (f"[{self.read(cell)}]" if cell == self.head else self.read(cell) for cell in range(start, stop + 1))
        wide = any(len(symbol) > 1 for symbol in self.symbols)
        return (" " if wide else "").join(cells)


@final
@dataclass(frozen=True)
class Configuration:
    """A state, and a tape or several.

    Args:
        state: the state.
        tapes: the tapes, each with its tape head. `head`, `first`, `tape`, `blank`, `read` and `used` speak of the first.

    >>> str(configuration("A", 1, {0: "1", 1: "0", 2: "1"}, "0"))
    'A: 1[0]1'
    """

    state: str
    tapes: tuple[Tape, ...]

    @property
    def head(self) -> int:
        """The cell of the first tape's head."""
        return self.tapes[0].head

    @property
    def first(self) -> int:
        """The first non-blank cell of the first tape."""
        return self.tapes[0].first

    @property
    def tape(self) -> tuple[str, ...]:
        """The symbols of the first tape."""
        return self.tapes[0].symbols

    @property
    def blank(self) -> str:
        """The symbol of all other cells."""
        return self.tapes[0].blank

    def read(self, cell: int) -> str:
        """The symbol at `cell` of the first tape."""
        return self.tapes[0].read(cell)

    @property
    def used(self) -> tuple[int, int]:
        """`Tape.used` of the first tape."""
        return self.tapes[0].used

    @property
    def here(self) -> tuple[str, ...]:
        """The symbols under the tape heads, one a tape."""
        return tuple(tape.here for tape in self.tapes)

    @property
    def hash(self) -> str:
        """The sha256 of the configuration, in hexadecimal digits: equal for equal configurations, on any computer.

        It is that of a JSON text in ASCII without blanks between its parts, ``[state, [tape, ...]]``, where each tape is
        ``[first, [symbol, ...], head]``: the first cell that is not blank, the symbols from there to the last cell that is
        not blank, and the tape head's cell. Of a blank tape, `first` is 0 and there is no symbol.

        >>> configuration("A", 1, {0: "1", 1: "0", 2: "1"}, "0").hash == hashlib.sha256(
        ...     b'["A",[[0,["1","0","1"],1]]]'
        ... ).hexdigest()
        True
        """
        plain = [self.state, [[tape.first, tape.symbols, tape.head] for tape in self.tapes]]
        return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode("ascii")).hexdigest()

    def __str__(self) -> str:
        """One line: the state, then each tape with the symbol under its tape head in brackets."""
        return f"{self.state}: {' | '.join(map(str, self.tapes))}"


def tape(head: int, cells: Mapping[int, str], blank: str) -> Tape:
    """The tape with these symbols at these cells, and blanks elsewhere.

    >>> tape(3, {0: "_", 1: "x", 2: "_"}, "_")
    Tape(head=3, first=1, symbols=('x',), blank='_')
    """
    written = [cell for cell, symbol in cells.items() if symbol != blank]
    if not written:
        return Tape(head, 0, (), blank)
    first, last = min(written), max(written)
    return Tape(head, first, tuple(cells.get(cell, blank) for cell in range(first, last + 1)), blank)


def configuration(state: str, head: int, cells: Mapping[int, str], blank: str) -> Configuration:
    """The configuration of one tape with these symbols at these cells, and blanks elsewhere."""
    return Configuration(state, (tape(head, cells, blank),))


def initial_configuration(
    start: str,
    symbols: tuple[str, ...],
    blank: str,
    head: int = 0,
    further: tuple[tuple[str, ...], ...] = (),
) -> Configuration:
    """The configuration before the first machine step: each input from cell 0 on.

    Args:
        start: the state.
        symbols: the input of the first tape.
        blank: the symbol of all other cells.
        head: the cell of the first tape's head; the others begin at cell 0.
        further: the inputs of the other tapes, one each.
    """
    others = (tape(0, dict(enumerate(word)), blank) for word in further)
    return Configuration(start, (tape(head, dict(enumerate(symbols)), blank), *others))
