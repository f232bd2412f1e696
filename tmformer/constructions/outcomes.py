"""The stop table of a machine: which pairs of state and symbol end a run, and how."""

from tmformer.machine import Machine, Outcome

_MEANING = {
    "halted": (Outcome.HALTED, None),
    "accepted": (Outcome.HALTED, True),
    "rejected": (Outcome.HALTED, False),
    "undefined": (Outcome.UNDEFINED, None),
    "running": (Outcome.LIMIT, None),
    "outside": (Outcome.LIMIT, None),
    "full": (Outcome.LIMIT, None),
}

ENDS = ("halted", "accepted", "rejected", "undefined")
"""What a stop table says of a run that ends."""


def stop_outcomes(machine: Machine) -> tuple[tuple[str, str, str], ...]:
    """(state, symbol, outcome) for every pair at which a run ends."""
    return tuple(
        (state, symbol, _outcome(machine, state))
        for state in machine.states
        for symbol in machine.symbols
        if not machine.has_transition(state, symbol)
    )


def _outcome(machine: Machine, state: str) -> str:
    if state in machine.accepting:
        return "accepted"
    if state in machine.rejecting:
        return "rejected"
    return "halted" if state in machine.halting else "undefined"


def read_outcome(outcome: str) -> tuple[Outcome, bool | None]:
    """The outcome of a run, and whether it accepted, from what the stop table says."""
    return _MEANING[outcome]


def name_outcome(outcome: Outcome, accepted: bool | None) -> str:
    """What the stop table calls this end of a run; the inverse of `read_outcome`."""
    return next(name for name, meaning in _MEANING.items() if meaning == (outcome, accepted))
