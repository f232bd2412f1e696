"""What labels say of a search through time: codes of cells and times, what is fed back, and which rows a prompt has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from tmformer.constructions.contexts import Context
from tmformer.constructions.records import names
from tmformer.program import Code, Feedback, Flag, Generator, OneHot, Register, Segment, Write

Kinds: TypeAlias = list[tuple[tuple[str, ...], OneHot | Flag | Code]]
"""The names of registers, and their type."""


def registers_of(kinds: Kinds, prefix: str = "") -> Iterator[Register]:
    """A register for each name.

    Args:
        kinds: names and types.
        prefix: what the names begin with.
    """
    yield from (Register(prefix + name, type_) for names_, type_ in kinds for name in names_)


def cell_kinds(sizes: Context) -> Kinds:
    """The codes of the cell that a row writes and of the next one, and what moving takes."""
    k = sizes.cell_digits
    return [
        ((*names("cell", k), *names("next_cell", k)), Code(1)),
        ((*names("carry", k), *names("borrow", k)), Flag()),
    ]


def time_generators(sizes: Context, offsets: Mapping[str, int]) -> tuple[Generator, ...]:
    """The digits of the times of records.

    Args:
        sizes: the digits and their base.
        offsets: by the flag of the rows that record, what is added to a row's position.
    """
    return tuple(
        Generator(name, offset, where, divisor=sizes.radix**digit, modulus=sizes.radix)
        for digit, name in enumerate(names("time", sizes.time_digits))
        for where, offset in offsets.items()
    )


def step_feedback(*kept: str) -> tuple[Feedback, ...]:
    """What makes the next row a step that records, and what it keeps besides."""
    return (*(Feedback(name, name) for name in ("step", *kept)), Feedback("step", "moved"))


def next_feedback(prefix: str, registers: Sequence[str]) -> tuple[Feedback, ...]:
    """What is next on a tape is now on the next row.

    Args:
        prefix: of the names of the tape's registers.
        registers: their names.
    """
    return tuple(Feedback(f"{prefix}next_{name}", prefix + name) for name in registers)


def bos_segment(*aside: Write, name: str = "bos") -> Segment:
    """The row that BOS is.

    Args:
        aside: what it holds besides its flag.
        name: of the segment.
    """
    return Segment(name, 1, fixed=(*aside, Write("bos", "1")))


def record_segment(sizes: Context, prefixes: Sequence[str] = ("",), *aside: Write) -> Segment:
    """The rows that record a tape, or several.

    Args:
        sizes: how many there are, and the digits of their cells.
        prefixes: of the names of each tape's registers.
        aside: what they hold besides.
    """
    recorded = ("written", *names("cell", sizes.cell_digits))
    held = tuple(prefix + name for prefix in prefixes for name in recorded)
    return Segment("records", sizes.records, fixed=(*aside, Write("input", "1")), any=held)


def start_segment(sizes: Context, held: tuple[str, ...], prefixes: Sequence[str] = ("",)) -> Segment:
    """The row that START is: the first of the steps, which has not moved yet.

    Args:
        sizes: the digits of cells.
        held: the registers that say the state.
        prefixes: of the names of each tape's registers.
    """
    heads = tuple(prefix + name for prefix in prefixes for name in names("next_cell", sizes.cell_digits))
    return Segment("start", 1, fixed=(Write("step", "1"),), any=(*held, *heads))
