"""The words of a machine in labels: its start, its blank, and the stop table, which pairs of state and symbol end a run, and how."""

from itertools import product

from tmformer.constructions.interface import not_ours
from tmformer.machine import Machine, Outcome
from tmformer.program import Labels, OneHot

_MEANING = {
    "halted": (Outcome.HALTED, None),
    "accepted": (Outcome.HALTED, True),
    "rejected": (Outcome.HALTED, False),
    "undefined": (Outcome.UNDEFINED, None),
    "undefined-rejected": (Outcome.UNDEFINED, False),
    "running": (Outcome.LIMIT, None),
    "outside": (Outcome.LIMIT, None),
    "full": (Outcome.LIMIT, None),
}

ENDS = ("halted", "accepted", "rejected", "undefined", "undefined-rejected")
"""What a stop table says of a run that ends."""


def stop_outcomes(machine: Machine) -> tuple[tuple[str, ...], ...]:
    """(state, symbol on each tape, outcome) for everything at which a run ends."""
    return tuple(
        (state, *read, end_of(machine, state))
        for state in machine.states
        for read in product(machine.symbols, repeat=machine.tapes)
        if not machine.has_transition(state, *read)
    )


def end_of(machine: Machine, state: str) -> str:
    """What a run that ends in `state`, for want of a transition, comes to."""
    if state in machine.accepting:
        return "accepted"
    if state in machine.rejecting:
        return "rejected"
    if state in machine.halting:
        return "halted"
    return "undefined-rejected" if machine.undefined_rejects else "undefined"


def read_outcome(outcome: str) -> tuple[Outcome, bool | None]:
    """The outcome of a run, and whether it accepted, from what the stop table says."""
    return _MEANING[outcome]


def name_outcome(outcome: Outcome, accepted: bool | None) -> str:
    """What the stop table calls this end of a run; the inverse of `read_outcome`."""
    return next(name for name, meaning in _MEANING.items() if meaning == (outcome, accepted))


def check_words(labels: Labels, states: OneHot, symbols: OneHot) -> None:
    """Refuse labels whose start state, blank or outcomes no machine has.

    Args:
        labels: with the parameters `start` and `blank`.
        states: what a state may be.
        symbols: what a tape symbol may be.

    Raises:
        ConstructionError: naming what is wrong.
    """
    if labels.parameters["start"] not in states.values or labels.parameters["blank"] not in symbols.values:
        raise not_ours(labels, "a start state or a blank that no register holds", "parameters")
    for *_, outcome in labels.stop.outcomes:
        if outcome not in ENDS:
            raise not_ours(labels, f"the outcome {outcome!r}", "the stop table")
