"""The runs drawn for the squares reach what the squares are about: every outcome, both edges, every critical width."""

import pytest
from hypothesis import Phase, find, settings

from tests.squares.checkers import WIDTHS, Run, padded, runs, shape_of

SEARCH = settings(max_examples=2000, derandomize=True, database=None, phases=[Phase.generate])


def says(case: Run) -> str:
    *_, (_, label) = case.reference()
    return label


@pytest.mark.parametrize("label", ["halted", "accepted", "rejected", "undefined", "running", "outside"])
def test_every_outcome(label: str):
    assert find(runs(), lambda case: says(case) == label, settings=SEARCH)


@pytest.mark.parametrize("width", [1, 2, 8, 31, 32])
@pytest.mark.parametrize("side", [-1, 1])
def test_the_tape_head_leaves_at_both_edges(width: int, side: int):
    def leaves(case: Run) -> bool:
        *_, (last, label) = case.reference()
        return (
            case.width == width
            and label == "outside"
            and last.head == (case.origin - 1 if side < 0 else case.origin + case.width)
        )

    assert find(runs(), leaves, settings=SEARCH)


def test_a_loop_in_place_that_has_not_halted():
    def loops(case: Run) -> bool:
        seen = list(case.reference())
        return len(seen) > 3 and seen[-1] == seen[-2] and says(case) == "running"

    assert find(runs(), loops, settings=SEARCH)


def test_every_run_fits_the_common_shape():
    assert padded().rows == max(WIDTHS) + 2
    assert padded() == type(padded())(34, 56, 7, 8, 96, 8)
    assert find(runs(), lambda case: shape_of(case.weights).rows == max(WIDTHS) + 1, settings=SEARCH)
