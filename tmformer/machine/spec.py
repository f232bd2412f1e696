"""The Turing machine as a value: states, symbols, blank, start and transitions, validated on construction."""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar, final

from tmformer.errors import MachineError, did_you_mean

_Entry = TypeVar("_Entry")


@final
class Move(enum.Enum):
    """A move of the tape head; the value is the displacement in cells."""

    LEFT = -1
    STAY = 0
    RIGHT = 1

    def __repr__(self) -> str:
        """An expression that evaluates to this move."""
        return f"Move.{self.name}"

    @property
    def letter(self) -> str:
        """``L``, ``S`` or ``R``."""
        return self.name[0]


@final
@dataclass(frozen=True, init=False)
class Transition:
    """In `state`, reading `reads`: write `writes`, move the tape heads by `moves`, go to `next_state`.

    Each of the three has an entry a tape; where there is one tape, the entry alone will do.

    >>> Transition("go", "0", "1", Move.RIGHT, "go").reads
    ('0',)
    """

    state: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    moves: tuple[Move, ...]
    next_state: str

    def __init__(
        self,
        state: str,
        reads: str | tuple[str, ...],
        writes: str | tuple[str, ...],
        moves: Move | tuple[Move, ...],
        next_state: str,
    ) -> None:
        """Keep tuples, whatever is given."""
        fields = {
            "state": state,
            "reads": reads if isinstance(reads, tuple) else (reads,),
            "writes": writes if isinstance(writes, tuple) else (writes,),
            "moves": moves if isinstance(moves, tuple) else (moves,),
            "next_state": next_state,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)  # as a frozen dataclass does it

    @property
    def symbol(self) -> str:
        """The symbol read on the one tape.

        Raises:
            MachineError: if there are several tapes.
        """
        return self._only(self.reads)

    @property
    def write(self) -> str:
        """The symbol written on the one tape.

        Raises:
            MachineError: if there are several tapes.
        """
        return self._only(self.writes)

    @property
    def move(self) -> Move:
        """The move on the one tape.

        Raises:
            MachineError: if there are several tapes.
        """
        return self._only(self.moves)

    def _only(self, entries: tuple[_Entry, ...]) -> _Entry:
        if len(entries) != 1:
            raise MachineError(
                "A transition of one tape has one symbol to read, one to write, and one move",
                found=f"{len(entries)} of each",
                where=f"state {self.state!r} reading {', '.join(map(repr, self.reads))}",
                remedy="Use `reads`, `writes` and `moves`, which have an entry a tape.",
            )
        return entries[0]


@final
@dataclass(frozen=True)
class Machine:
    """A deterministic Turing machine.

    Args:
        states: all states, halting ones included, in the order in which they are reported.
        symbols: the alphabet of every tape, blank included.
        blank: the symbol of every cell that was never written.
        start: the state in which a run begins.
        transitions: at most one for a state and the symbols read; none leaves a halting state.
        halting: the states in which a run has halted.
        accepting: the halting states that accept.
        rejecting: the halting states that reject.
        name: what reports call the machine.
        tapes: how many tapes it has, each with a tape head of its own.
        one_way: whether the tapes begin at cell 0, where a left move stays; else they go on for ever to both sides.
        undefined_rejects: whether a run that ends because there is no transition is rejected; else it says nothing.

    Raises:
        MachineError: if any of this is not so.

    >>> flip = Machine(
    ...     ("go", "end"), ("_", "1"), "_", "go", (Transition("go", "_", "1", Move.STAY, "end"),), halting=("end",)
    ... )
    >>> flip.transition("go", "_").write
    '1'
    """

    states: tuple[str, ...]
    symbols: tuple[str, ...]
    blank: str
    start: str
    transitions: tuple[Transition, ...]
    halting: tuple[str, ...] = ()
    accepting: tuple[str, ...] = ()
    rejecting: tuple[str, ...] = ()
    name: str = "machine"
    tapes: int = 1
    one_way: bool = False
    undefined_rejects: bool = False

    def __post_init__(self) -> None:
        """Check every rule of the class docstring."""
        check_machine(self)

    @cached_property
    def table(self) -> Mapping[tuple[str, ...], Transition]:
        """The transitions by their state and the symbols they read: (state, symbol on tape 1, symbol on tape 2, ...)."""
        return MappingProxyType({(rule.state, *rule.reads): rule for rule in self.transitions})

    def started(self, start: str) -> "Machine":
        """This machine with another start state.

        Raises:
            MachineError: if there is no such state.
        """
        check_start(start, self.states)
        return replace(self, start=start)

    def has_transition(self, state: str, *symbols: str) -> bool:
        """Whether a rule says what to do in `state` on reading `symbols`, one a tape."""
        return (state, *symbols) in self.table

    def transition(self, state: str, *symbols: str) -> Transition:
        """The rule for `state` and `symbols`, one a tape.

        Raises:
            MachineError: if there is none.
        """
        if not self.has_transition(state, *symbols):
            raise MachineError(
                "Only a pair with a rule has a transition",
                found=_reading(state, symbols),
                where=self.name,
                remedy="Ask has_transition first; a pair without a rule ends the run as undefined.",
            )
        return self.table[(state, *symbols)]


def _reading(state: str, symbols: Iterable[str]) -> str:
    return f"state {state!r} reading {', '.join(map(repr, symbols))}"


def check_start(start: str, states: Collection[str]) -> None:
    """Refuse to start in a state that the machine does not have.

    Raises:
        MachineError: naming those that it has.
    """
    if start not in states:
        raise MachineError(
            "The start state that is asked for is a state of the machine",
            found=repr(start if len(start) <= 40 else f"{start[:40]}..."),
            where="--start, or start= in Python",
            remedy=f"Use one of {', '.join(map(repr, list(states)[:20]))}{did_you_mean(start, states)}",
        )


def check_machine(machine: Machine) -> None:
    """Refuse a machine that is not deterministic, closed and consistent.

    Raises:
        MachineError: naming the first rule broken.
    """
    if not _is_number(machine.tapes):
        raise MachineError(
            "A machine has one tape or more",
            found=repr(machine.tapes),
            where=machine.name,
            remedy="Give the number of its tapes, such as tapes=2.",
        )
    _check_names("state", machine.states, machine.name)
    _check_names("symbol", machine.symbols, machine.name)
    name = machine.name
    _check_declared("The blank must be a declared symbol", [machine.blank], "symbol", machine.symbols, name)
    _check_declared("The start state must be a declared state", [machine.start], "state", machine.states, name)
    _check_names("halting state", machine.halting, name, least=0)
    _check_declared("Each halting state must be a declared state", machine.halting, "state", machine.states, name)
    for kind, states in (("accepting", machine.accepting), ("rejecting", machine.rejecting)):
        _check_names(f"{kind} state", states, name, least=0)
        _check_declared(f"Each {kind} state must be a halting state", states, "halting state", machine.halting, name)
    both = [state for state in machine.accepting if state in machine.rejecting]
    if both:
        raise MachineError(
            "A state accepts or rejects, not both",
            found=f"{both[0]!r} among both",
            where=machine.name,
            remedy="Keep it in one of the two lists.",
        )
    _check_transitions(machine)


def _check_transitions(machine: Machine) -> None:
    seen: set[tuple[str, ...]] = set()
    # Dictionaries keep the order for reports, and find a name in a table of 10,000 states at once.
    states, symbols = dict.fromkeys(machine.states), dict.fromkeys(machine.symbols)
    halting = set(machine.halting)
    for rule in machine.transitions:
        where = f"{machine.name}, {_reading(rule.state, rule.reads)}"
        _check_tapes(rule, machine.tapes, where)
        _check_declared("Each transition must leave a declared state", [rule.state], "state", states, where)
        _check_declared("Each transition must lead to a declared state", [rule.next_state], "state", states, where)
        read_and_written = [*rule.reads, *rule.writes]
        _check_declared("Each symbol read or written must be declared", read_and_written, "symbol", symbols, where)
        if rule.state in halting:
            raise MachineError(
                "A halting state has no transitions",
                found=f"a transition that leaves {rule.state!r}",
                where=where,
                remedy="Remove the transition, or the state from the halting states.",
            )
        if (rule.state, *rule.reads) in seen:
            raise MachineError(
                "A machine is deterministic: one transition for a state and a symbol",
                found=f"a second transition for {_reading(rule.state, rule.reads)}",
                where=where,
                remedy="Remove one of the two; nondeterministic machines are not compiled.",
            )
        seen.add((rule.state, *rule.reads))


def _check_tapes(rule: Transition, tapes: int, where: str) -> None:
    found = (len(rule.reads), len(rule.writes), len(rule.moves))
    kinds = {type(move) for move in rule.moves}
    if found != (tapes,) * 3 or kinds != {Move}:
        raise MachineError(
            "A transition reads, writes and moves once on each tape",
            found=f"{found[0]} symbols read, {found[1]} written, the moves {rule.moves!r}; {tapes} tape{'s' * (tapes != 1)}",
            where=where,
            remedy="Give an entry for each tape, or say how many `tapes` the machine has.",
        )


def _check_names(kind: str, names: tuple[str, ...], where: str, *, least: int = 1) -> None:
    if len(names) < least:
        raise MachineError(f"A machine has at least one {kind}", found="none", where=where, remedy=f"Declare a {kind}.")
    for name in names:
        if not _is_text(name):
            raise MachineError(
                f"Each {kind} is a text of at least one character that can be written as UTF-8",
                found=ascii(name),
                where=where,
                remedy=f"Give the {kind} a name.",
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise MachineError(
            f"Each {kind} is declared once",
            found=f"{twice!r} declared more than once",
            where=where,
            remedy="Remove the repetition.",
        )


def _is_number(tapes: object) -> bool:
    return isinstance(tapes, int) and not isinstance(tapes, bool) and tapes >= 1


def _is_text(name: object) -> bool:
    # A lone surrogate is a str in Python but no text: no file could hold it.
    return isinstance(name, str) and name != "" and not any("\ud800" <= part <= "\udfff" for part in name)


def _check_declared(rule: str, names: Iterable[str], kind: str, declared: Collection[str], where: str) -> None:
    for name in names:
        if name not in declared:
            raise MachineError(
                rule,
                found=f"{name!r}, which is no declared {kind}",
                where=where,
                remedy=f"Declare {name!r}{did_you_mean(name, declared)}",
            )
