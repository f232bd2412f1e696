"""Other names for the blank and for states, where a format has names of its own: nothing else changes in any run."""

from collections.abc import Mapping
from dataclasses import replace

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Case, Document
from tmformer.machine.spec import Machine, Transition

_Names = Mapping[str, str]


def with_blank(machine: Machine, blank: str) -> Machine:
    """The machine with its blank called `blank`: the same runs, with the one symbol written in another way.

    Args:
        machine: the machine.
        blank: the new name, which no other symbol has.

    Raises:
        MachineError: if another symbol is called so.

    >>> from tmformer.machine import parse
    >>> with_blank(parse("1RB1LB_1LA1RZ"), "_").symbols
    ('_', '1')
    """
    _check_free("blank", "symbol", machine.blank, blank, machine.symbols, machine.name)
    return _with_names(machine, {}, {machine.blank: blank})


def with_state(machine: Machine, old: str, new: str) -> Machine:
    """The machine with its state `old` called `new`.

    Args:
        machine: the machine.
        old: the state.
        new: the new name, which no other state has.

    Raises:
        MachineError: if there is no such state, or another one is called so.

    >>> from tmformer.machine import parse
    >>> with_state(parse("1RB1LB_1LA1RZ"), "Z", "halt").halting
    ('halt',)
    """
    if old not in machine.states:
        raise MachineError(
            "A state that is renamed is one that the machine has",
            found=repr(old),
            where=machine.name,
            remedy=f"Use one of {', '.join(map(repr, machine.states[:20]))}{did_you_mean(old, machine.states)}",
        )
    _check_free("state", "state", old, new, machine.states, machine.name)
    return _with_names(machine, {old: new}, {})


def with_names(document: Document, blank: str | None = None, states: _Names | None = None) -> Document:
    """The document with other names, in its inputs and expectations too.

    Args:
        document: the document.
        blank: the blank's new name; it keeps its own if None.
        states: the new name of each state that gets one, by the old name; renamed one after another.

    Raises:
        MachineError: as `with_blank` and `with_state` do.
    """
    for old, new in (states or {}).items():
        machine = with_state(document.machine, old, new)
        cases = tuple(_case(case, {old: new}, {}) for case in document.cases)
        document = replace(document, machine=machine, cases=cases)
    if blank is None:
        return document
    machine, symbols = with_blank(document.machine, blank), {document.machine.blank: blank}
    return replace(
        document,
        machine=machine,
        input=_named(document.input, symbols),
        further=tuple(_named(word, symbols) for word in document.further),
        cases=tuple(_case(case, {}, symbols) for case in document.cases),
    )


def _check_free(kind: str, thing: str, old: str, new: str, names: tuple[str, ...], where: str) -> None:
    if new != old and new in names:
        raise MachineError(
            f"The {kind} is renamed to what no other {thing} is called",
            found=f"{new!r}, which is another {thing}",
            where=where,
            remedy=f"Choose a name that is none of {', '.join(map(repr, names[:20]))}.",
        )


def _with_names(machine: Machine, states: _Names, symbols: _Names) -> Machine:
    rules = (
        Transition(
            states.get(rule.state, rule.state),
            _named(rule.reads, symbols),
            _named(rule.writes, symbols),
            rule.moves,
            states.get(rule.next_state, rule.next_state),
        )
        for rule in machine.transitions
    )
    return replace(
        machine,
        states=_named(machine.states, states),
        symbols=_named(machine.symbols, symbols),
        blank=symbols.get(machine.blank, machine.blank),
        start=states.get(machine.start, machine.start),
        transitions=tuple(rules),
        halting=_named(machine.halting, states),
        accepting=_named(machine.accepting, states),
        rejecting=_named(machine.rejecting, states),
    )


def _case(case: Case, states: _Names, symbols: _Names) -> Case:
    tapes = case.further_tapes
    return replace(
        case,
        input=_named(case.input, symbols),
        further=tuple(_named(word, symbols) for word in case.further),
        state=None if case.state is None else states.get(case.state, case.state),
        tape=None if case.tape is None else _named(case.tape, symbols),
        further_tapes=None if tapes is None else tuple(_named(tape, symbols) for tape in tapes),
    )


def _named(names: tuple[str, ...], new: _Names) -> tuple[str, ...]:
    return tuple(new.get(name, name) for name in names)
