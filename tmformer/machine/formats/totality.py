"""Whether a run of a machine can end for want of a transition: what formats that differ in the meaning of that have to ask."""

from itertools import product

from tmformer.machine.formats.located import shown
from tmformer.machine.spec import Machine


def can_be_undefined(machine: Machine) -> bool:
    """Whether some state that does not halt has no transition for something that it may read.

    >>> from tmformer.machine import parse
    >>> can_be_undefined(parse("1RB1LB_1LA1RZ")), can_be_undefined(parse("1RB1LB_1LA---"))
    (False, True)
    """
    running = len(machine.states) - len(machine.halting)
    return len(machine.transitions) < running * len(machine.symbols) ** machine.tapes


def described_gap(machine: Machine) -> str:
    """Where a run would end as undefined and not be rejected, for a format in which such a run rejects; nothing if nowhere."""
    for state in machine.states:
        if machine.undefined_rejects or state in machine.halting:
            continue
        for symbols in product(machine.symbols, repeat=machine.tapes):
            if not machine.has_transition(state, *symbols):
                return (
                    f"no transition for state {shown(state)} reading {', '.join(map(shown, symbols))}, where the run would "
                    "end as undefined and be neither accepted nor rejected"
                )
    return ""
