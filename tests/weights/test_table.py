"""A table is an MLP: gates, snapped gates and clearing, exactly, in rationals and bit for bit in floats."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.program.programs import AUTOMATON, COUNTER, EXAMPLES
from tests.weights import oracle
from tmformer.errors import ProgramError
from tmformer.program import (
    Block,
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
    parse_program,
    stack,
)
from tmformer.program.semantics import apply_table
from tmformer.weights import Layout, Mlp, dense
from tmformer.weights.table import lower_table

REGISTERS = (
    Register("row", Flag()),
    Register("p", OneHot(("0", "1"))),
    Register("q", OneHot(("0", "1", "2"))),
    Register("r", OneHot(("x",))),
    Register("s", OneHot(("0", "1")), scratch=True),
    Register("t", OneHot(("0", "1", "2")), scratch=True),
)
VALUES = {register.name: register.type.values for register in REGISTERS if isinstance(register.type, OneHot)}
LABELS = Labels(
    "none", REGISTERS, (), Stop((Signal("p", 0),), "p", "row", ()), (), max_positions=4, loops=1, sharpness=1
)
LAYOUT = Layout(REGISTERS)


def apply(mlp: Mlp, x: list[Fraction]) -> list[Fraction]:
    """x + w_out ReLU(w_in x + b_in), in Fractions."""
    bias = [row[0] for row in oracle.dense(mlp.b_in)]
    hidden = [max(h, Fraction(0)) for h in oracle.add(oracle.apply(oracle.dense(mlp.w_in), x), bias)]
    return oracle.add(x, oracle.apply(oracle.dense(mlp.w_out), hidden))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Rules over one to three registers, which write what is cleared or read."""
    clears = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True))
    rules: list[Rule] = []
    for _ in range(draw(st.integers(0, 6))):
        read = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
        may = [name for name in {*clears, *read} - {"s", "t"} if name in clears or name in read]
        written = draw(st.lists(st.sampled_from(sorted(may)), unique=True)) if may else []
        when = tuple(Literal(name, draw(st.sampled_from(VALUES[name]))) for name in read)
        rules.append(Rule(when, tuple(Write(name, draw(st.sampled_from(VALUES[name]))) for name in written)))
    return Table(tuple(clears), tuple(rules))


streams = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()}),
    min_size=1,
    max_size=4,
)


@given(tables(), streams)
def test_an_mlp_does_what_its_table_says(table: Table, rows: list[dict[str, Value]]):
    check_program(Program(LABELS, (Block((), table),)))
    stream = stack(LABELS, rows)
    try:
        wanted = apply_table(LABELS, table, stream)
    except ProgramError:
        assume(False)
    mlp = lower_table(LAYOUT, LABELS, table)
    after = [apply(mlp, [Fraction(int(value)) for value in row]) for row in LAYOUT.encode(stream)]
    assert LAYOUT.decode(np.array(after, dtype=object)) == wanted
    for dtype in (np.float16, np.float32, np.float64):
        x = LAYOUT.encode(stream).astype(dtype)
        assert (floats(mlp, x) == LAYOUT.encode(wanted).astype(dtype)).all()


def floats(mlp: Mlp, x: np.ndarray) -> np.ndarray:
    """The MLP in the format of x, every operation rounded to it."""
    w_in, b_in, w_out = (dense(part).astype(x.dtype) for part in (mlp.w_in, mlp.b_in, mlp.w_out))
    hidden = np.maximum(dot(x, w_in.T) + b_in[:, 0], x.dtype.type(0))
    return x + dot(hidden, w_out.T)


def dot(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A product that adds one term after the other, each sum rounded."""
    out = np.zeros((left.shape[0], right.shape[1]), dtype=left.dtype)
    for k in range(left.shape[1]):
        out = out + left[:, k : k + 1] * right[k : k + 1]
    return out


# The snapped gate ---------------------------------------------------------------------------------------------------------


def gate(m: int) -> tuple[Layout, Mlp]:
    """One rule that reads m registers, the first of them scratch, and writes 1 into `out`."""
    names = [f"r{index}" for index in range(m)]
    registers = (
        *(Register(name, OneHot(("1",)), scratch=index == 0) for index, name in enumerate(names)),
        Register("out", OneHot(("1",))),
        Register("row", Flag()),
    )
    labels = Labels("none", registers, (), Stop((), "out", "row", ()), (), max_positions=1, loops=1, sharpness=1)
    rule = Rule(tuple(Literal(name, "1") for name in names), (Write("out", "1"),))
    layout = Layout(registers)
    return layout, lower_table(layout, labels, Table(("r0", "out"), (rule,)))


def snapped(m: int, x: list[Fraction]) -> Fraction:
    layout, mlp = gate(m)
    return apply(mlp, [*x, Fraction(0), Fraction(1)])[layout.coordinate("out", "1")]


quarter = st.fractions(Fraction(-1, 4), Fraction(1, 4), max_denominator=10**9)


@given(st.integers(1, 5), quarter)
@example(1, Fraction(1, 4))
@example(3, Fraction(-1, 4))
def test_a_snapped_gate_is_1_near_its_sum(m: int, error: Fraction):
    assert snapped(m, [1 + error, *[Fraction(1)] * (m - 1)]) == 1


@given(st.integers(1, 5), st.fractions(-3, Fraction(1, 4), max_denominator=10**9))
@example(1, Fraction(1, 4))
@example(5, Fraction(1, 4))
def test_a_snapped_gate_is_0_up_to_three_quarters_below(m: int, value: Fraction):
    assert snapped(m, [value, *[Fraction(1)] * (m - 1)]) == 0


def test_a_snapped_gate_is_no_wider_than_it_says():
    for m in (1, 2, 3):
        ones = [Fraction(1)] * (m - 1)
        assert 0 < snapped(m, [Fraction(1, 4) + Fraction(1, 100), *ones]) < 1
        assert 0 < snapped(m, [Fraction(3, 4) - Fraction(1, 100), *ones]) < 1
        assert snapped(m, [Fraction(5, 4) + 100, *ones]) == 1  # the sum of one-hot inputs is not beyond m + 1/4


BITS = {np.float16: 11, np.float32: 24}


@pytest.mark.parametrize("dtype", BITS)
@given(m=st.integers(1, 4), error=st.integers(0, 2**24), is_match=st.booleans(), sign=st.sampled_from([-1, 1]))
def test_a_snapped_gate_is_a_bit_in_floats(dtype: type, m: int, error: int, is_match: bool, sign: int):
    """Bit for bit, and the scratch is left at exactly 0, for every scratch value that the format holds near 0 or 1.

    The gate adds literals that are 1 first or last; the sum stays within the format's digits in either order.
    """
    ulp = Fraction(1, 2 ** (BITS[dtype] - (1 if sign < 0 else 2) + 1 - (m - 1).bit_length()))
    wrong = sign * min(error * ulp, Fraction(1, 4))
    value = Fraction(int(is_match)) + (wrong if is_match else abs(wrong))
    layout, mlp = gate(m)
    x = np.array([[float(value), *[1.0] * (m - 1), 0.0, 1.0]]).astype(dtype)
    assume(Fraction(float(x[0, 0])) == value)
    after = floats(mlp, x)
    assert after[0, layout.coordinate("out", "1")] == int(is_match)
    assert after[0, layout.coordinate("r0", "1")] == 0


def test_snapping_in_place_would_leave_something_behind():
    """Why the scratch has a unit of its own: in one sum, x + snap(x) - x is not the bit, for one x of many."""
    x = np.float32(1) - np.arange(1, 1000, dtype=np.float32) * np.float32(2**-24)
    one, two = 2 * x - np.float32(0.5), 2 * x - np.float32(1.5)
    in_place = ((x + one) - two) - x
    assert (in_place != 1).any()
    assert ((one - two) == 1).all()


def test_clearing_leaves_exactly_0():
    layout, mlp = gate(2)
    for top in range(1025):
        x = [Fraction(top, 1024), Fraction(0), Fraction(1), Fraction(1)]
        assert apply(mlp, x)[layout.coordinate("r0", "1")] == 0
        assert apply(mlp, x)[layout.coordinate("out", "1")] == 0
        for dtype in BITS:
            after = floats(mlp, np.array([[float(value) for value in x]]).astype(dtype))
            assert (after[0, [layout.coordinate(name, "1") for name in ("r0", "out")]] == 0).all()


# What the matrices are ----------------------------------------------------------------------------------------------------


def units(text: str, block: int = 0) -> Callable[[], Mlp]:
    program = parse_program(text)
    return lambda: lower_table(Layout(program.labels.registers), program.labels, program.blocks[block].table)


def test_a_plain_gate_is_one_unit_and_a_snapped_gate_two():
    assert units(COUNTER)().w_in.shape[0] == 3 + 3
    assert units(AUTOMATON)().w_in.shape[0] == 2 * 8 + 4
    snap = units(AUTOMATON)()
    assert [snap.b_in.items()[unit, 0] for unit in (0, 1)] == [Fraction(3, 2) - 6, Fraction(1, 2) - 6]
    assert set(snap.w_in.items().values()) == {1, 2}
    assert set(snap.w_out.items().values()) == {1, -1}


def test_an_empty_table_has_no_units():
    mlp = lower_table(LAYOUT, LABELS, Table((), ()))
    assert (mlp.w_in.shape, mlp.b_in.shape, mlp.w_out.shape) == ((0, 12), (0, 1), (12, 0))
    assert apply(mlp, [Fraction(1)] * 12) == [Fraction(1)] * 12


def test_the_examples_tables_are_dyadic():
    for each in EXAMPLES.values():
        layout = Layout(each.program.labels.registers)
        for block in each.program.blocks:
            mlp = lower_table(layout, each.program.labels, block.table)
            assert max(mlp.w_in.shift, mlp.w_out.shift) == 0
            assert mlp.b_in.shift <= 1


def test_a_stream_of_scratch_is_read_as_any_other():
    stream = Stream(dict(stack(LABELS, [{"s": "1"}]).columns))
    table = Table(("s", "p"), (Rule((Literal("s", "1"),), (Write("p", "0"),)),))
    assert apply_table(LABELS, table, stream)["p"] == ("0",)
