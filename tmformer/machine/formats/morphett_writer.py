"""Machines as text of the Morphett simulator: what `morphett` reads, a line a transition, without wildcards.

A state or a symbol of which no transition speaks is declared by a rule that leaves a halting state, since no run uses that; a start
state other than 0 by a comment, since the simulator is told it outside the text.
"""

from tmformer.errors import MachineError
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.morphett import ANY, BLANK, DEFAULT_START, is_halting
from tmformer.machine.formats.remedies import YAML, renaming
from tmformer.machine.formats.totality import can_be_undefined
from tmformer.machine.spec import Machine, Move

_LETTERS = {Move.LEFT: "l", Move.RIGHT: "r", Move.STAY: ANY}


def format_machine(machine: Machine) -> str:
    r"""The rules of `machine`. Parsing them gives the same machine up to its name and the order of states, symbols and transitions.

    Raises:
        MachineError: naming what this format cannot express.

    >>> from tmformer.machine.formats.morphett import parse
    >>> print(format_machine(parse("q 1 * r q\nq _ 1 * halt", start="q").machine), end="")
    ; $START: q
    q 1 1 r q
    q _ 1 * halt
    """
    refusal = _inexpressible(machine)
    if refusal:
        raise MachineError(
            "The Morphett simulator has one tape with the blank _, symbols of one character, and states that halt by their name",
            found=refusal,
            where=machine.name,
            remedy=renaming(BLANK) * refusal.startswith("the ") + YAML,
        )
    lines = [f"; $START: {machine.start}"] if machine.start != DEFAULT_START else []
    lines += [
        f"{rule.state} {rule.symbol} {rule.write} {_LETTERS[rule.move]} {rule.next_state}"
        for rule in machine.transitions
    ]
    return "\n".join([*lines, *_declarations(machine)]) + "\n"


def _declarations(machine: Machine) -> list[str]:
    """Rules that no run uses, for the states and symbols that no other rule speaks of."""
    states = {state for rule in machine.transitions for state in (rule.state, rule.next_state)}
    symbols = {BLANK, *(symbol for rule in machine.transitions for symbol in (rule.symbol, rule.write))}
    unused = [f"{symbol} {ANY} {ANY} {ANY}" for symbol in machine.symbols if symbol not in symbols]
    unused += [f"{ANY} {ANY} {ANY} {state}" for state in machine.states if state not in states]
    return [f"halt{number} {rest} ; never used, declares a name" for number, rest in enumerate(unused)]


def _inexpressible(machine: Machine) -> str:
    """What keeps a machine from being written in this format; empty if nothing does."""
    odd_symbol = next((symbol for symbol in machine.symbols if not _is_symbol(symbol)), "")
    odd_state = next((state for state in machine.states if not _is_word(state) or state == ANY), "")
    misnamed = next((state for state in machine.states if is_halting(state) != (state in machine.halting)), "")
    reasons = {
        f"{machine.tapes} tapes": machine.tapes != 1,
        "a one-way tape, which is chosen outside the text (--one-way)": machine.one_way,
        "accepting or rejecting states": bool(machine.accepting or machine.rejecting),
        "runs that are rejected for want of a transition": machine.undefined_rejects and can_be_undefined(machine),
        f"the blank {shown(machine.blank)}": machine.blank != BLANK,
        f"the symbol {shown(odd_symbol)}": bool(odd_symbol),
        f"the state {shown(odd_state)}": bool(odd_state),
        f"the state {shown(misnamed)}, which {'halts' if misnamed in machine.halting else 'does not halt'}": bool(
            misnamed
        ),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_symbol(symbol: str) -> bool:
    """Whether a symbol is one character, for JavaScript too."""
    return len(symbol) == 1 and ord(symbol) <= 0xFFFF and _is_word(symbol) and symbol != ANY


def _is_word(name: str) -> bool:
    return name.isprintable() and not set(name) & set(" ;")
