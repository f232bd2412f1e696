"""MACHINE: what a user may give for it, and what is refused before anything is compiled."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tmformer.cli.arguments import AS_IT_IS, ReadAs
from tmformer.errors import UsageError
from tmformer.machine import Document, Reading, head_of_input, read

if TYPE_CHECKING:
    from tmformer.pipeline import Given
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


def reading_of(read_as: ReadAs) -> Reading:
    """How a machine is to be read, as the user said."""
    return Reading(read_as.from_, read_as.start, read_as.one_way)


def read_source(machine: str, read_as: ReadAs = AS_IT_IS) -> "Document | Weights":
    """The machine file, or the saved weights, that MACHINE names.

    Args:
        machine: what the user gave.
        read_as: how a machine file is read; nothing of it can be said of saved weights.

    Raises:
        MachineError: as `machine.read`.
        UsageError: as `refuse_compiling`.
        WeightsError: as `weights.load`.
    """
    if not is_weights_file(machine):
        return read(machine, reading_of(read_as))
    refuse_compiling(machine, read_as.options())
    from tmformer.weights import load

    return load(machine)


def read_weights(file: str) -> "Weights":
    """The saved weights in a file.

    Raises:
        UsageError: if the file has the name of none.
        WeightsError: as `weights.load`.
    """
    if not is_weights_file(file):
        raise UsageError(
            "Saved weights are a file called *.safetensors",
            found=repr(file[:80]),
            where="--weights",
            remedy="Give the file that `tmformer compile` wrote.",
        )
    from tmformer.weights import load

    return load(file)


def read_machine(machine: str, command: str, why: str, read_as: ReadAs = AS_IT_IS) -> Document:
    """The machine file that MACHINE names.

    Args:
        machine: what the user gave.
        command: the subcommand, for the error.
        why: the reason why saved weights will not do.
        read_as: how the machine file is read.

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
    return read(machine, reading_of(read_as))


def read_other(other: str | None, command: str, read_as: ReadAs) -> Document | None:
    """The machine file that --other names, None if it was not given.

    Args:
        other: what the user gave.
        command: the subcommand, for errors.
        read_as: how MACHINE is read, of which only --one-way speaks of the other machine too.

    Raises:
        UsageError: if it names saved weights.
    """
    if other is None:
        return None
    return read_machine(other, f"{command} --other", "two are compiled together", ReadAs(one_way=read_as.one_way))


def marked_head(given: str | None, head: int | None, read_as: ReadAs) -> tuple[str | None, int | None]:
    """INPUT and the tape head's cell; with `--from morphett` as that simulator takes them, with a ``*`` before the cell.

    Args:
        given: INPUT, None if none was given.
        head: the cell that --head says, None if it was not given.
        read_as: how MACHINE is read.

    Raises:
        UsageError: if the cell is said twice.
        MachineError: if two cells are marked.

    >>> marked_head("01*1", None, ReadAs("morphett")), marked_head("01*1", None, AS_IT_IS)
    (('011', 2), ('01*1', None))
    """
    if given is None or (read_as.from_ or "").lower() != "morphett":
        return given, head
    text, cell = head_of_input(given)
    if "*" not in given:
        return text, head
    if head is not None:
        raise UsageError(
            "The tape head's cell is said once, by --head or by a * in INPUT",
            found=f"--head {head} and INPUT {given[:40]!r}",
            where="INPUT",
            remedy="Leave one of the two out.",
        )
    return text, cell


def input_of(source: "Document | Weights", given: str | None) -> "Given":
    """The input of a run: what was given, or that of the machine file; of saved weights none if none was given.

    Args:
        source: what MACHINE stands for.
        given: INPUT, None if none was given.
    """
    return source.words if isinstance(source, Document) and given is None else given or ""


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
                found=name if value is True else f"{name} {value}",
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


def refuse_head(command: str, head: int) -> None:
    """Refuse a tape head's cell other than 0 where what is written has no place for it.

    Args:
        command: the subcommand, for the error.
        head: the cell.

    Raises:
        UsageError: if it is not 0.
    """
    if head != 0:
        raise UsageError(
            "No machine file and no state diagram says on which cell the tape head begins",
            found=f"--head {head}" if abs(head) < 10**30 else f"a number of {head.bit_length()} bits",
            where=f"tmformer {command}",
            remedy="Leave --head out here, and give it to `tmformer run`.",
        )


def check_cell(name: str, value: int | None) -> None:
    """Refuse a cell that is too far away.

    Raises:
        UsageError: stating the range.
    """
    check_number(name, value, least=-_LARGEST)
