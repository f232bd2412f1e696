"""Whether a run of a machine can end for want of a transition: what formats that differ in the meaning of that have to ask."""

from tmformer.machine.spec import Machine


def can_be_undefined(machine: Machine) -> bool:
    """Whether some state that does not halt has no transition for something that it may read.

    >>> from tmformer.machine import parse
    >>> can_be_undefined(parse("1RB1LB_1LA1RZ")), can_be_undefined(parse("1RB1LB_1LA---"))
    (False, True)
    """
    running = len(machine.states) - len(machine.halting)
    return len(machine.transitions) < running * len(machine.symbols) ** machine.tapes
