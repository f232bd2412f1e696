"""Expectations of a machine file."""

from dataclasses import replace

from tmformer.cli.expecting import EXPECTATION, cases_in_use, with_expectations
from tmformer.machine import read
from tmformer.verify import Agreement, Difference

DOCUMENT = read("bb4")
AGREEMENT = Agreement("bb4", ("program",), 3, 321, (), None)
WRONG = replace(DOCUMENT.cases[0], tape=("1",))


def test_cases_in_use():
    elsewhere = replace(DOCUMENT.cases[0], start_head=5)
    document = replace(DOCUMENT, cases=(*DOCUMENT.cases, elsewhere))
    assert cases_in_use(document, (), None) == document.cases
    assert cases_in_use(document, (), 5) == (elsewhere,)
    assert cases_in_use(document, ("",), None) == ()


def test_expectations_that_hold_or_need_more_machine_steps():
    assert with_expectations(AGREEMENT, DOCUMENT.machine, DOCUMENT.cases, 107) == (AGREEMENT, 3)
    assert with_expectations(AGREEMENT, DOCUMENT.machine, DOCUMENT.cases, 106) == (AGREEMENT, 2)


def test_a_broken_expectation():
    found, compared = with_expectations(AGREEMENT, DOCUMENT.machine, [DOCUMENT.cases[1], WRONG], 107)
    assert compared == 2
    assert found.first_difference is not None
    assert (found.first_difference.rung, found.first_difference.step) == (EXPECTATION, 107)
    assert found.first_difference.where == "tape"


def test_a_difference_of_a_rung_comes_first():
    different = replace(AGREEMENT, first_difference=Difference("program", (), 1, "outcome", "halted", "limit"))
    assert with_expectations(different, DOCUMENT.machine, [WRONG], 107) == (different, 1)
