"""Machines as JFLAP's `.jff` files: what `jflap` reads, with the states on a circle.

What is read back is the same machine but for what the format does not hold: its name, the order of its symbols, and, where no
transition is missing, what a missing one means.
"""

import math
import re
from collections.abc import Iterator

from tmformer.errors import MachineError
from tmformer.machine.formats.jflap import MAX_TAPES
from tmformer.machine.formats.jflap_labels import BIND, BLANK, NOT, UNCHANGED
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.totality import described_gap
from tmformer.machine.spec import Machine, Transition

_RADIUS = 40.0
"""Of the circle, for each state: neighbours are then six times 40 divided by three apart, and do not touch."""
_NO_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no machine file holds, and most of it no XML."""
_ESCAPES = {ord(character): f"&#{ord(character)};" for character in "&<>\"'\t\n\r"}


def format_machine(machine: Machine) -> str:
    """The `.jff` file of `machine`.

    Raises:
        MachineError: naming what JFLAP cannot express.

    >>> from tmformer.machine.formats.jflap import parse
    >>> text = (
    ...     "<structure><type>turing</type><automaton><state id='0'><initial/><final/></state></automaton></structure>"
    ... )
    >>> parse(format_machine(parse(text).machine)) == parse(text)
    True
    """
    refusal = _inexpressible(machine)
    if refusal:
        found, remedy = refusal
        raise MachineError(
            "A JFLAP file expresses two-way tapes, symbols of one character, the blank □ and states that accept",
            found=found,
            where=machine.name,
            remedy=remedy,
        )
    ids = {state: number for number, state in enumerate(machine.states)}
    lines = ['<?xml version="1.0" encoding="UTF-8" standalone="no"?>', "<structure>", "  <type>turing</type>"]
    lines += [f"  <tapes>{machine.tapes}</tapes>"] * (machine.tapes > 1)
    lines += ["  <automaton>"]
    for state, number in ids.items():
        lines += _state(machine, state, number)
    for rule in machine.transitions:
        lines += [f"    <transition><from>{ids[rule.state]}</from><to>{ids[rule.next_state]}</to>"]
        lines += [f"      {label}" for label in _labels(rule)]
        lines += ["    </transition>"]
    return "\n".join([*lines, "  </automaton>", "</structure>", ""])


def _state(machine: Machine, state: str, number: int) -> list[str]:
    angle, radius = 2 * math.pi * number / len(machine.states), _RADIUS * max(3, len(machine.states))
    x, y = (radius * (1 + offset) + 2 * _RADIUS for offset in (math.cos(angle), math.sin(angle)))
    marks = "<initial/>" * (state == machine.start) + "<final/>" * (state in machine.accepting)
    return [f'    <state id="{number}" name="{state.translate(_ESCAPES)}"><x>{x:.1f}</x><y>{y:.1f}</y>{marks}</state>']


def _labels(rule: Transition) -> Iterator[str]:
    """The label of each tape; on one tape JFLAP does not number them."""
    for tape, (read, write, move) in enumerate(zip(rule.reads, rule.writes, rule.moves, strict=True), 1):
        number = f' tape="{tape}"' if len(rule.reads) > 1 else ""
        parts = {"read": _symbol(read), "write": _symbol(write), "move": move.letter}
        yield "".join(f"<{name}{number}>{text}</{name}>" for name, text in parts.items())


def _symbol(symbol: str) -> str:
    return "" if symbol == BLANK else symbol.translate(_ESCAPES)


def _inexpressible(machine: Machine) -> tuple[str, str] | None:
    """What JFLAP cannot express, and what to do about it."""
    if machine.tapes > MAX_TAPES:
        return f"{machine.tapes} tapes", f"JFLAP knows at most {MAX_TAPES}."
    if machine.one_way:
        return "one-way tapes", "Write the machine in Doty's format, or mark cell 0 with a symbol of its own."
    if machine.blank != BLANK:
        return (
            f"the blank {shown(machine.blank)}",
            f"Rename it to {BLANK}, JFLAP's name for it: --rename-blank {BLANK}, or with_blank in Python.",
        )
    for state in machine.halting:
        if state not in machine.accepting:
            return (
                f"the state {shown(state)}, which halts and does not accept",
                "Let it accept, or write the machine in the YAML format, which tells halting from accepting.",
            )
    for name in machine.states:
        if _NO_XML.search(name):
            return f"the state {shown(name)}", "XML cannot hold one of its characters; give it another name."
    gap = described_gap(machine)
    return _inexpressible_symbol(machine) or (
        (gap, "Add the transition, or let runs without one be rejected (undefined_rejects).") if gap else None
    )


def _inexpressible_symbol(machine: Machine) -> tuple[str, str] | None:
    used = {symbol for rule in machine.transitions for symbol in (*rule.reads, *rule.writes)}
    for symbol in machine.symbols:
        if len(symbol) != 1 or symbol > "\uffff" or _NO_XML.search(symbol):
            return f"the symbol {shown(symbol)}", "Rename it to one character of the first 65,536 of Unicode."
        if symbol in (UNCHANGED, NOT, BIND):
            return (
                f"the symbol {shown(symbol)}",
                f"Rename it: {UNCHANGED}, {NOT} and {BIND} have a meaning of their own.",
            )
        if symbol not in used and symbol != BLANK:
            return (
                f"the symbol {shown(symbol)}, which no transition reads or writes",
                "Remove it from the alphabet; a JFLAP file has no list of symbols.",
            )
    return None
