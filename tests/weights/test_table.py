"""A table is an MLP: gates, snapped gates and clearing, exactly, in rationals and bit for bit in floats."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from ml_dtypes import bfloat16

from tests.program.programs import AUTOMATON, COUNTER, EXAMPLES
from tests.weights import oracle
from tests.weights.tables import (
    LABELS,
    LAYOUT,
    SCRATCH,
    Error,
    after,
    check,
    disturbed,
    errors,
    exact_floats,
    rows_for,
    tables,
)
from tmformer.program import (
    Flag,
    Labels,
    Literal,
    OneHot,
    Register,
    Rule,
    Stop,
    Table,
    Value,
    Write,
    parse_program,
    stack,
)
from tmformer.program.semantics import apply_table
from tmformer.weights import Layout, Mlp, Sparse, dense, sparse
from tmformer.weights.table import lower_table


def apply(mlp: Mlp, x: list[Fraction]) -> list[Fraction]:
    """x + w_out ReLU(w_in x + b_in), in Fractions."""
    bias = [row[0] for row in oracle.dense(mlp.b_in)]
    hidden = [max(h, Fraction(0)) for h in oracle.add(oracle.apply(oracle.dense(mlp.w_in), x), bias)]
    return oracle.add(x, oracle.apply(oracle.dense(mlp.w_out), hidden))


FORMATS = {
    "float16": (np.dtype(np.float16), 11),
    "bfloat16": (np.dtype(bfloat16), 8),
    "float32": (np.dtype(np.float32), 24),
}
"""Each format with the digits of its significand: an average just below 1 is a multiple of 2**-digits."""


@given(st.data())
def test_an_mlp_does_what_its_table_says(data: st.DataObject):
    """Literals, writes, fills and clearing of every kind, on what attention leaves of scratch; in Fractions."""
    table = data.draw(tables())
    check(table)
    mlp = lower_table(LAYOUT, LABELS, table)
    for row in data.draw(st.lists(rows_for(table), min_size=1, max_size=4)):
        wanted = after(table, row)
        if wanted is not None:
            x = disturbed(row, data.draw(errors(Fraction(1, 3 * 2**20))))
            found = np.array([apply(mlp, x)], dtype=object)
            assert (found == LAYOUT.encode(wanted)).all()
            assert LAYOUT.decode(found) == wanted


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_an_mlp_in_floats_does_what_its_table_says(name: str, data: st.DataObject):
    """Bit for bit, every zero +0.0, where scratch lies on the multiples of the unit roundoff, as it does near 1."""
    dtype, digits = FORMATS[name]
    table = data.draw(tables())
    mlp = lower_table(LAYOUT, LABELS, table)
    for row in data.draw(st.lists(rows_for(table), min_size=1, max_size=4)):
        wanted = after(table, row)
        if wanted is not None:
            x = exact_floats(disturbed(row, data.draw(errors(Fraction(1, 2**digits)))), dtype)
            bits = LAYOUT.encode(wanted).astype(dtype).tobytes()
            assert floats(mlp, x).tobytes() == bits
            assert accumulated(mlp, x).tobytes() == bits


def accumulated(mlp: Mlp, x: np.ndarray) -> np.ndarray:
    """The MLP in the format of x, sums in float32 and rounded once."""
    w_in, b_in, w_out = (dense(part).astype(np.float32) for part in (mlp.w_in, mlp.b_in, mlp.w_out))
    hidden = np.maximum(dot(x.astype(np.float32), w_in.T) + b_in[:, 0], np.float32(0)).astype(x.dtype)
    return x + dot(hidden.astype(np.float32), w_out.T).astype(x.dtype)


# Planted faults -----------------------------------------------------------------------------------------------------------


FILLING = (Write("q", "1"),)
READER = Table(SCRATCH, (Rule((Literal("digit", "2"), Literal("on", "1")), FILLING),), ("q",))
SEER = Table(SCRATCH, (Rule((Literal("seen", "x"), Literal("on", "1")), FILLING),), ("q",))
FIRST, SECOND = LAYOUT.spans["digit"]
ASKED: dict[str, Value] = {"digit": 2, "on": True}
ERRORS = [Error(FIRST, Fraction(1, 8)), Error(SECOND, Fraction(1, 8))]


def difference(table: Table, mlp: Mlp, row: dict[str, Value], wrong: list[Error]) -> bool:
    return apply(mlp, disturbed(row, wrong)) != LAYOUT.encode(after(table, row))[0].tolist()


def with_entries(matrix: Sparse, change: Callable[[tuple[int, int], Fraction], Fraction]) -> Sparse:
    return sparse(matrix.shape, {place: change(place, value) for place, value in matrix.items().items()})


@pytest.mark.parametrize(
    ("amount", "table", "row", "wrong"),
    [
        (Fraction(-1, 2), READER, ASKED, ERRORS),
        (Fraction(1, 2), SEER, {"on": True}, [Error(LAYOUT.coordinate("seen", "x"), Fraction(1, 8))]),
    ],
)
def test_a_snap_bias_that_is_off_is_seen(amount: Fraction, table: Table, row: dict[str, Value], wrong: list[Error]):
    """By half, in both units: where all literals hold but for errors of 1/4, or one does not, with an error of 1/8."""
    mlp = lower_table(LAYOUT, LABELS, table)
    assert not difference(table, mlp, row, wrong)
    shifted = with_entries(mlp.b_in, lambda place, value: value + amount if place[0] < 2 else value)
    assert difference(table, replace(mlp, b_in=shifted), row, wrong)
    assert not difference(table, replace(mlp, b_in=shifted), row, [])


def test_a_gate_that_does_not_snap_is_seen():
    """One unit of a rule that reads scratch, as for registers on their grid."""
    mlp = lower_table(LAYOUT, LABELS, READER)
    plain = with_entries(mlp.w_in, lambda place, value: value / 2 if place[0] == 0 else value)
    bias = with_entries(mlp.b_in, lambda place, value: Fraction(1 - 3) if place[0] == 0 else value)
    without = with_entries(mlp.w_out, lambda place, value: Fraction(0) if place[1] == 1 else value)
    assert difference(READER, Mlp(plain, bias, without), ASKED, ERRORS)
    assert not difference(READER, Mlp(plain, bias, without), ASKED, [])


def test_a_missing_clearing_unit_is_seen():
    """Each unit by itself: of a code two a digit, -1 and 1."""
    mlp = lower_table(LAYOUT, LABELS, READER)
    clearing = range(2, mlp.w_in.shape[0])
    assert len(clearing) == 3 + 1 + 1 + 2 * 2
    rows = [{"digit": index, "heard": str(index % 3), "seen": "x", "lamp": True} for index in range(4)]
    assert not any(difference(READER, mlp, row, []) for row in rows)
    for unit in clearing:
        without = with_entries(mlp.w_out, lambda place, value, unit=unit: Fraction(0) if place[1] == unit else value)
        assert any(difference(READER, replace(mlp, w_out=without), row, []) for row in rows)


@pytest.mark.parametrize("name", FORMATS)
def test_a_cleared_code_leaves_plus_zero(name: str):
    """x - x for every x of a binade and 0, of both signs, bit for bit."""
    dtype, _ = FORMATS[name]
    mlp = lower_table(LAYOUT, LABELS, READER)
    amounts = np.concatenate([[0, -0.0], np.linspace(0.5, 1, 501), 2.0 ** -np.arange(14)]).astype(dtype)
    for signed in (amounts, -amounts):
        x = np.zeros((signed.size, LAYOUT.d_model), dtype=dtype)
        x[:, FIRST] = signed
        for run in (floats, accumulated):
            assert run(mlp, x)[:, FIRST].tobytes() == np.zeros(signed.size, dtype=dtype).tobytes()


def test_a_small_error_at_an_empty_register_may_leave_one_roundoff_in_16_bits():
    """What is known not to hold: 2z - 1/2 and 2z - 3/2 are rounded each by itself, where z is no multiple of the roundoff.

    Errors near 0 are such; near 1 no float is. Kept in float32 until the second sum, the two units are exact again.
    """
    rule = Rule((Literal("seen", None),), (Write("q", "1"),))
    mlp = lower_table(LAYOUT, LABELS, Table(SCRATCH, (rule,), ("q",)))
    place, x = LAYOUT.coordinate("q", "1"), np.zeros((1, LAYOUT.d_model))
    x[0, LAYOUT.coordinate("seen", "x")] = 2.0**-9 + 2.0**-12
    low, high = x.astype(bfloat16), x.astype(np.float32)
    assert float(accumulated(mlp, low)[0, place]) == 1 - 2**-8
    assert float(accumulated(mlp, high).astype(bfloat16)[0, place]) == 1


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
    labels = Labels("none", registers, (), Stop((), ("out",), "row", ()), (), max_positions=1, loops=1, sharpness=1)
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
    d_model = LAYOUT.d_model
    assert (mlp.w_in.shape, mlp.b_in.shape, mlp.w_out.shape) == ((0, d_model), (0, 1), (d_model, 0))
    assert apply(mlp, [Fraction(1)] * d_model) == [Fraction(1)] * d_model


def test_the_examples_tables_are_dyadic():
    for each in EXAMPLES.values():
        layout = Layout(each.program.labels.registers)
        for block in each.program.blocks:
            mlp = lower_table(layout, each.program.labels, block.table)
            assert max(mlp.w_in.shift, mlp.w_out.shift) == 0
            assert mlp.b_in.shift <= 1


def test_a_stream_of_scratch_is_read_as_any_other():
    stream = stack(LABELS, [{"heard": "1"}])
    table = Table(("heard", "p"), (Rule((Literal("heard", "1"),), (Write("p", "0"),)),))
    assert apply_table(LABELS, table, stream)["p"] == ("0",)
