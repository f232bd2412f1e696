"""Inputs: the symbols that a user gives, and the configuration they start."""

import json
from collections.abc import Sequence
from typing import TypeAlias, TypeVar, cast

from tmformer.constructions import OTHER
from tmformer.errors import MachineError, UsageError
from tmformer.machine import Configuration, Machine, check_input, initial_configuration, parse_input, parse_inputs
from tmformer.program import Labels, OneHot

Given: TypeAlias = str | Sequence[str] | Sequence[Sequence[str]]
"""An input: a text, with ``|`` between tapes, or symbols; of several tapes also a sequence, each as one text or symbols."""


def as_words(alphabet: Sequence[str], given: Given, tapes: int = 1) -> tuple[tuple[str, ...], ...]:
    """The inputs as symbols of `alphabet`, a word a tape.

    Args:
        alphabet: the tape symbols.
        given: what the user gave.
        tapes: how many tapes there are; those that nothing is said of are blank.

    Raises:
        MachineError: naming the first symbol that is not in the alphabet, or that there are too many words.
    """
    if isinstance(given, str):
        words = parse_inputs(alphabet, given, tapes)
    elif tapes == 1 and all(isinstance(symbol, str) for symbol in given):
        words = (check_input(alphabet, cast("Sequence[str]", given)),)  # which refuses what is no text
    else:
        words = tuple(
            parse_input(alphabet, word) if isinstance(word, str) else check_input(alphabet, word) for word in given
        )
    if len(words) > tapes:
        raise MachineError(
            "There is an input for each tape at most",
            found=f"{len(words)} inputs",
            where=f"a machine of {tapes} tapes",
            remedy="Leave some out; an entry of the sequence is the input of one tape.",
        )
    return (*words, *((),) * (tapes - len(words)))


Machines = TypeVar("Machines")


def machine_that_runs(compiled: Machines, other: Machines | None, choose: str | None) -> Machines:
    """Which of two machines in one network a run is of: whose symbols its input has, and whose run the reference is.

    Args:
        compiled: the one that is compiled, as a machine or as a document.
        other: the other one, where there is one.
        choose: what was chosen; the one that is compiled if None.

    >>> machine_that_runs("adder", "bb4", "b"), machine_that_runs("adder", "bb4", None)
    ('bb4', 'adder')
    """
    return other if choose == OTHER and other is not None else compiled


def starting_configuration(labels: Labels, given: Given, head: int | None) -> Configuration:
    """The configuration from which compiled weights start, by their labels alone."""
    first, *further = as_words(alphabet_of(labels), given, int(labels.parameters.get("tapes", 1)))
    start, blank = str(labels.parameters["start"]), str(labels.parameters["blank"])
    cell = int(labels.parameters["head"]) if head is None else head
    return initial_configuration(start, first, blank, cell, tuple(further))


def alphabet_of(labels: Labels) -> tuple[str, ...]:
    """The tape symbols of a network; of one that has several in a register, as its labels list them."""
    if "alphabet" in labels.parameters:
        return tuple(json.loads(str(labels.parameters["alphabet"])))
    read = labels.register(labels.stop.reads[0]).type
    return read.values if isinstance(read, OneHot) else ()


def check_one_machine(compiled: object, machine: Machine | None) -> None:
    """Refuse a second machine beside the one that is run.

    Args:
        compiled: what is run.
        machine: what weights are to run, if anything.

    Raises:
        UsageError: naming both.
    """
    if isinstance(compiled, Machine) and machine is not None:
        raise UsageError(
            "A machine is run, or weights on a machine",
            found=f"the machine {machine.name!r} beside the machine {compiled.name!r}",
            where="machine",
            remedy="Leave `machine=` out, or give weights of the construction universal to run it.",
        )


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
