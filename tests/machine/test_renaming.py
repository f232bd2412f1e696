"""Other names for the blank and for states leave every run as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.meaning import renamed
from tmformer.errors import MachineError
from tmformer.machine import (
    Document,
    check_case,
    parse,
    parse_document,
    read,
    trace,
    with_blank,
    with_names,
    with_state,
)
from tmformer.strategies import inputs, machines

BB2 = parse("1RB1LB_1LA1RZ")
TWO = """{blank: _, start state: a, tapes: 2, input: _x, further inputs: [x_], table: {a: {[_, x]: {move: [R, R], state: b}}, b: },
 expect: [{input: _x, further inputs: [x], outcome: halted, state: b, steps: 1, tape: x, further tapes: [x]}]}"""


@given(st.data())
def test_a_run_is_the_same_with_other_names(data: st.DataObject):
    machine = data.draw(machines())
    symbols, old = data.draw(inputs(machine)), data.draw(st.sampled_from(machine.states))
    new = with_state(with_blank(machine, "□"), old, "elsewhere")
    assert new == renamed(machine, {old: "elsewhere"}, {machine.blank: "□"})
    before = trace(machine, symbols, max_steps=30)
    after = trace(new, ["□" if symbol == machine.blank else symbol for symbol in symbols], max_steps=30)
    assert (after.steps, after.outcome, after.accepted) == (before.steps, before.outcome, before.accepted)
    assert [now.head for now in after.configurations] == [now.head for now in before.configurations]
    back = with_state(with_blank(new, machine.blank), "elsewhere", old)
    assert back == machine


def test_a_name_that_it_has_already_changes_nothing():
    assert with_blank(BB2, "0") == BB2
    assert with_state(BB2, "Z", "Z") == BB2


@pytest.mark.parametrize(
    ("blank", "states", "part"),
    [
        ("1", {}, "'1', which is another symbol"),
        (None, {"Z": "A"}, "'A', which is another state"),
        (None, {"Y": "A"}, "'Y'"),
        ("", {}, "''"),
        (None, {"Z": ""}, "''"),
    ],
)
def test_refused(blank: str | None, states: dict[str, str], part: str):
    with pytest.raises(MachineError) as caught:
        with_names(Document(BB2), blank, states)
    assert part in caught.value.found


def test_inputs_and_expectations_are_renamed_with_the_machine():
    document = with_names(parse_document(TWO), "□", {"b": "c", "a": "b"})
    assert document.words == (("□", "x"), ("x", "□"))
    assert document.cases[0].state == "c"
    assert check_case(document.machine, document.cases[0]).final.tapes[1].symbols == ("x",)
    assert with_names(parse_document(TWO)) == parse_document(TWO)


@pytest.mark.parametrize("name", ["increment", "palindrome", "bb2"])
def test_a_shipped_machine_does_what_it_expects_under_other_names(name):
    document = read(name)
    last = document.machine.states[-1]
    new = with_names(document, "☐", {last: "the end"})
    assert [check_case(new.machine, case).steps for case in new.cases if case.max_steps < 1000]
    assert with_names(new, document.machine.blank, {"the end": last}) == document
