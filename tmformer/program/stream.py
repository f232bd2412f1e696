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

    def row(self, index: int) -> dict[str, Value]:
        """What each register holds at one row."""
        return {name: values[index] for name, values in self.columns.items()}


def empty_value(register: Register) -> Value:
    """What `register` holds where nothing was written: False for a flag, None for the others."""
    return False if isinstance(register.type, Flag) else None


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
    if not 0 < stream.num_rows <= labels.max_positions:
        raise ProgramError(
            "A sequence has a row, and is at most as long as the network was compiled for",
            found=f"{stream.num_rows} rows",
            where=f"a network for {labels.max_positions} positions",
            remedy="Compile for more positions.",
        )
    columns = dict(stream.columns)
    for generator in labels.generators:
        columns[generator.register] = _codes(labels, generator, stream[generator.where])
    return Stream(columns)


def _codes(labels: Labels, generator: Generator, where: tuple[Value, ...]) -> tuple[Value, ...]:
    code = labels.register(generator.register).type
    modulus = 2**code.digits if isinstance(code, Code) else 1
    return tuple((position + generator.offset) % modulus if flagged else None for position, flagged in enumerate(where))
