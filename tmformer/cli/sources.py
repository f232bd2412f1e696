"""MACHINE: what a user may give for it, and what is refused before anything is compiled."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tmformer.errors import UsageError
from tmformer.machine import Document, read

if TYPE_CHECKING:
    from tmformer.weights import Weights

_SUFFIX = ".safetensors"
_LARGEST = 2**53  # larger numbers are slips of the finger, and no file could hold them


def is_weights_file(machine: str) -> bool:
    """Whether MACHINE names saved weights.

    >>> is_weights_file("bb4.safetensors"), is_weights_file("bb4")
    (True, False)
    """
    return machine.endswith(_SUFFIX) and "\n" not in machine


def read_source(machine: str) -> "Document | Weights":
    """The machine file, or the saved weights, that MACHINE names.

    Raises:
        MachineError: as `machine.read`.
        WeightsError: as `weights.load`.
    """
    if not is_weights_file(machine):
        return read(machine)
    from tmformer.weights import load

    return load(machine)


def read_machine(machine: str, command: str, why: str) -> Document:
    """The machine file that MACHINE names.

    Args:
        machine: what the user gave.
        command: the subcommand, for the error.
        why: the reason why saved weights will not do.

    Raises:
        UsageError: if it names saved weights.
    """
    if is_weights_file(machine):
        raise UsageError(
            f"`tmformer {command}` needs a machine: {why}",
            found=f"saved weights, {machine!r}",
            where="MACHINE",
            remedy="Give the machine's file, its name or its text instead.",
        )
    return read(machine)


def refuse_compiling(machine: str, options: Mapping[str, object]) -> None:
    """Refuse options that say how to compile, where MACHINE is compiled already.

    Args:
        machine: the name of the saved weights.
        options: the value of each option, None where it was not given.

    Raises:
        UsageError: naming the first that was given.
    """
    for name, value in options.items():
        if value is not None:
            raise UsageError(
                "Saved weights are compiled already",
                found=f"{name} {value}",
                where=machine,
                remedy=f"Leave out {name}, or compile the machine again with it.",
            )


def check_number(name: str, value: int | None, *, least: int, most: int = _LARGEST) -> None:
    """Refuse a number that is out of range.

    Args:
        name: the option.
        value: what the user gave, None if nothing.
        least: the smallest number allowed.
        most: the largest.

    Raises:
        UsageError: stating the range.
    """
    if value is not None and not least <= value <= most:
        raise UsageError(
            f"The value of {name} is a whole number from {least:,} to {most:,}",
            found=f"{value:,}" if abs(value) < 10**30 else f"a number of {value.bit_length()} bits",
            where=name,
            remedy=f"Give a number in this range, such as {name} {max(least, 8)}.",
        )


def check_cell(name: str, value: int | None) -> None:
    """Refuse a cell that is too far away.

    Raises:
        UsageError: stating the range.
    """
    check_number(name, value, least=-_LARGEST)
