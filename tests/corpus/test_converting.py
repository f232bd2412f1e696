"""Every case in every format that can express its machine, and back: all results are the same."""

import pytest

from tests.corpus.corpus import Expectation, case_expectations, machine_expectations
from tmformer.errors import MachineError
from tmformer.machine import FORMATS, Machine, Outcome, accepted, format_machine, parse_document, reach
from tmformer.machine import outcome as outcome_of
from tmformer.machine import starting_configuration as starting

ITEMS = case_expectations()
COMPARED = 2_000
"""Machine steps that are run: a converted machine has the same transitions, so what comes after them is the same too."""

EXPRESSED = {"turingmachine.io": 112, "bbchallenge": 73, "automata": 29, "morphett": 14, "jflap": 12, "doty": 0}
"""Of the 112 cases; none of them has one-way tapes, as Doty's format has."""


def converted(machine: Machine, format_name: str) -> Machine | MachineError:
    """The machine written in a format and read again; or why the format cannot express it."""
    try:
        text = format_machine(machine, format_name)
    except MachineError as error:
        return error
    return parse_document(text, format_name=format_name).machine


def results(machine: Machine, item: Expectation) -> tuple[object, ...]:
    """Configuration, number of machine steps, outcome, and whether it accepted."""
    case = item.case
    start = starting(machine, case.input, case.further, head=case.start_head)
    last, steps = reach(machine, start, max_steps=min(COMPARED, case.max_steps))
    return last, steps, outcome_of(machine, last), accepted(machine, last)


def check(item: Expectation, other: Machine):
    machine = item.machine
    assert results(other, item) == results(machine, item)
    assert (dict(other.table), other.start, other.blank) == (dict(machine.table), machine.start, machine.blank)
    assert (set(other.halting), other.tapes, other.one_way) == (set(machine.halting), machine.tapes, machine.one_way)
    assert (set(other.accepting), set(other.rejecting)) == (set(machine.accepting), set(machine.rejecting))


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_there_and_back_all_results_are_the_same(item: Expectation, format_name: str):
    other = converted(item.machine, format_name)
    if isinstance(other, Machine):
        check(item, other)
    else:
        assert "express" in other.rule or "Morphett" in other.rule or "automata-lib" in other.rule
        assert other.found


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_shipped_machines_there_and_back(format_name: str):
    found: set[str] = set()
    for item in machine_expectations():
        other = converted(item.machine, format_name)
        if isinstance(other, Machine):
            check(item, other)
            found.add(item.machine.name)
    assert len(found) >= {"turingmachine.io": 24, "bbchallenge": 5, "morphett": 1}.get(format_name, 0)


def test_many_are_expressed():
    """As many as there were when this was written, so that the test above cannot come to compare nothing."""
    found = {name: sum(isinstance(converted(item.machine, name), Machine) for item in ITEMS) for name in FORMATS}
    assert found.keys() == EXPRESSED.keys()
    assert all(found[name] >= least for name, least in EXPRESSED.items())
    assert sum(found.values()) >= 240


def test_a_machine_that_got_lost_is_seen():
    """One transition less, or another outcome at the end."""
    item = next(
        item for item in ITEMS if item.case.outcome is Outcome.HALTED and item.machine.name.startswith("1RB1LB")
    )
    machine = item.machine
    check(item, machine)
    with pytest.raises(AssertionError):
        check(item, Machine(machine.states, machine.symbols, "0", "A", machine.transitions[:-1], ("Z",)))
    with pytest.raises(AssertionError):
        check(item, Machine(machine.states, machine.symbols, "0", "A", machine.transitions, ("Z",), accepting=("Z",)))
