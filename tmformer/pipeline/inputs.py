"""Inputs: the symbols that a user gives, and the configuration they start."""

from collections.abc import Sequence

from tmformer.errors import UsageError
from tmformer.machine import Configuration, check_input, initial_configuration, parse_input
from tmformer.program import Labels, OneHot


def as_symbols(alphabet: Sequence[str], given: str | Sequence[str]) -> tuple[str, ...]:
    """The input as symbols of `alphabet`.

    Raises:
        MachineError: naming the first that is not one.
    """
    return parse_input(alphabet, given) if isinstance(given, str) else check_input(alphabet, given)


def starting_configuration(labels: Labels, given: str | Sequence[str], head: int | None) -> Configuration:
    """The configuration from which compiled weights start, by their labels alone."""
    symbols = as_symbols(alphabet_of(labels), given)
    start, blank = str(labels.parameters["start"]), str(labels.parameters["blank"])
    return initial_configuration(start, symbols, blank, int(labels.parameters["head"]) if head is None else head)


def alphabet_of(labels: Labels) -> tuple[str, ...]:
    """The tape symbols of a network."""
    read = labels.register(labels.stop.reads[0]).type
    return read.values if isinstance(read, OneHot) else ()


def check_is(value: object, kinds: type | tuple[type, ...], what: str) -> None:
    """Refuse a value of another type at the door, before it fails somewhere inside.

    Args:
        value: what the caller gave.
        kinds: the types that will do.
        what: the parameter's name.

    Raises:
        UsageError: naming what was given.
    """
    named = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise UsageError(
            f"`{what}` is of type {named}",
            found=repr(value)[:80],
            where=what,
            remedy="Machines come from tmformer.load_machine, weights from tmformer.compile or tmformer.load_weights.",
        )
