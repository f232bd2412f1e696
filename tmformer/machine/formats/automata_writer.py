"""Machines as automata-lib has them: the arguments of its constructors, as plain data and as JSON."""

import json
from typing import Any

from tmformer.errors import MachineError
from tmformer.machine.formats.automata import MOVES
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.totality import can_be_undefined
from tmformer.machine.spec import Machine, Transition

_LETTERS = {move: letter for letter, move in MOVES.items()}


def format_machine(machine: Machine) -> str:
    """The JSON of `machine`. Parsing it gives the same machine up to its name and the order of its transitions.

    Raises:
        MachineError: naming what this format cannot express.

    >>> from tmformer.machine.formats.automata import parse
    >>> text = '{"class": "DTM", "states": ["q", "f"], "input_symbols": [], "tape_symbols": ["."],'
    >>> text += '"transitions": {"q": {".": ["f", ".", "N"]}}, "initial_state": "q", "blank_symbol": ".", "final_states": ["f"]}'
    >>> parse(format_machine(parse(text).machine)) == parse(text)
    True
    """
    fields = arguments(machine)
    rows = fields.pop("transitions")
    lines = [f"  {_json(key)}: {_json(value)}" for key, value in fields.items()]
    states = [f"    {_json(state)}: {_json(row)}" for state, row in rows.items()]
    lines.append('  "transitions": {\n' + ",\n".join(states) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def arguments(machine: Machine) -> dict[str, Any]:
    """The class and the arguments of its constructor, in lists and texts: a DTM for one tape, else an MNTM.

    Args:
        machine: the machine.

    Raises:
        MachineError: naming what automata-lib cannot express.
    """
    refusal = _inexpressible(machine)
    if refusal:
        raise MachineError(
            "A machine of automata-lib has two-way tapes and symbols of one character, accepts where it halts, and rejects where it is stuck",
            found=refusal,
            where=machine.name,
            remedy="Write the machine in the YAML format, which expresses everything.",
        )
    running = [state for state in machine.states if state not in machine.halting]
    rows: dict[str, dict[str, Any]] = {state: {} for state in running}
    for rule in machine.transitions:
        rows[rule.state]["".join(rule.reads)] = _result(rule)
    fields: dict[str, Any] = {"class": "DTM"} if machine.tapes == 1 else {"class": "MNTM", "n_tapes": machine.tapes}
    return fields | {
        "states": list(machine.states),
        "input_symbols": [symbol for symbol in machine.symbols if symbol != machine.blank],
        "tape_symbols": list(machine.symbols),
        "initial_state": machine.start,
        "blank_symbol": machine.blank,
        "final_states": list(machine.halting),
        "transitions": rows,
    }


def _result(rule: Transition) -> list[Any]:
    actions = [[write, _LETTERS[move]] for write, move in zip(rule.writes, rule.moves, strict=True)]
    return [rule.next_state, *actions[0]] if len(actions) == 1 else [[rule.next_state, actions]]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if _is_printable(value) else json.dumps(value)


def _is_printable(value: object) -> bool:
    return json.dumps(value, ensure_ascii=False).isprintable()


def _inexpressible(machine: Machine) -> str:
    """What keeps a machine from being written for automata-lib; empty if nothing does."""
    silent = next((state for state in machine.halting if state not in machine.accepting), "")
    long = next((symbol for symbol in machine.symbols if len(symbol) != 1), "")
    reasons = {
        "one-way tapes": machine.one_way,
        f"the state {shown(silent)}, which halts and does not accept": bool(silent),
        "runs without a transition that are not rejected": not machine.undefined_rejects and can_be_undefined(machine),
        f"the symbol {shown(long)}": bool(long),
        f"the start state {shown(machine.start)}, which halts": machine.start in machine.halting,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
