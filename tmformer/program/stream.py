"""A residual stream in symbols: for each register, what it holds at each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from tmformer.errors import ProgramError
from tmformer.program.ops import Code, Flag, Generator, Labels, OneHot, Register

Value: TypeAlias = str | int | bool | None
"""One-hot: a symbol, or None for empty. Code: an index, or None for unset. Flag: True or False."""


@final
@dataclass(frozen=True)
class Stream:
    """`stream["symbol"][row]` is what the register `symbol` holds at that row.

    Args:
        columns: for each register its values, one a row; all of the same length.
    """

    columns: Mapping[str, tuple[Value, ...]]

    def __getitem__(self, register: str) -> tuple[Value, ...]:
        """The values of one register, one a row."""
        return self.columns[register]

    @property
    def num_rows(self) -> int:
        """Rows, BOS included."""
        return len(next(iter(self.columns.values())))

    def rows(self, first: int, end: int) -> "Stream":
        """The rows from `first` up to `end`, which is left out."""
        return Stream({name: values[first:end] for name, values in self.columns.items()})

    def __add__(self, later: "Stream") -> "Stream":
        """These rows, then those of another stream."""
        return Stream({name: values + later[name] for name, values in self.columns.items()})

    def row(self, index: int) -> dict[str, Value]:
        """What each register holds at one row."""
        return {name: values[index] for name, values in self.columns.items()}


def empty_value(register: Register) -> Value:
    """What `register` holds where nothing was written: False for a flag, None for the others."""
    return False if isinstance(register.type, Flag) else None


def as_value(type_: OneHot | Flag | Code, text: str) -> Value:
    """The value that a literal, a write or a default writes as `text`.

    >>> as_value(Code(3), "5"), as_value(Flag(), "0"), as_value(OneHot(("5",)), "5")
    (5, False, '5')
    """
    match type_:
        case OneHot():
            return text
        case Flag():
            return text == "1"
        case Code():
            return int(text)


def stack(labels: Labels, rows: Sequence[Mapping[str, Value]]) -> Stream:
    """The stream of these rows; what a row leaves out is empty, position codes are generated.

    Args:
        labels: the registers and generators.
        rows: for each row the values of the registers that are not empty.

    Raises:
        ProgramError: for a register that is not declared, a value that it cannot hold, or more rows than allowed.
    """
    known = {register.name: register for register in labels.registers}
    for index, row in enumerate(rows):
        for name, value in row.items():
            if name not in known or not can_hold(known[name], value):
                raise ProgramError(
                    "Each value is one that its register can hold",
                    found=f"{name} = {value!r}",
                    where=f"row {index}",
                    remedy=f"Use the registers {', '.join(known)} and their values.",
                )
    columns = {
        register.name: tuple(row.get(register.name, empty_value(register)) for row in rows)
        for register in labels.registers
    }
    return generate(labels, Stream(columns))


def can_hold(register: Register, value: Value) -> bool:
    """Whether `value` lies on the grid of `register`."""
    match register.type:
        case OneHot(values=values):
            return value is None or value in values
        case Flag():
            return isinstance(value, bool)
        case Code(digits=digits):
            return value is None or (type(value) is int and 0 <= value < 2**digits)


def generate(labels: Labels, stream: Stream) -> Stream:
    """`stream` with every position code filled in by its generator.

    Raises:
        ProgramError: for no row at all, or more than allowed.
    """
    check_length(labels, stream.num_rows)
    return _generate(labels, stream, 0)


def next_row(labels: Labels, last: Stream, position: int) -> Stream:
    """The row that a sequence grows by, alone: fed back from the last row, its position codes generated.

    Args:
        labels: the feedback map.
        last: the last row after all blocks.
        position: of the next row: how many there are already.

    Raises:
        ProgramError: if the sequence has as many rows as allowed already.
    """
    check_length(labels, position + 1)
    received = {feedback.target: last[feedback.source] for feedback in labels.feedback}
    empty = {register.name: (empty_value(register),) for register in labels.registers}
    return _generate(labels, Stream(empty | received), position)


def sequence_of(labels: Labels, prompt: Stream, after: Stream) -> Stream:
    """The sequence that grew from a prompt, before any block: the prompt, and the rows that were fed back.

    Args:
        labels: the feedback map.
        prompt: the embedded sequence that it began with.
        after: the residual stream of all its rows after all blocks.
    """
    prompt = generate(labels, prompt)
    fed = [next_row(labels, after.rows(row - 1, row), row) for row in range(prompt.num_rows, after.num_rows)]
    grown = {name: tuple([row[name][0] for row in fed]) for name in prompt.columns}
    return prompt + Stream(grown)


def check_length(labels: Labels, rows: int) -> None:
    """Refuse a sequence without rows, or longer than the network was compiled for.

    Raises:
        ProgramError: saying how many rows there are, and how many there may be.
    """
    if not 0 < rows <= labels.max_positions:
        raise ProgramError(
            "A sequence has a row, and is at most as long as the network was compiled for",
            found=f"{rows} rows",
            where=f"a network for {labels.max_positions} positions",
            remedy="Compile for more positions.",
        )


def _generate(labels: Labels, stream: Stream, first: int) -> Stream:
    generated = {generator.register for generator in labels.generators}
    columns = dict(stream.columns) | dict.fromkeys(generated, (None,) * stream.num_rows)
    for generator in labels.generators:
        held = zip(columns[generator.register], stream[generator.where], strict=True)
        codes = [_code(generator, position, *each) for position, each in enumerate(held, start=first)]
        columns[generator.register] = tuple(codes)
    return Stream(columns)


def _code(generator: Generator, position: int, held: Value, flagged: Value) -> Value:
    if not flagged:
        return held
    if held is not None:
        raise ProgramError(
            "A position code of a row is generated once",
            found=f"two generators for {generator.register!r}",
            where=f"row {position}",
            remedy="Give the generators of one register rows of their own.",
        )
    return (position + generator.offset) // generator.divisor % generator.modulus
