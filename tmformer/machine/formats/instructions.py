"""The table of a turingmachine.io file: what each state does on each symbol.

An instruction is ``L``, ``R``, ``S``, the name of a synonym, or ``{write: symbol, L|R|S: state}`` with exactly one direction.
What is left out stays unchanged. ``S`` (stay) is our extension, and so are several tapes: the key is a list with a symbol a
tape, or a list of such lists, and the instruction ``{write: [a, b], move: [R, S], state: q}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.formats.located import (
    Entries,
    Items,
    Located,
    Place,
    Text,
    described,
    fields_of,
    items_of,
    shown,
    text_of,
)
from tmformer.machine.spec import Move

MOVES: Mapping[str, Move] = {"L": Move.LEFT, "R": Move.RIGHT, "S": Move.STAY}
"""The directions, by their letters."""

_NOTHING = ("", "~", "null")


@final
@dataclass(frozen=True)
class Instruction:
    """What to do on symbols, one a tape; None means unchanged."""

    writes: tuple[Text, ...] | None
    moves: tuple[Move, ...]
    target: Text | None


@final
@dataclass(frozen=True)
class Body:
    """What a state does: its rules in the order of the text. No rules at all mean that the state halts."""

    place: Place
    rules: tuple[tuple[tuple[Text, ...], Instruction], ...]


def parse_synonyms(value: Located, tapes: int = 1) -> dict[str, Instruction]:
    """The instructions that `synonyms:` names.

    Raises:
        MachineError: if one is not well formed, uses another or has the name of a direction.
    """
    if isinstance(value, Text) and value.is_missing:
        return {}
    synonyms: dict[str, Instruction] = {}
    for name, (key, instruction) in fields_of(value, "the list of synonyms").items():
        if name in MOVES:
            raise MachineError(
                "A synonym does not take the name of a direction",
                found=f"a synonym called {name!r}",
                where=str(key.place),
                remedy="Choose another name: L, R and S are left, right and stay.",
            )
        synonyms[name] = parse_instruction(instruction, None, tapes)
    return synonyms


def parse_instruction(value: Located, synonyms: Mapping[str, Instruction] | None, tapes: int = 1) -> Instruction:
    """One instruction.

    Args:
        value: the text or mapping.
        synonyms: the synonyms that may be used; None inside a synonym.
        tapes: how many tapes there are.

    Raises:
        MachineError: if it is none of the forms of the module docstring.
    """
    if isinstance(value, Entries):
        return _parse_full(value) if tapes == 1 else _parse_several(value, tapes)
    letters = {letter: Instruction(None, (move,), None) for letter, move in MOVES.items()} if tapes == 1 else {}
    known = {**(synonyms or {}), **letters}
    if isinstance(value, Text) and value.value in known:
        return known[value.value]
    inside = "a synonym uses no other synonym" if synonyms is None else "or the name of a synonym"
    forms = "L, R, S, {write: symbol, L|R|S: state}" if tapes == 1 else "{write: [a, b], move: [R, S], state: q}"
    raise MachineError(
        f"An instruction is {forms}; {inside}",
        found=described(value),
        where=str(value.place),
        remedy="Write a direction, or a mapping with one direction"
        + did_you_mean(value.value if isinstance(value, Text) else "", known),
    )


def _parse_full(value: Entries) -> Instruction:
    fields = fields_of(value, "an instruction", ("write", *MOVES))
    directions = [letter for letter in fields if letter in MOVES]
    if len(directions) != 1:
        raise MachineError(
            "An instruction has exactly one direction",
            found=" and ".join(directions) or "none",
            where=str(value.place),
            remedy="Keep one of L (left), R (right) and S (stay).",
        )
    write = (text_of(fields["write"][1], "the symbol written"),) if "write" in fields else None
    return Instruction(write, (MOVES[directions[0]],), _target(fields[directions[0]][1]))


def _target(value: Located) -> Text | None:
    is_unchanged = isinstance(value, Text) and value.is_missing
    return None if is_unchanged else text_of(value, "the next state")


def _parse_several(value: Entries, tapes: int) -> Instruction:
    """An instruction for several tapes."""
    fields = {
        name: entry for name, (_, entry) in fields_of(value, "an instruction", ("write", "move", "state")).items()
    }
    if "move" not in fields:
        raise MachineError(
            "An instruction for several tapes says how each tape head moves",
            found="no `move`",
            where=str(value.place),
            remedy="Add `move: [R, S]`, with L, R or S for each tape.",
        )
    moves = _a_tape(fields["move"], "`move`", tapes)
    for move in moves:
        if move.value not in MOVES:
            raise MachineError(
                "A move is L, R or S",
                found=shown(move.value),
                where=str(move.place),
                remedy="Write L (left), R (right) or S (stay) for each tape.",
            )
    writes = _a_tape(fields["write"], "`write`", tapes) if "write" in fields else None
    target = _target(fields["state"]) if "state" in fields else None
    return Instruction(writes, tuple(MOVES[move.value] for move in moves), target)


def _a_tape(value: Located, what: str, tapes: int) -> tuple[Text, ...]:
    """A list with an entry for each tape."""
    values = items_of(value, what)
    if len(values) != tapes:
        raise MachineError(
            f"{what[0].upper()}{what[1:]} has an entry for each tape",
            found=f"{len(values)} of {tapes}",
            where=str(value.place),
            remedy="Write as many as the machine has `tapes`.",
        )
    return tuple(text_of(each, f"an entry of {what}") for each in values)


def parse_table(value: Located, synonyms: Mapping[str, Instruction], tapes: int = 1) -> dict[str, Body]:
    """The body of every state, in the order of the text.

    Args:
        value: the mapping from states to bodies.
        synonyms: the instructions that have a name.
        tapes: how many tapes there are.

    Raises:
        MachineError: if a state is declared twice, a symbol has two instructions, or an instruction is not well formed.
    """
    table = {
        name: _parse_body(body, synonyms, tapes) for name, (_, body) in fields_of(value, "the table of states").items()
    }
    if table:
        return table
    raise MachineError(
        "A machine has at least one state",
        found="an empty table",
        where=str(value.place),
        remedy="Declare the start state in `table:`.",
    )


def _parse_body(value: Located, synonyms: Mapping[str, Instruction], tapes: int) -> Body:
    if isinstance(value, Text) and not value.style and value.value in _NOTHING:
        return Body(value.place, ())
    if not isinstance(value, Entries):
        raise MachineError(
            "The body of a state is a mapping from symbols to instructions, or nothing",
            found=described(value),
            where=str(value.place),
            remedy="Write {symbol: instruction}; leave the body empty if the machine halts in this state.",
        )
    rules: list[tuple[tuple[Text, ...], Instruction]] = []
    seen: dict[tuple[str, ...], Place] = {}
    for key, instruction in value.pairs:
        parsed = parse_instruction(instruction, synonyms, tapes)
        for symbols in _symbols_of_key(key, tapes):
            _check_first(symbols, seen)
            rules.append((symbols, parsed))
    return Body(value.place, tuple(rules))


def _symbols_of_key(key: Located, tapes: int) -> tuple[tuple[Text, ...], ...]:
    """The symbols read, one a tape, for each of the cases that a key stands for."""
    if tapes == 1:
        values = key.values if isinstance(key, Items) else (key,)
        return tuple((text_of(value, "a symbol of the table"),) for value in values)
    cases = items_of(key, "a key of several tapes")
    if not all(isinstance(case, Items) for case in cases):
        cases = (key,)
    return tuple(_a_tape(case, "a key of several tapes", tapes) for case in cases)


def _check_first(symbols: tuple[Text, ...], seen: dict[tuple[str, ...], Place]) -> None:
    read, place = tuple(symbol.value for symbol in symbols), symbols[0].place
    if read in seen:
        raise MachineError(
            "A machine is deterministic: one instruction for a state and a symbol",
            found=f"{', '.join(map(shown, read))} a second time (first at {seen[read].line}:{seen[read].column})",
            where=str(place),
            remedy="Remove one of the two; nondeterministic machines are not compiled.",
        )
    seen[read] = place
