"""The labels of JFLAP's transitions: what is read, written and moved on each tape.

A label names one symbol; an empty one is the blank, `~` reads any symbol and writes back what was read. On a single tape,
``!x`` reads anything but x (``!``: anything but the blank), and ``a,b}v`` reads a or b and calls it v: the same transition
writes it by writing v. A missing `<read>` or `<write>` is empty, a missing `<move>` is R.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError
from tmformer.machine.formats.located import Place, shown
from tmformer.machine.formats.markup import Element
from tmformer.machine.formats.patterns import ANY, Match
from tmformer.machine.spec import Move

BLANK = "□"
"""JFLAP's name for the blank, which its files do not write."""
UNCHANGED = "~"
"""Reads any symbol; writes the symbol read."""
NOT = "!"
"""Before the symbol that is not to be read."""
BIND = "}"
"""Between the symbols that are read and the variable."""
MOVES = {"L": Move.LEFT, "S": Move.STAY, "R": Move.RIGHT}
"""The moves by their letters."""


@final
@dataclass(frozen=True)
class Label:
    """What a transition does on one tape.

    Args:
        match: the symbols that it reads.
        variable: the name that it gives to the symbol read, or nothing.
        is_negative: whether it is tried after all others.
        write: the symbol written; None: the one read.
        move: the move.
        place: where what is written stands.
    """

    match: Match
    variable: str
    is_negative: bool
    write: str | None
    move: Move
    place: Place


def parse_labels(transition: Element, num_tapes: int) -> tuple[Label, ...]:
    """The labels of a `<transition>`, one a tape.

    Raises:
        MachineError: if a label is none of those of the module docstring, or is for no tape or twice for one.
    """
    parts = {name: _by_tape(transition, name, num_tapes) for name in ("read", "write", "move")}
    labels: list[Label] = []
    for tape in range(1, num_tapes + 1):
        read, write, move = (parts[name].get(tape) for name in ("read", "write", "move"))
        place = write.place if write else transition.place
        match, variable = _read(read, num_tapes) if read else (Match((BLANK,)), "")
        labels.append(Label(match, variable, match.excluded and match != ANY, _write(write), _move(move), place))
    return tuple(labels)


def resolve_variables(labels: tuple[Label, ...], variables: Collection[str]) -> tuple[str | None, ...]:
    """What is written on each tape, where a variable that the same transition binds is the symbol read.

    Args:
        labels: the labels of one transition.
        variables: the variables of the whole machine.

    Raises:
        MachineError: if a variable is written by a transition that does not bind it, or is one of the symbols of a list.
    """
    for label in labels:
        if label.write in variables and label.write != label.variable:
            raise MachineError(
                "A variable is written by the transition that binds it",
                found=f"the variable {shown(str(label.write))}, bound by another transition",
                where=str(label.place),
                remedy=f"Bind it here too, as in a,b{BIND}{label.write}; to remember a symbol, use a state for each.",
            )
        listed = () if label.match.excluded or not label.variable else label.match.listed
        for symbol in listed:
            if symbol in variables:
                raise MachineError(
                    "A variable stands for symbols, and is not one of them",
                    found=f"the variable {shown(symbol)} among the symbols to be read",
                    where=str(label.place),
                    remedy="Give the variable a name that is no symbol.",
                )
    return tuple(None if label.write in variables else label.write for label in labels)


def _by_tape(transition: Element, name: str, num_tapes: int) -> dict[int, Element]:
    """The elements of a name by their tape, counted from 1; one that does not say its tape is for the first."""
    found: dict[int, Element] = {}
    tapes = {str(tape): tape for tape in range(1, num_tapes + 1)}
    for element in transition.all(name):
        tape = tapes.get(element.attributes.get("tape", "1"))
        if tape is None:
            raise MachineError(
                f"A label is for one of the machine's tapes, 1 to {num_tapes}",
                found=f"<{name} tape={shown(element.attributes['tape'])}>",
                where=str(element.place),
                remedy="Correct the number, or write the number of tapes as <tapes> before <automaton>.",
            )
        if tape in found:
            raise MachineError(
                f"A transition has one <{name}> for each tape",
                found=f"a second <{name}> for tape {tape} (first at line {found[tape].place.line})",
                where=str(element.place),
                remedy="Remove one of the two.",
            )
        found[tape] = element
    return found


def _read(element: Element, num_tapes: int) -> tuple[Match, str]:
    """What is read, and the variable that it is bound to."""
    text = element.text
    if num_tapes > 1 and (text.startswith(NOT) or BIND in text):
        raise MachineError(
            f"{NOT} and {BIND} are understood by JFLAP on a single tape only",
            found=f"{shown(text)} in a machine with {num_tapes} tapes",
            where=str(element.place),
            remedy="Write a transition for each symbol.",
        )
    if text == UNCHANGED:
        return ANY, ""
    if text.startswith(NOT):
        return Match((_symbol(text[1:], element, NOT + UNCHANGED + BIND),), excluded=True), ""
    if BIND in text:
        listed, _, variable = text.partition(BIND)
        symbols = [_bound(symbol, element) for symbol in listed.split(",")]
        return Match(tuple(dict.fromkeys(symbols))), _bound(variable, element)
    return Match((_symbol(text, element),)), ""


def _write(element: Element | None) -> str | None:
    if element is None:
        return BLANK
    return None if element.text == UNCHANGED else _symbol(element.text, element)


def _bound(text: str, element: Element) -> str:
    """A symbol of a list, or a variable; neither can be left out."""
    return _symbol(text or element.text, element, NOT + UNCHANGED + BIND + ",")


def _symbol(text: str, element: Element, reserved: str = "") -> str:
    # A character beyond U+FFFF is two characters to JFLAP, which then refuses the file.
    if text == "" or (len(text) == 1 and text <= "\uffff" and text not in reserved):
        return text or BLANK
    raise MachineError(
        "A label is one symbol of one character; nothing for the blank; ~, !x or a,b}v",
        found=shown(element.text),
        where=str(element.place),
        remedy="Write one character of the first 65,536 of Unicode, without blanks around it.",
    )


def _move(element: Element | None) -> Move:
    if element is None:
        return Move.RIGHT
    if element.text in MOVES:
        return MOVES[element.text]
    raise MachineError(
        "A move is L, R or S",
        found=shown(element.text) if element.text else "nothing",
        where=str(element.place),
        remedy="Write L, R or S, or leave <move> out for R.",
    )
