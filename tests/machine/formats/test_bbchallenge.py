"""The one-line text of bbchallenge, in every variant that is met."""

from dataclasses import replace

import pytest

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Outcome, Transition, format_machine, parse, parse_document, trace
from tmformer.machine.formats.bbchallenge import is_likely

BB2 = parse("1RB1LB_1LA1RZ")


def test_a_whole_machine():
    expected = Machine(
        states=("A", "B", "Z"),
        symbols=("0", "1"),
        blank="0",
        start="A",
        transitions=(
            Transition("A", "0", "1", Move.RIGHT, "B"),
            Transition("A", "1", "1", Move.LEFT, "B"),
            Transition("B", "0", "1", Move.LEFT, "A"),
            Transition("B", "1", "1", Move.RIGHT, "Z"),
        ),
        halting=("Z",),
        name="1RB1LB_1LA1RZ",
    )
    assert expected == BB2


@pytest.mark.parametrize(
    "text",
    [
        "1RB 1LB  1LA 1RZ",
        "1RB1LB  1LA1RZ",
        "1RB 1LB _ 1LA 1RZ",
        " 1RB1LB_1LA1RZ \n",
        "1RB1LB_1LA1RZ Halt 6 4",
        "1RB 1LB  1LA 1RZ  Halt 6 4",
        "1RB1LB_1LA1RZ Halt",
        "1RB1LB_1LA1RZ # the champion",
        "# the champion\n\n1RB1LB_1LA1RZ\n# Rado\n",
        "1RB1LB_1LA1RZ\r\n",
    ],
)
def test_variants(text: str):
    assert parse(text) == BB2


def test_comments_are_kept():
    assert parse_document("# one\n1RB1LB_1LA1RZ\n#two\n").comment == "one\ntwo"


@pytest.mark.parametrize("text", ["1RB---_0LA...", "1RB ---  0LA ...", "1RB...  0LA---"])
def test_missing_transitions(text: str):
    machine = parse(text)
    assert machine.name == "1RB---_0LA---"
    assert machine.halting == ()
    assert len(machine.transitions) == 2


@pytest.mark.parametrize(("rows", "halts"), [(7, True), (8, False)])
def test_h_halts_where_it_is_no_row(rows: int, *, halts: bool):
    machine = parse("1RH0LA" + "_------" * (rows - 1))
    assert machine.halting == (("H",) if halts else ())
    assert trace(machine, (), max_steps=9).outcome is (Outcome.HALTED if halts else Outcome.UNDEFINED)


def test_both_halting_states():
    assert parse("1RH0LZ").states == ("A", "H", "Z")
    assert format_machine(parse("1RH0LZ"), "bbchallenge") == "1RH0LZ"


def test_the_largest_table():
    row = "".join(f"{digit}RY" for digit in range(10))
    machine = parse("_".join([row] * 25))
    assert len(machine.states) == 25
    assert len(machine.symbols) == 10
    assert format_machine(machine, "bbchallenge") == machine.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1RB1LB_1LA1RZ", True), ("---1RA", True), ("...1RA", True), ("1RZ", True), ("1rb1lb", True), ("1RB ---", True),
        ("", False), ("bb2", False), ("1RB: x", False), ("---\nblank: _", False), ("1RB1LB_1LA1RZ\n1RB1LB_1LA1RZ", False),
        ("# 1RB1LB_1LA1RZ", False), ("2x3", False),
    ],
)  # fmt: skip
def test_what_looks_like_it(text: str, *, expected: bool):
    assert is_likely(text) is expected


BEYOND = {
    "a stay move": replace(BB2, transitions=(Transition("A", "0", "1", Move.STAY, "Z"),), states=("A", "B", "Z")),
    "the symbols": parse("{blank: 0, start state: A, table: {A: {0: {write: x, R}}}}"),
    "the blank": replace(BB2, blank="1"),
    "the states": parse("{blank: 0, start state: q, table: {q: {0: R}}}"),
    "the states out of order": replace(BB2, states=("B", "A", "Z")),
    "the halting state first": replace(BB2, states=("Z", "A", "B")),
    "the start": replace(BB2, start="B"),
    "a halting state of another name": parse("{blank: 0, start state: A, table: {A: {0: {R: end}}, end: }}"),
    "a halting state never used": parse("{blank: 0, start state: A, table: {A: {0: R}, Z: }}"),
    "accepting": replace(BB2, accepting=("Z",)),
    "rejecting": replace(BB2, rejecting=("Z",)),
    "nothing but a halting state": parse("{blank: 0, start state: Z, table: {Z: }}"),
    "26 states": Machine(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ("0",), "0", "A", ()),
    "11 symbols": Machine(("A",), (*"0123456789", "10"), "0", "A", ()),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_cannot_be_written_is_refused(name: str):
    with pytest.raises(MachineError, match="bbchallenge text expresses") as caught:
        format_machine(BEYOND[name], "bbchallenge")
    error = caught.value
    assert error.found
    assert error.where == BEYOND[name].name
    assert "YAML" in error.remedy


def test_two_lines_are_not_one():
    from tmformer.machine.formats.bbchallenge import parse as parse_line

    with pytest.raises(MachineError, match="2 lines") as caught:
        parse_line("1RB1LB_1LA1RZ\n1RB1LB_1LA1RZ")
    assert caught.value.where == "text:2:1"
    with pytest.raises(MachineError, match="0 lines"):
        parse_line("# nothing")


def test_the_variants_of_the_wild():
    """Two blanks between rows, one between cells, dots for a missing transition, and a result after the table."""
    expected = parse("1RB2LA---_1LB---2RZ")
    assert parse("1RB 2LA ---  1LB --- 2RZ") == expected
    assert parse("1RB 2LA ...  1LB ... 2RZ  Halt 47176870 4098") == expected


def test_the_start_state_may_be_told():
    assert parse_document("1RB1LB_1LA1RZ", start="B").machine.start == "B"
    with pytest.raises(MachineError, match="'C'"):
        parse_document("1RB1LB_1LA1RZ", start="C")


def test_a_rejection_that_cannot_happen_is_not_lost():
    assert format_machine(replace(BB2, undefined_rejects=True), "bbchallenge") == BB2.name
    with pytest.raises(MachineError, match="missing transitions that reject"):
        format_machine(replace(BB2, undefined_rejects=True, transitions=BB2.transitions[1:]), "bbchallenge")


def test_a_long_line_is_refused():
    assert parse(f"1RB1LB_1LA1RZ # {'x' * 3_900}") == BB2
    with pytest.raises(MachineError, match="4,016 characters") as caught:
        parse_document(f"\n1RB1LB_1LA1RZ # {'x' * 4_000}", "f", format_name="bbchallenge")
    assert caught.value.where == "f:2:1"
