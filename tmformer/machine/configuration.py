"""A configuration: state, tape head and tape, in one normal form, so that equal means the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError


@final
@dataclass(frozen=True)
class Configuration:
    """State, cell under the tape head, and the tape from its first to its last non-blank cell.

    Args:
        state: the state.
        head: the tape head's cell; the first symbol of the input is at cell 0.
        first: the cell of `tape[0]`; 0 when the tape is blank.
        tape: the symbols from the first to the last non-blank cell.
        blank: the symbol of all other cells.

    Raises:
        MachineError: if the tape begins or ends with a blank, or is blank but not at cell 0.

    >>> Configuration("A", head=1, first=0, tape=("1", "0", "1"), blank="0").read(2)
    '1'
    """

    state: str
    head: int
    first: int
    tape: tuple[str, ...]
    blank: str

    def __post_init__(self) -> None:
        """Keep the normal form, which makes equality mean equality of configurations."""
        trimmed = not self.tape or self.blank not in (self.tape[0], self.tape[-1])
        if not trimmed or (not self.tape and self.first != 0):
            raise MachineError(
                "A configuration's tape begins and ends with a non-blank cell, and a blank tape is at cell 0",
                found=f"tape {self.tape!r} at cell {self.first}",
                where=f"a configuration in state {self.state!r}",
                remedy="Build it with configuration(state, head, cells, blank).",
            )

    def read(self, cell: int) -> str:
        """The symbol at `cell`."""
        index = cell - self.first
        return self.tape[index] if 0 <= index < len(self.tape) else self.blank

    @property
    def used(self) -> tuple[int, int]:
        """The first and the last cell of those that are not blank and the tape head's."""
        if not self.tape:
            return self.head, self.head
        return min(self.first, self.head), max(self.first + len(self.tape) - 1, self.head)

    def __str__(self) -> str:
        """One line: the state, then the tape with the symbol under the tape head in brackets."""
        start, stop = self.used
        cells = (f"[{self.read(cell)}]" if cell == self.head else self.read(cell) for cell in range(start, stop + 1))
        wide = any(len(symbol) > 1 for symbol in self.tape)
        return f"{self.state}: {(' ' if wide else '').join(cells)}"


def configuration(state: str, head: int, cells: Mapping[int, str], blank: str) -> Configuration:
    """The configuration with these symbols at these cells, and blanks elsewhere.

    >>> configuration("A", 3, {0: "_", 1: "x", 2: "_"}, "_")
    Configuration(state='A', head=3, first=1, tape=('x',), blank='_')
    """
    written = [cell for cell, symbol in cells.items() if symbol != blank]
    if not written:
        return Configuration(state, head, 0, (), blank)
    first, last = min(written), max(written)
    return Configuration(state, head, first, tuple(cells.get(cell, blank) for cell in range(first, last + 1)), blank)


def initial_configuration(start: str, symbols: tuple[str, ...], blank: str, head: int = 0) -> Configuration:
    """The configuration before the first machine step: the input from cell 0 on, the tape head at `head`."""
    return configuration(start, head, dict(enumerate(symbols)), blank)
