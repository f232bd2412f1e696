"""MACHINE: what a user may give for it, and what is refused before anything is compiled."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tmformer.errors import UsageError
from tmformer.machine import Document, read

if TYPE_CHECKING:
    from tmformer.weights import Weights

SUFFIX = ".safetensors"
"""How the name of a file of saved weights ends."""

_LONGEST_HEADER = 100_000_000  # bytes, as the format has it
_LARGEST = 2**53  # larger numbers are slips of the finger, and no file could hold them


def is_weights_name(name: str) -> bool:
    """Whether this is what a file of saved weights is called.

    >>> is_weights_name("bb4.safetensors"), is_weights_name("BB4.SAFETENSORS"), is_weights_name("bb4")
    (True, True, False)
    """
    return name.lower().endswith(SUFFIX) and "\n" not in name


def is_weights_file(machine: str) -> bool:
    """Whether MACHINE names saved weights, by its ending or by how the file begins.

    >>> is_weights_file("bb4.safetensors"), is_weights_file("bb4")
    (True, False)
    """
    return is_weights_name(machine) or ("\n" not in machine and _begins_like_weights(Path(machine)))


def _begins_like_weights(path: Path) -> bool:
    """Whether a file begins with the length of a header, and the header with a brace.

    What cannot be read is left to whoever reads it as a machine, and says why.
    """
    try:
        if not path.is_file():  # also a pipe, of which what is read here would be lost
            return False
        with path.open("rb") as file:
            start = file.read(9)
    except (OSError, ValueError):
        return False
    return len(start) == 9 and int.from_bytes(start[:8], "little") < _LONGEST_HEADER and start[8:] == b"{"


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
