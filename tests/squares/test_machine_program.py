"""machine = program: configuration and outcome are equal after every machine step, in windows of every width."""

from hypothesis import given

from tests.squares.checkers import Run, compare_after_leaving, compare_program, runs
from tmformer.program import OUTSIDE


@given(runs())
def test_machine_equals_program(case: Run):
    assert compare_program(case) is None


@given(runs(max_width=8))
def test_a_tape_head_that_left_does_not_come_back(case: Run):
    assert compare_after_leaving(case) is None


@given(runs(max_width=4))
def test_outside_is_said_at_the_step_at_which_the_tape_head_leaves(case: Run):
    said = [label for _, label in case.reference()]
    assert OUTSIDE not in said[:-1]
    assert compare_program(case) is None
