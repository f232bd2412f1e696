"""Machines as the YAML of D. Doty's automata simulator: what `doty` reads, every rule written out.

What is read back is the same machine but for what the format does not hold: its name, where the blank stands among the symbols,
the order of the transitions and of the halting states, and, where no transition is missing, what a missing one means.
All symbols but the blank are written as input symbols, since a machine does not say which of them its input may hold.
"""

from tmformer.errors import MachineError
from tmformer.machine.formats.doty import BLANK, WILDCARD
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.scalars import scalar, scalars
from tmformer.machine.formats.totality import described_gap
from tmformer.machine.spec import Machine, Transition


def format_machine(machine: Machine) -> str:
    """The YAML of `machine`.

    Raises:
        MachineError: naming what the format cannot express.

    >>> from tmformer.machine.formats.doty import parse
    >>> text = "{states: [q, y, n], input_alphabet: [a], tape_alphabet_extra: [], start_state: q, accept_state: y,"
    >>> print(format_machine(parse(text + " reject_state: n, delta: {q: {?: [q, a, R]}}}").machine), end="")
    states: [q, 'y', 'n']
    input_alphabet: [a]
    tape_alphabet_extra: ['_']
    start_state: q
    accept_state: 'y'
    reject_state: 'n'
    delta:
      q:
        a: [q, a, R]
        '_': [q, a, R]
    """
    refusal = _inexpressible(machine)
    if refusal:
        found, remedy = refusal
        raise MachineError(
            "Doty's format expresses one-way tapes, symbols of one character, the blank _ and one accepting and one "
            "rejecting state that halt",
            found=found,
            where=machine.name,
            remedy=remedy,
        )
    rows: dict[str, list[Transition]] = {}
    for rule in machine.transitions:
        rows.setdefault(rule.state, []).append(rule)
    lines = [
        f"states: {scalars(machine.states)}",
        f"input_alphabet: {scalars(tuple(symbol for symbol in machine.symbols if symbol != BLANK))}",
        f"tape_alphabet_extra: {scalars((BLANK,))}",
        f"start_state: {scalar(machine.start)}",
        f"accept_state: {scalar(machine.accepting[0])}",
        f"reject_state: {scalar(machine.rejecting[0])}",
        "delta:",
    ]
    for state in machine.states:
        lines += [f"  {scalar(state)}:"] * (state in rows)
        lines += [f"    {_rule(rule)}" for rule in rows.get(state, [])]
    return "\n".join([*lines, ""])


def _rule(rule: Transition) -> str:
    moves = "".join(move.letter for move in rule.moves)
    return f"{scalar(''.join(rule.reads))}: [{scalar(rule.next_state)}, {scalar(''.join(rule.writes))}, {moves}]"


def _inexpressible(machine: Machine) -> tuple[str, str] | None:
    """What the format cannot express, and what to do about it."""
    if not machine.one_way:
        return (
            "two-way tapes",
            "Write the machine in another format, or let its tapes be one-way if no run leaves cell 0 to the left.",
        )
    if machine.blank != BLANK:
        return f"the blank {shown(machine.blank)}", f"Rename it: --rename-blank {BLANK}, or with_blank in Python."
    for kind, states in (("accepting", machine.accepting), ("rejecting", machine.rejecting)):
        if len(states) != 1:
            return f"{len(states)} {kind} states", f"Let exactly one state be {kind}; it need not be used."
    for state in machine.halting:
        if state not in machine.accepting + machine.rejecting:
            return f"the state {shown(state)}, which halts and neither accepts nor rejects", "Let it do one of the two."
    for symbol in machine.symbols:
        if len(symbol) != 1 or symbol > "\uffff" or symbol == WILDCARD:
            return (
                f"the symbol {shown(symbol)}",
                f"Rename it to one character, not {WILDCARD}, of the first 65,536 of Unicode.",
            )
    if len(machine.symbols) == 1:
        return "no symbol but the blank", "Add a symbol; the format has at least one input symbol."
    if not machine.transitions:
        return "no transition", "Add a transition; the format has at least one rule."
    gap = described_gap(machine)
    return (gap, "Add the transition, or let runs without one be rejected (undefined_rejects).") if gap else None
