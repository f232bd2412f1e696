"""A table does what its rules say of one row, in plain Python and on every exact rung."""

import msgspec
import pytest
from hypothesis import event, given

from tests.program.drawn import TABLE_LABELS, RefusalError, table_rows, tabled, tables
from tests.program.programs import Rows, compare_rungs
from tmformer.errors import ProgramError
from tmformer.program import Block, Literal, Program, Rule, Table, Value, Write, stack
from tmformer.program.table import apply_table
from tmformer.weights import lower


def program(table: Table) -> Program:
    return Program(TABLE_LABELS, (Block((), table),))


def after(table: Table, **row: Value) -> dict[str, Value]:
    return apply_table(TABLE_LABELS, table, stack(TABLE_LABELS, [row])).row(0)


def rule(when: dict[str, str | None], **then: str) -> Rule:
    literals = tuple(Literal(name, value) for name, value in when.items())
    return Rule(literals, tuple(Write(name, value) for name, value in then.items()))


def difference(table: Table, rows: Rows, meant: Table) -> str | None:
    """What `table` does against what plain Python says of `meant`, then program = weights: None where all agree."""
    prompt = stack(TABLE_LABELS, rows)
    try:
        wanted = [tabled(meant, row) for row in rows]
    except RefusalError:
        wanted = None
    try:
        stream = apply_table(TABLE_LABELS, table, prompt)
        got = [stream.row(row) for row in range(len(rows))]
    except ProgramError:
        got = None
    if got != wanted:
        return f"{wanted}, {got}"
    return None if got is None else compare_rungs(program(table), prompt)


@given(tables(), table_rows())
def test_a_table_writes_what_plain_python_writes(table: Table, rows: Rows):
    event("fills" if table.fills else "no fills")
    assert difference(table, rows, table) is None


def test_rules_read_flags_and_codes():
    table = Table(
        (), (rule({"bit": "0", "number": "2"}, mark="a"), rule({"bit": "1", "number": "0"}, mark="b")), ("mark",)
    )
    held = {(bit, number): after(table, bit=bit, number=number)["mark"] for bit in (False, True) for number in range(4)}
    assert {pair: mark for pair, mark in held.items() if mark is not None} == {(False, 2): "a", (True, 0): "b"}
    assert after(table)["mark"] is None  # an unset code is no number
    assert compare_rungs(program(table), stack(TABLE_LABELS, [{"bit": b, "number": n} for b, n in held])) is None


def test_rules_write_flags_and_codes():
    table = Table((), (rule({"mark": "a", "flag": "1"}, number="3", bit="1", flag="0"),), ("number", "bit"))
    row = {"mark": "a", "flag": True}
    written = after(table, **row)
    assert (written["number"], written["bit"], written["flag"]) == (3, True, False)
    assert after(table, flag=True) == after(Table((), ()), flag=True)
    assert compare_rungs(program(table), stack(TABLE_LABELS, [row, {"flag": True}])) is None


def test_empty_is_a_value_to_read():
    """On a register that stays, and on scratch, which attention leaves only close to empty."""
    table = Table(("heard_mark",), (rule({"mark": None, "heard_mark": None}, mark="a"), rule({"mark": "b"}, mark="a")))
    rows: Rows = [{}, {"mark": "a"}, {"mark": "b"}, {"heard_mark": "b"}, {"mark": "b", "heard_mark": "a"}]
    assert [after(table, **row)["mark"] for row in rows] == ["a", "a", "a", None, "a"]
    assert compare_rungs(program(table), stack(TABLE_LABELS, rows)) is None


FULL: dict[str, Value] = {"number": 1, "digit": 0, "bit": True, "mark": "b"}


@pytest.mark.parametrize("name", FULL)
def test_a_register_that_is_filled_is_empty(name: str):
    """The code 0 is not empty, an unset flag is."""
    value = {"number": "2", "digit": "1", "bit": "1", "mark": "a"}[name]
    fills = Table((), (rule({"tone": "x"}, **{name: value}),), (name,))
    assert after(fills, tone="x")[name] == (
        int(value) if name in {"number", "digit"} else {"1": True}.get(value, value)
    )
    assert after(fills, **{name: FULL[name]})[name] == FULL[name]  # no rule writes it
    with pytest.raises(ProgramError, match="A register that is filled is empty"):
        after(fills, tone="x", **{name: FULL[name]})
    clears = msgspec.structs.replace(fills, clears=(name,), fills=())
    assert after(clears, tone="x", **{name: FULL[name]}) == after(fills, tone="x")


def test_two_rules_write_two_registers_and_not_one():
    table = Table((), (rule({"bit": "1"}, mark="a"), rule({"flag": "1"}, mark="a")), ("mark",))
    assert after(table, bit=True)["mark"] == after(table, flag=True)["mark"] == "a"
    with pytest.raises(ProgramError, match="At most one rule") as caught:
        after(table, bit=True, flag=True)
    assert caught.value.where == "row 0"


@pytest.mark.parametrize(
    "other",
    [
        Table(("mark",), (rule({"number": "2"}, mark="a"),)),
        Table((), (rule({"number": "1"}, mark="a"),), ("mark",)),
        Table((), (rule({"number": "2"}, mark="b"),), ("mark",)),
        Table((), (rule({"number": "2", "bit": "1"}, mark="a"),), ("mark",)),
        Table((), (rule({"number": "2", "tone": None}, mark="a"),), ("mark",)),
        Table((), (), ("mark",)),
    ],
)
def test_the_squares_can_fail(other: Table):
    table = Table((), (rule({"number": "2"}, mark="a"),), ("mark",))
    rows: Rows = [{"number": 2}, {"number": 2, "tone": "x"}, {"number": 1}, {"mark": "b"}]
    rows = [stack(TABLE_LABELS, [row]).row(0) for row in rows]
    assert difference(table, rows, table) is None
    assert difference(other, rows, table) is not None
    assert compare_rungs(program(table), stack(TABLE_LABELS, rows), lambda _: lower(program(other))) is not None
