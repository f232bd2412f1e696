"""Machines as turingmachine.io YAML text: what `turingmachine_io` reads, with only the keys that are needed.

Any YAML reader gets the same texts from it: what another reader would take for a number or a truth value is in quotes.
"""

import re

from tmformer.errors import MachineError
from tmformer.machine.formats.located import shown
from tmformer.machine.spec import Machine, Transition

MAX_NAME = 1_000
"""The longest name that can be the key of a line of YAML, in characters."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]")
_NOT_PLAIN = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def format_machine(machine: Machine) -> str:
    """The machine file of `machine`; parsing it gives the same machine, its transitions in the order of its states.

    Raises:
        MachineError: if a name is too long for a line of YAML.

    >>> from tmformer.machine import parse
    >>> print(format_machine(parse("1RB1LB_1LA1RZ")), end="")
    name: '1RB1LB_1LA1RZ'
    blank: '0'
    start state: A
    table:
      A:
        0: {write: 1, R: B}
        1: {L: B}
      B:
        0: {write: 1, L: A}
        1: {R: Z}
      Z:
    """
    rows: dict[str, list[Transition]] = {state: [] for state in machine.states}
    for rule in machine.transitions:
        rows[rule.state].append(rule)
    lines = [] if machine.name == "machine" else [f"name: {_scalar(machine.name)}"]
    lines += [f"blank: {_scalar(machine.blank, is_quoted=True)}", f"start state: {_scalar(machine.start)}"]
    lines += [f"tapes: {machine.tapes}"] * (machine.tapes > 1)
    lines += ["one-way: true"] * machine.one_way
    lines += ["undefined rejects: true"] * machine.undefined_rejects
    if machine.symbols != _derived_symbols(machine, rows):
        lines.append(f"symbols: {_list(machine.symbols)}")
    if machine.halting != tuple(state for state in machine.states if not rows[state]):
        lines.append(f"halt states: {_list(machine.halting)}")
    if (machine.accepting, machine.rejecting) != tuple(
        tuple(state for state in (name,) if state in machine.halting) for name in ("accept", "reject")
    ):
        lines += [f"accept states: {_list(machine.accepting)}", f"reject states: {_list(machine.rejecting)}"]
    lines.append("table:")
    for state, rules in rows.items():
        lines.append(f"  {_scalar(state)}:")
        lines += [f"    {_key(rule)}: {_instruction(rule)}" for rule in rules]
    return "\n".join(lines) + "\n"


def _derived_symbols(machine: Machine, rows: dict[str, list[Transition]]) -> tuple[str, ...]:
    """The alphabet that the reader takes from the table alone; none if a symbol has to be declared."""
    used = [
        machine.blank,
        *(symbol for rules in rows.values() for rule in rules for symbol in (*rule.reads, *rule.writes)),
    ]
    return tuple(dict.fromkeys(used)) if all(len(symbol) == 1 for symbol in used) else ()


def _key(rule: Transition) -> str:
    return _scalar(rule.symbol) if len(rule.reads) == 1 else _list(rule.reads)


def _instruction(rule: Transition) -> str:
    return _one(rule) if len(rule.moves) == 1 else _several(rule)


def _one(rule: Transition) -> str:
    stays, same = rule.next_state == rule.state, rule.write == rule.symbol
    if same and stays:
        return rule.move.letter
    write = "" if same else f"write: {_scalar(rule.write)}, "
    return f"{{{write}{rule.move.letter}{'' if stays else f': {_scalar(rule.next_state)}'}}}"


def _several(rule: Transition) -> str:
    writes = "" if rule.writes == rule.reads else f"write: {_list(rule.writes)}, "
    target = "" if rule.next_state == rule.state else f", state: {_scalar(rule.next_state)}"
    return f"{{{writes}move: [{', '.join(move.letter for move in rule.moves)}]{target}}}"


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_scalar, names))}]"


def _scalar(text: str, *, is_quoted: bool = False) -> str:
    """A text as YAML: plain if nobody can mistake it, in quotes else, escaped if it does not print."""
    if len(text) > MAX_NAME:
        raise MachineError(
            f"A name in a machine file has at most {MAX_NAME:,} characters",
            found=f"{shown(text)} with {len(text):,}",
            where="the machine to be written",
            remedy="Give the state, the symbol or the machine a shorter name.",
        )
    if not is_quoted and _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"
