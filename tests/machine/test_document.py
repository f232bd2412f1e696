"""Cases and how they are checked: every field is seen to agree and to differ."""

from dataclasses import replace

import pytest

from tmformer.errors import MachineError
from tmformer.machine import Case, Document, Outcome, check_case, parse, parse_document

BB2 = parse("1RB1LB_1LA1RZ")
GOOD = Case((), Outcome.HALTED, steps=6, state="Z", tape=("1",) * 4, head=0)
ACCEPTS = parse("{blank: _, start state: q, table: {q: {1: {R: accept}}, accept: }}")


def test_a_case_that_holds():
    assert check_case(BB2, GOOD).steps == 6
    assert check_case(BB2, Case((), Outcome.HALTED)).steps == 6
    assert check_case(BB2, Case((), Outcome.LIMIT, steps=3, state="B")).steps == 3
    assert check_case(BB2, Case((), Outcome.HALTED, head=3, start_head=3)).steps == 6
    assert check_case(ACCEPTS, Case(("1",), Outcome.HALTED, accepted=True)).accepted


@pytest.mark.parametrize(
    ("case", "found"),
    [
        (replace(GOOD, outcome=Outcome.UNDEFINED), "outcome halted instead of undefined"),
        (replace(GOOD, steps=7), "steps 6 instead of 7"),
        (replace(GOOD, steps=5), "outcome limit instead of halted"),
        (replace(GOOD, state="B"), "state Z instead of B"),
        (replace(GOOD, tape=("1",)), "tape ('1', '1', '1', '1') instead of ('1',)"),
        (replace(GOOD, head=1), "head 0 instead of 1"),
        (replace(GOOD, accepted=True), "accepted None instead of True"),
    ],
)
def test_a_case_that_does_not_hold(case: Case, found: str):
    with pytest.raises(MachineError) as caught:
        check_case(BB2, case)
    assert caught.value.found == found
    assert caught.value.where == "1RB1LB_1LA1RZ, input blank"


def test_a_limit_says_after_how_many_steps():
    with pytest.raises(MachineError, match="no `steps`"):
        Case((), Outcome.LIMIT)


def test_labels_and_limits():
    assert Case(("1", "0"), Outcome.HALTED).label == "10"
    assert Case(("red", "b"), Outcome.HALTED, start_head=-2).label == "red,b@-2"
    assert Case((), Outcome.HALTED).max_steps == 10_000


def test_a_document_is_a_value():
    assert Document(BB2) == Document(BB2, "", (), ())


TWO = """
{blank: _, start state: a, tapes: 2, symbols: [_, x], further inputs: [x], table: {a: {[_, x]: {move: [S, R]}}},
 expect: [{input: '', further inputs: [xx], outcome: undefined, steps: 2, further tapes: [xx]}]}
"""


def test_several_tapes_have_inputs_and_ends_each():
    document = parse_document(TWO)
    (case,) = document.cases
    assert case.further_tapes == (("x", "x"),)
    assert (document.words, case.words, case.label) == (((), ("x",)), ((), ("x", "x")), "blank|xx")
    assert check_case(document.machine, case).steps == 2
    with pytest.raises(MachineError) as caught:
        check_case(document.machine, replace(case, further_tapes=(("x",),)))
    assert caught.value.found == "further_tapes (('x', 'x'),) instead of (('x',),)"
