"""The Turing machines of automata-lib, as Python objects: in by `from_automata`, out by `to_automata`.

The library is an extra of this package, `automata`, and is imported only here, when one of the two is called.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from tmformer.errors import MachineError
from tmformer.machine.formats.automata import MOVES
from tmformer.machine.formats.automata_writer import arguments
from tmformer.machine.formats.located import shown
from tmformer.machine.spec import Machine, Transition

Automaton: TypeAlias = Any
"""A `DTM` or an `MNTM` of automata-lib. The library may be missing, so no annotation names its classes."""

_Rule: TypeAlias = tuple[Any, tuple[str, ...], Any, tuple[str, ...], tuple[str, ...]]


def from_automata(automaton: Automaton) -> Machine:
    """The machine of a DTM, or of an MNTM that never branches.

    Its final states accept, and a run that ends for want of a transition is rejected. States that are not texts get the text that `str` gives.
    The library keeps sets, so the order is: the start state, the states in the order of `transitions`, all others by name; final states last;
    the blank first, other symbols as they are sorted.

    Args:
        automaton: an `automata.tm.dtm.DTM` or `automata.tm.mntm.MNTM`.

    Raises:
        MachineError: if it is something else, nondeterministic, or has two states of the same text, or the library is missing.
    """
    dtm, mntm = _classes()
    if not isinstance(automaton, (dtm, mntm)):
        raise MachineError(
            "A machine of automata-lib is a DTM, or an MNTM that never branches",
            found=f"an object of the class {type(automaton).__name__}",
            where="from_automata",
            remedy="Nondeterministic machines are not compiled, nor are automata of other kinds; write it as a DTM.",
        )
    names = _names([automaton.initial_state, *automaton.transitions], automaton.states, automaton.final_states)
    final = tuple(names[state] for state in names if state in automaton.final_states)
    rules = _dtm_rules(automaton) if isinstance(automaton, dtm) else _mntm_rules(automaton)
    return Machine(
        states=tuple(names.values()),
        symbols=(automaton.blank_symbol, *sorted(automaton.tape_symbols - {automaton.blank_symbol})),
        blank=automaton.blank_symbol,
        start=names[automaton.initial_state],
        transitions=tuple(
            Transition(names[state], reads, writes, tuple(MOVES[letter] for letter in letters), names[target])
            for state, reads, target, writes, letters in rules
        ),
        halting=final,
        accepting=final,
        tapes=1 if isinstance(automaton, dtm) else automaton.n_tapes,
        undefined_rejects=True,
    )


def _dtm_rules(automaton: Automaton) -> Iterable[_Rule]:
    """State, symbols read, next state, symbols written and letters of the moves."""
    for state, row in automaton.transitions.items():
        for symbol, (target, write, letter) in row.items():
            yield state, (symbol,), target, (write,), (letter,)


def _mntm_rules(automaton: Automaton) -> Iterable[_Rule]:
    for state, row in automaton.transitions.items():
        for reads, results in row.items():
            if len(results) != 1:
                raise MachineError(
                    "A machine is deterministic: one result for a state and the symbols read",
                    found=f"{len(results)} results",
                    where=f"state {shown(str(state))} reading {shown(''.join(reads))}",
                    remedy="Keep one result; nondeterministic machines are not compiled.",
                )
            target, actions = results[0]
            yield (
                state,
                tuple(reads),
                target,
                tuple(write for write, _ in actions),
                tuple(letter for _, letter in actions),
            )


def _names(first: Iterable[Any], states: Iterable[Any], final: Iterable[Any]) -> dict[Any, str]:
    """A text for each state, in a fixed order."""
    final = set(final)
    others = sorted((state for state in states if state not in final), key=str)
    names = {state: str(state) for state in [*first, *others, *sorted(final, key=str)]}
    by_text: dict[str, Any] = {}
    for state, name in names.items():
        if by_text.setdefault(name, state) != state:
            raise MachineError(
                "The states of a machine differ as texts",
                found=f"{shown(repr(state))} and {shown(repr(by_text[name]))}, which are both {shown(name)}",
                where="from_automata",
                remedy="Give one of the two states another name.",
            )
    return names


def to_automata(machine: Machine) -> Automaton:
    """The machine as an object of automata-lib.

    `from_automata` gives the same machine again, up to its name and the order of its states, symbols and transitions.

    Args:
        machine: the machine.

    Returns:
        An `automata.tm.dtm.DTM` for one tape, else an `automata.tm.mntm.MNTM`.

    Raises:
        MachineError: naming what automata-lib cannot express, or if the library is missing.
    """
    dtm, mntm = _classes()
    fields = arguments(machine)
    sets = {key: set(fields[key]) for key in ("states", "input_symbols", "tape_symbols", "final_states")}
    texts = {key: fields[key] for key in ("initial_state", "blank_symbol")}
    rows = fields["transitions"]
    if machine.tapes == 1:
        return dtm(**sets, **texts, transitions={state: _frozen(row) for state, row in rows.items()})
    transitions = {
        state: {tuple(reads): [(target, tuple(map(tuple, actions)))] for reads, ((target, actions),) in row.items()}
        for state, row in rows.items()
    }
    return mntm(**sets, **texts, n_tapes=machine.tapes, transitions=transitions)


def _frozen(row: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {symbol: tuple(result) for symbol, result in row.items()}


def _classes() -> tuple[Any, Any]:
    """DTM and MNTM."""
    try:
        from automata.tm.dtm import DTM
        from automata.tm.mntm import MNTM
    except ImportError as error:
        raise MachineError(
            "The machines of automata-lib need automata-lib",
            found=str(error),
            where="tmformer.machine",
            remedy="Install it with: pip install 'tmformer[automata]'",
        ) from error
    return DTM, MNTM
