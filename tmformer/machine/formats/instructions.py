"""The table of a turingmachine.io file: what each state does on each symbol.

An instruction is ``L``, ``R``, ``S``, the name of a synonym, or ``{write: symbol, L|R|S: state}`` with exactly one direction.
What is left out stays unchanged. ``S`` (stay) is our extension.
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
    """What to do on a symbol; None means unchanged."""

    write: Text | None
    move: Move
    target: Text | None


@final
@dataclass(frozen=True)
class Body:
    """What a state does: its rules in the order of the text. No rules at all mean that the state halts."""

    place: Place
    rules: tuple[tuple[Text, Instruction], ...]


def parse_synonyms(value: Located) -> dict[str, Instruction]:
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
        synonyms[name] = parse_instruction(instruction, None)
    return synonyms


def parse_instruction(value: Located, synonyms: Mapping[str, Instruction] | None) -> Instruction:
    """One instruction.

    Args:
        value: the text or mapping.
        synonyms: the synonyms that may be used; None inside a synonym.

    Raises:
        MachineError: if it is none of the forms of the module docstring.
    """
    if isinstance(value, Entries):
        return _parse_full(value)
    known = {**(synonyms or {}), **{letter: Instruction(None, move, None) for letter, move in MOVES.items()}}
    if isinstance(value, Text) and value.value in known:
        return known[value.value]
    inside = "a synonym uses no other synonym" if synonyms is None else "or the name of a synonym"
    raise MachineError(
        f"An instruction is L, R, S, {{write: symbol, L|R|S: state}}; {inside}",
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
    write = text_of(fields["write"][1], "the symbol written") if "write" in fields else None
    target = fields[directions[0]][1]
    is_unchanged = isinstance(target, Text) and target.is_missing
    return Instruction(write, MOVES[directions[0]], None if is_unchanged else text_of(target, "the next state"))


def parse_table(value: Located, synonyms: Mapping[str, Instruction]) -> dict[str, Body]:
    """The body of every state, in the order of the text.

    Raises:
        MachineError: if a state is declared twice, a symbol has two instructions, or an instruction is not well formed.
    """
    table = {name: _parse_body(body, synonyms) for name, (_, body) in fields_of(value, "the table of states").items()}
    if table:
        return table
    raise MachineError(
        "A machine has at least one state",
        found="an empty table",
        where=str(value.place),
        remedy="Declare the start state in `table:`.",
    )


def _parse_body(value: Located, synonyms: Mapping[str, Instruction]) -> Body:
    if isinstance(value, Text) and not value.style and value.value in _NOTHING:
        return Body(value.place, ())
    if not isinstance(value, Entries):
        raise MachineError(
            "The body of a state is a mapping from symbols to instructions, or nothing",
            found=described(value),
            where=str(value.place),
            remedy="Write {symbol: instruction}; leave the body empty if the machine halts in this state.",
        )
    rules: list[tuple[Text, Instruction]] = []
    seen: dict[str, Text] = {}
    for key, instruction in value.pairs:
        parsed = parse_instruction(instruction, synonyms)
        for symbol in _symbols_of_key(key):
            _check_first(symbol, seen)
            seen[symbol.value] = symbol
            rules.append((symbol, parsed))
    return Body(value.place, tuple(rules))


def _symbols_of_key(key: Located) -> tuple[Text, ...]:
    values = key.values if isinstance(key, Items) else (key,)
    return tuple(text_of(value, "a symbol of the table") for value in values)


def _check_first(symbol: Text, seen: Mapping[str, Text]) -> None:
    if symbol.value in seen:
        raise MachineError(
            "A machine is deterministic: one instruction for a state and a symbol",
            found=f"{shown(symbol.value)} a second time (first at {seen[symbol.value].place.line}:"
            f"{seen[symbol.value].place.column})",
            where=str(symbol.place),
            remedy="Remove one of the two; nondeterministic machines are not compiled.",
        )
