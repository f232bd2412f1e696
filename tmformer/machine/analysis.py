"""What can be seen of a machine without running it: which states a run may come to, and which rules none uses.

A run may come to a state if a path of transitions leads there from the start state; whether an input takes that path is not
asked, for that no program can answer. So what is called unreachable or dead here is so in every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import final

from tmformer.machine.spec import Machine, Transition


@final
@dataclass(frozen=True)
class Analysis:
    """What can be seen of a machine.

    Args:
        reachable: the states to which a path of transitions leads from the start state, that one included.
        unreachable: all others, halting ones too.
        dead: the rules of unreachable states, which no run uses.
        num_gaps: how many pairs of a reachable state that does not halt and of what it may read have no rule.
        never_written: the symbols, without the blank, that no rule of a reachable state writes where it has read another.
        never_read: the symbols that no rule of a reachable state reads.
    """

    reachable: tuple[str, ...]
    unreachable: tuple[str, ...]
    dead: tuple[Transition, ...]
    num_gaps: int
    never_written: tuple[str, ...]
    never_read: tuple[str, ...]


def analyse(machine: Machine) -> Analysis:
    """What can be seen of a machine.

    >>> from tmformer.machine import parse
    >>> analyse(parse("1RB---_1LA1RZ_0LA1RC")).unreachable
    ('C',)
    """
    found = _reached(machine)
    reachable = tuple(state for state in machine.states if state in found)
    live = [rule for rule in machine.transitions if rule.state in found]
    running = sum(state not in machine.halting for state in reachable)
    read = {symbol for rule in live for symbol in rule.reads}
    written = {new for rule in live for old, new in zip(rule.reads, rule.writes, strict=True) if new != old}
    return Analysis(
        reachable=reachable,
        unreachable=tuple(state for state in machine.states if state not in found),
        dead=tuple(rule for rule in machine.transitions if rule.state not in found),
        num_gaps=running * len(machine.symbols) ** machine.tapes - len(live),
        never_written=tuple(symbol for symbol in machine.symbols if symbol not in {*written, machine.blank}),
        never_read=tuple(symbol for symbol in machine.symbols if symbol not in read),
    )


def gaps(machine: Machine) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each reachable state that does not halt, with what it may read (a symbol a tape) and has no rule for.

    Args:
        machine: the machine.

    Returns:
        The pairs one by one, in the order of states and symbols: of several tapes there may be very many.
    """
    found = _reached(machine)
    for state in machine.states:
        if state in found and state not in machine.halting:
            for symbols in product(machine.symbols, repeat=machine.tapes):
                if not machine.has_transition(state, *symbols):
                    yield state, symbols


def _reached(machine: Machine) -> set[str]:
    """All states to which a path leads from the start state."""
    targets: dict[str, list[str]] = {}
    for rule in machine.transitions:
        targets.setdefault(rule.state, []).append(rule.next_state)
    found, ahead = {machine.start}, [machine.start]
    while ahead:
        for state in targets.get(ahead.pop(), ()):
            if state not in found:
                found.add(state)
                ahead.append(state)
    return found
