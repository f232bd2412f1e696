"""Random tables over every kind of register, rows for them with the errors that attention leaves, and what they hold after."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from tmformer.errors import ProgramError
from tmformer.program import (
    Block,
    Code,
    Flag,
    Labels,
    Literal,
    OneHot,
    Program,
    Register,
    Rule,
    Signal,
    Stop,
    Stream,
    Table,
    Value,
    Write,
    check_program,
    stack,
)
from tmformer.program.semantics import apply_table
from tmformer.program.stream import empty_value
from tmformer.weights import Layout

REGISTERS = (
    Register("row", Flag()),
    Register("p", OneHot(("0", "1"))),
    Register("q", OneHot(("0", "1", "2"))),
    Register("on", Flag()),
    Register("off", Flag()),
    Register("bit", Code(1)),
    Register("pair", Code(2)),
    Register("heard", OneHot(("0", "1", "2")), scratch=True),
    Register("seen", OneHot(("x",)), scratch=True),
    Register("lamp", Flag(), scratch=True),
    Register("digit", Code(2), scratch=True),
)
LABELS = Labels(
    "none", REGISTERS, (), Stop((Signal("p", 0),), ("p",), "row", ()), (), max_positions=4, loops=1, sharpness=1
)
LAYOUT = Layout(REGISTERS)
TYPES = {register.name: register for register in REGISTERS if register.name != "row"}
SCRATCH = tuple(name for name, register in TYPES.items() if register.scratch)
KEPT = tuple(name for name, register in TYPES.items() if not register.scratch)


def texts(name: str) -> list[str]:
    """What may be written into a register."""
    match TYPES[name].type:
        case OneHot(values=values):
            return [*values]
        case Flag():
            return ["0", "1"]
        case Code(digits=digits):
            return [str(index) for index in range(2**digits)]


def literals(name: str) -> list[str | None]:
    """What may be asked of a register."""
    return [None, *texts(name)] if isinstance(TYPES[name].type, OneHot) else [*texts(name)]


def values(name: str) -> list[Value]:
    """What a register may hold."""
    match TYPES[name].type:
        case OneHot(values=symbols):
            return [None, *symbols]
        case Flag():
            return [False, True]
        case Code(digits=digits):
            return [None, *range(2**digits)]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Rules over one to three registers, which write what is cleared, filled or read; all scratch is cleared."""
    emptied = draw(st.lists(st.sampled_from(KEPT), unique=True, max_size=4))
    clears, fills = emptied[::2], emptied[1::2]
    rules: list[Rule] = []
    for _ in range(draw(st.integers(0, 5))):
        read = draw(st.lists(st.sampled_from((*KEPT, *SCRATCH)), min_size=1, max_size=3, unique=True))
        may = sorted({*emptied, *read} - {*SCRATCH})
        written = draw(st.lists(st.sampled_from(may), unique=True, max_size=2)) if may else []
        when = tuple(Literal(name, draw(st.sampled_from(literals(name)))) for name in read)
        rules.append(Rule(when, tuple(Write(name, draw(st.sampled_from(texts(name)))) for name in written)))
    return Table((*SCRATCH, *clears), tuple(rules), tuple(fills))


@st.composite
def rows_for(draw: st.DrawFn, table: Table) -> dict[str, Value]:
    """A row at which one rule holds, if there is one; what that rule fills is empty."""
    row: dict[str, Value] = {name: draw(st.sampled_from(values(name))) for name in TYPES}
    row |= {name: empty_value(TYPES[name]) for name in table.fills}
    if table.rules and draw(st.integers(0, 4)):
        for literal in draw(st.sampled_from(table.rules)).when:
            row[literal.register] = _held(literal)
    return row


def _held(literal: Literal) -> Value:
    match TYPES[literal.register].type:
        case OneHot():
            return literal.value
        case Flag():
            return literal.value == "1"
        case Code():
            return int(literal.value or 0)


def after(table: Table, row: Mapping[str, Value]) -> Stream | None:
    """What the row holds after the table; None where two rules write one register, or a register to fill is not empty."""
    try:
        return apply_table(LABELS, table, stack(LABELS, [row]))
    except ProgramError:
        return None


def check(table: Table) -> None:
    check_program(Program(LABELS, (Block((), table),)))


# Errors -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Error:
    """How far a coordinate of scratch lies from its grid point: `amount` towards where an average may lie."""

    coordinate: int
    amount: Fraction


PLACES = tuple(place for name in SCRATCH for place in LAYOUT.spans[name])
SIGNED = frozenset(LAYOUT.spans["digit"])


@st.composite
def errors(draw: st.DrawFn, unit: Fraction) -> list[Error]:
    """Multiples of `unit`, each 1/8 at most, 1/4 in all."""
    eighth = int(Fraction(1, 8) / unit)
    amounts = st.integers(0, eighth) | st.sampled_from([1, eighth - 1, eighth])
    found: list[Error] = []
    left = 2 * eighth
    for place in draw(st.lists(st.sampled_from(PLACES), unique=True, max_size=6)):
        drawn = min(draw(amounts), left)
        left -= drawn
        found.append(Error(place, drawn * unit * draw(st.sampled_from([1, -1]) if place in SIGNED else st.just(1))))
    return found


def disturbed(row: Mapping[str, Value], wrong: list[Error]) -> list[Fraction]:
    """The row as attention leaves it: averages of 0 and 1 between them, averages of -1 and 1 likewise."""
    x = [Fraction(int(value)) for value in LAYOUT.encode(stack(LABELS, [row]))[0]]
    for error in wrong:
        held = x[error.coordinate]
        x[error.coordinate] = held * (1 - abs(error.amount)) if held else error.amount
    return x


def exact_floats(x: list[Fraction], dtype: np.dtype) -> np.ndarray:
    """The row in a format that holds it."""
    array = np.array([[float(value) for value in x]]).astype(dtype)
    assert [Fraction(float(value)) for value in array[0].astype(np.float64)] == x
    return array
