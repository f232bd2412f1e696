"""Macro blocks: all machine steps inside m neighbouring cells, from where the tape head enters to where it leaves, as one.

The m cells are one macro cell. What happens inside does not depend on other cells, so a macro cell's symbols, a state and the
tape head's place determine the leap: where it leaves, in which state, what it leaves behind, and after how many machine
steps. A run that ends inside ends its leap there. A leap that does not leave within MOST_INSIDE machine steps, or never, is
none: the network stops before it, and says so. Why that is right stands in proofs/cellular.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, final

from tmformer.constructions.cellular.labels import MESSAGES
from tmformer.constructions.cellular.words import message_of, message_word, symbol_word, symbols_of
from tmformer.constructions.outcomes import end_of
from tmformer.machine import Configuration, Machine, Move
from tmformer.program import Count, Labels, Literal, Rule, Write

INSIDE, UNCOMPILED = "inside", "uncompiled"
"""What the stop table says where there is no leap; and of a leap that this network was not compiled for."""

STOPS_SHORT = (INSIDE, UNCOMPILED)
"""What a stop table says of a run that goes on, but not in these macro blocks."""

MOST_INSIDE = 1 << 16
"""The most machine steps of a leap. Longer ones are left to a network without macro blocks; any number is right."""

_AHEAD = 1 << 14  # leaps that are followed to see which are needed next; any number gives the same result
_REGISTER_OF = {move: name for name, move in MESSAGES.items()}


@final
class Place(NamedTuple):
    """A state, and the tape head's place in its macro cell, counted from the left."""

    state: str
    place: int


@final
class Cell(NamedTuple):
    """The symbols of a macro cell, and whether it is the first of a one-way tape."""

    symbols: tuple[str, ...]
    edge: bool


@final
class Leap(NamedTuple):
    """One macro block: what the macro cell holds after it, where the tape head goes, and machine steps, one or more."""

    cell: Cell
    move: Move
    at: Place
    steps: int


def leap(machine: Machine, at: Place, cell: Cell) -> Leap | None:
    """All machine steps from here to where the tape head leaves the macro cell, or the run ends; None if neither comes.

    Args:
        machine: a machine of one tape.
        at: where the tape head is; not where a run ends.
        cell: the macro cell.
    """
    symbols, (state, place), steps, last = list(cell.symbols), at, 0, len(cell.symbols) - 1
    most = min(
        MOST_INSIDE, len(machine.states) * len(symbols) * len(machine.symbols) ** len(symbols)
    )  # then it repeats
    while steps < most and 0 <= place <= last:
        rule = machine.table.get((state, symbols[place]))
        if rule is None:
            return Leap(Cell(tuple(symbols), cell.edge), Move.STAY, Place(state, place), steps)
        symbols[place], state, steps = rule.write, rule.next_state, steps + 1
        place = max(0, place + rule.move.value) if cell.edge else place + rule.move.value
    if 0 <= place <= last:
        return None
    after = Cell(tuple(symbols), cell.edge)
    return (
        Leap(after, Move.LEFT, Place(state, last), steps)
        if place < 0
        else Leap(after, Move.RIGHT, Place(state, 0), steps)
    )


@final
@dataclass
class Leaps:
    """The leaps that a network is compiled for.

    Args:
        machine: the machine.
        macro: m, cells of a macro cell.
        places: what a message may say.
        cells: what a macro cell may hold.
        known: the leaps by where they begin; None where there is none.
    """

    machine: Machine
    macro: int
    places: dict[Place, None] = field(default_factory=dict[Place, None])
    cells: dict[Cell, None] = field(default_factory=dict[Cell, None])
    known: dict[tuple[Place, Cell], Leap | None] = field(default_factory=dict[tuple[Place, Cell], Leap | None])

    def add(self, at: Place, cell: Cell) -> Leap | None:
        """The leap from here, which is known from now on."""
        pair = at, cell
        if pair not in self.known:
            self.known[pair] = found = leap(self.machine, at, cell)
            ends = (pair,) if found is None else (pair, (found.at, found.cell))
            self.places |= dict.fromkeys(place for place, _ in ends)
            self.cells |= dict.fromkeys(held for _, held in ends)
        return self.known[pair]

    def goes_on(self, at: Place, cell: Cell) -> bool:
        """Whether there is a transition for what the tape head reads."""
        return self.machine.has_transition(at.state, cell.symbols[at.place])

    def pairs(self) -> Iterator[tuple[Place, Cell]]:
        """Every place with every macro cell."""
        return product(self.places, self.cells)

    def rules(self) -> Iterator[Rule]:
        """The table: what leaps does so; everywhere else the message stays, as the tape head does."""
        for at, cell in self.pairs():
            found = self.known.get((at, cell)) if self.goes_on(at, cell) else None
            when = (Literal("arriving", self.says(at)), Literal("symbol", spelt(cell)))
            after, move, to = (cell, Move.STAY, at) if found is None else found[:3]
            writes = () if after == cell else (Write("symbol", spelt(after)),)
            yield Rule(when, (*writes, Write(_REGISTER_OF[move], self.says(to))))

    def outcomes(self) -> Iterator[tuple[str, ...]]:
        """The stop table: where a run ends, where there is no leap, and where none was compiled."""
        for at, cell in self.pairs():
            if not self.goes_on(at, cell):
                yield self.says(at), spelt(cell), end_of(self.machine, at.state)
            elif (at, cell) not in self.known:
                yield self.says(at), spelt(cell), UNCOMPILED
            elif self.known[at, cell] is None:
                yield self.says(at), spelt(cell), INSIDE

    def tally(self) -> tuple[Count, ...]:
        """The machine steps of each leap of more than one."""
        return tuple(
            Count((self.says(at), spelt(cell)), found.steps)
            for (at, cell), found in self.known.items()
            if found is not None and found.steps > 1 and self.goes_on(at, cell)
        )

    def changes(self) -> int:
        """The leaps that leave other symbols behind than they found."""
        return sum(found is not None and found.cell != cell for (_, cell), found in self.known.items())

    def says(self, at: Place) -> str:
        """The word for a message."""
        return message_word(at.state, at.place, self.macro)


def spelt(cell: Cell) -> str:
    """The word for what a macro cell holds."""
    return symbol_word(cell.symbols, edge=cell.edge)


def all_leaps(machine: Machine, macro: int) -> Leaps:
    """Every leap: from each place of each macro cell in each state."""
    leaps = Leaps(machine, macro)
    edges = (False, True) if machine.one_way else (False,)
    leaps.places = dict.fromkeys(Place(state, place) for state in machine.states for place in range(macro))
    leaps.cells = dict.fromkeys(
        Cell(symbols, edge) for edge in edges for symbols in product(machine.symbols, repeat=macro)
    )
    for at, cell in leaps.pairs():
        if leaps.goes_on(at, cell):
            leaps.add(at, cell)
    return leaps


def leaps_ahead(machine: Machine, macro: int, now: Configuration, origin: int, previous: Labels | None) -> Leaps:
    """The leaps that a run from `now` takes next, and those that labels know already.

    Args:
        machine: the machine.
        macro: m.
        now: where the run is.
        origin: the first cell of a macro cell; those of the labels begin at the same cells, modulo m.
        previous: the labels of the network so far.
    """
    leaps = Leaps(machine, macro)
    for at, cell in _known(previous, macro):
        leaps.add(at, cell)
    held, number, place = dict[int, Cell](), *divmod(now.head - origin, macro)

    def cell_at(index: int) -> Cell:
        if index not in held:
            first = origin + macro * index
            symbols = tuple(now.read(cell) for cell in range(first, first + macro))
            held[index] = Cell(symbols, machine.one_way and first == 0)
        return held[index]

    first_used, last_used = ((cell - origin) // macro for cell in now.used)
    beside = (Cell((machine.blank,) * macro, edge=False), *map(cell_at, range(first_used, last_used + 1)))
    if machine.one_way:
        beside = (*beside, cell_at(-origin // macro))
    leaps.cells |= dict.fromkeys(beside)
    at = Place(now.state, place)
    leaps.places[at] = None
    for _ in range(_AHEAD):
        cell = cell_at(number)
        leaps.cells[cell] = None
        found = leaps.add(at, cell) if leaps.goes_on(at, cell) else None
        if found is None:
            break
        held[number], at, number = found.cell, found.at, number + found.move.value
    return leaps


def _known(labels: Labels | None, macro: int) -> Iterator[tuple[Place, Cell]]:
    """The pairs for which labels know a leap, or that there is none."""
    if labels is None:
        return
    words: Mapping[str, tuple[str, ...]] = {
        register.name: tuple(getattr(register.type, "values", ())) for register in labels.registers
    }
    others = {outcome[:2] for outcome in labels.stop.outcomes if outcome[-1] != INSIDE}
    for message, symbols in product(words["stay"], words["symbol"]):
        if (message, symbols) not in others:
            yield Place(*message_of(message, macro)), Cell(*symbols_of(symbols, macro))
