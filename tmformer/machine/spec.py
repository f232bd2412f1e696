"""The Turing machine as a value: states, symbols, blank, start and transitions, validated on construction."""

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import final

from tmformer.errors import MachineError, did_you_mean


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
@dataclass(frozen=True)
class Transition:
    """In `state`, reading `symbol`: write `write`, move the tape head, go to `next_state`."""

    state: str
    symbol: str
    write: str
    move: Move
    next_state: str


@final
@dataclass(frozen=True)
class Machine:
    """A deterministic Turing machine with one two-way infinite tape.

    Args:
        states: all states, halting ones included, in the order in which they are reported.
        symbols: the tape alphabet, blank included.
        blank: the symbol of every cell that was never written.
        start: the state in which a run begins.
        transitions: at most one a (state, symbol); none leaves a halting state.
        halting: the states in which a run has halted.
        accepting: the halting states that accept.
        rejecting: the halting states that reject.
        name: what reports call the machine.

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

    def __post_init__(self) -> None:
        """Check every rule of the class docstring."""
        check_machine(self)

    @cached_property
    def _table(self) -> dict[tuple[str, str], Transition]:
        return {(rule.state, rule.symbol): rule for rule in self.transitions}

    def has_transition(self, state: str, symbol: str) -> bool:
        """Whether a rule says what to do in `state` on reading `symbol`."""
        return (state, symbol) in self._table

    def transition(self, state: str, symbol: str) -> Transition:
        """The rule for `state` and `symbol`.

        Raises:
            MachineError: if there is none.
        """
        if not self.has_transition(state, symbol):
            raise MachineError(
                "Only a pair with a rule has a transition",
                found=f"state {state!r} reading {symbol!r}",
                where=self.name,
                remedy="Ask has_transition first; a pair without a rule ends the run as undefined.",
            )
        return self._table[state, symbol]


def check_machine(machine: Machine) -> None:
    """Refuse a machine that is not deterministic, closed and consistent.

    Raises:
        MachineError: naming the first rule broken.
    """
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
    seen: set[tuple[str, str]] = set()
    # Dictionaries keep the order for reports, and find a name in a table of 10,000 states at once.
    states, symbols = dict.fromkeys(machine.states), dict.fromkeys(machine.symbols)
    halting = set(machine.halting)
    for rule in machine.transitions:
        where = f"{machine.name}, state {rule.state!r} reading {rule.symbol!r}"
        _check_declared("Each transition must leave a declared state", [rule.state], "state", states, where)
        _check_declared("Each transition must lead to a declared state", [rule.next_state], "state", states, where)
        read_and_written = [rule.symbol, rule.write]
        _check_declared("Each symbol read or written must be declared", read_and_written, "symbol", symbols, where)
        if rule.state in halting:
            raise MachineError(
                "A halting state has no transitions",
                found=f"a transition that leaves {rule.state!r}",
                where=where,
                remedy="Remove the transition, or the state from the halting states.",
            )
        if (rule.state, rule.symbol) in seen:
            raise MachineError(
                "A machine is deterministic: one transition for a state and a symbol",
                found=f"a second transition for state {rule.state!r} reading {rule.symbol!r}",
                where=where,
                remedy="Remove one of the two; nondeterministic machines are not compiled.",
            )
        seen.add((rule.state, rule.symbol))


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
