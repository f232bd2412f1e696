"""Machines from elsewhere, with results that others measured, against the reference interpreter."""

import pytest

from tests.corpus.corpus import Expectation, case_expectations, expectations, simulate
from tmformer.machine import Outcome, check_case

ITEMS = case_expectations()


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_reference(item: Expectation):
    run = check_case(item.machine, item.case)
    assert sum(symbol != item.machine.blank for symbol in run.final.tape) == item.nonblank
    end = simulate(item.machine, item.case)
    assert (end.outcome, end.steps, end.state, end.head) == (run.outcome, run.steps, run.final.state, run.final.head)
    assert end.tape == ",".join(run.final.tape)


def test_the_cases_are_many_and_distinct():
    assert len({item.name for item in ITEMS}) == len(ITEMS) >= 40
    assert {item.case.outcome for item in ITEMS} == set(Outcome)


def test_expectations_are_selected_by_machine_steps():
    short, long = expectations(max_steps=200), expectations(min_steps=1_000, max_steps=2_000)
    assert all(item.case.max_steps <= 200 for item in short)
    assert len(short) > 150
    assert len(long) >= 2
    assert len(expectations()) == len(ITEMS) + sum(item.nonblank is None for item in expectations())
