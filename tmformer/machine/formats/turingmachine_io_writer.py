"""Machines as turingmachine.io YAML text: what `turingmachine_io` reads, with only the keys that are needed.

Any YAML reader gets the same texts from it: what another reader would take for a number or a truth value is in quotes.
"""

from tmformer.machine.formats.scalars import scalar, scalars
from tmformer.machine.spec import Machine, Transition


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
    lines = [] if machine.name == "machine" else [f"name: {scalar(machine.name)}"]
    lines += [f"blank: {scalar(machine.blank, is_quoted=True)}", f"start state: {scalar(machine.start)}"]
    lines += [f"tapes: {machine.tapes}"] * (machine.tapes > 1)
    lines += ["one-way: true"] * machine.one_way
    lines += ["undefined rejects: true"] * machine.undefined_rejects
    if machine.symbols != _derived_symbols(machine, rows):
        lines.append(f"symbols: {scalars(machine.symbols)}")
    if machine.halting != tuple(state for state in machine.states if not rows[state]):
        lines.append(f"halt states: {scalars(machine.halting)}")
    if (machine.accepting, machine.rejecting) != tuple(
        tuple(state for state in (name,) if state in machine.halting) for name in ("accept", "reject")
    ):
        lines += [f"accept states: {scalars(machine.accepting)}", f"reject states: {scalars(machine.rejecting)}"]
    lines.append("table:")
    for state, rules in rows.items():
        lines.append(f"  {scalar(state)}:")
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
    return scalar(rule.symbol) if len(rule.reads) == 1 else scalars(rule.reads)


def _instruction(rule: Transition) -> str:
    return _one(rule) if len(rule.moves) == 1 else _several(rule)


def _one(rule: Transition) -> str:
    stays, same = rule.next_state == rule.state, rule.write == rule.symbol
    if same and stays:
        return rule.move.letter
    write = "" if same else f"write: {scalar(rule.write)}, "
    return f"{{{write}{rule.move.letter}{'' if stays else f': {scalar(rule.next_state)}'}}}"


def _several(rule: Transition) -> str:
    writes = "" if rule.writes == rule.reads else f"write: {scalars(rule.writes)}, "
    target = "" if rule.next_state == rule.state else f", state: {scalar(rule.next_state)}"
    return f"{{{writes}move: [{', '.join(move.letter for move in rule.moves)}]{target}}}"
