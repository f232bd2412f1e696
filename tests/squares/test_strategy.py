"""The runs drawn for the squares reach what the squares are about: every outcome, both edges, every critical width."""

from itertools import pairwise

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from tests.often import covering
from tests.squares.checkers import WIDTHS, Run, padded, runs, shape_of
from tests.squares.growing import Case, cases
from tmformer.machine import Configuration, Machine, Move

SEARCH = settings(max_examples=2000, derandomize=True, database=None, phases=[Phase.generate])


def says(case: Run) -> str:
    *_, (_, label) = case.reference()
    return label


@pytest.mark.parametrize("label", ["halted", "accepted", "rejected", "undefined", "running", "outside"])
def test_every_outcome(label: str):
    assert find(runs(), lambda case: says(case) == label, settings=SEARCH)


@pytest.mark.parametrize(("side", "width"), covering([-1, 1], [1, 2, 8, 31, 32]))
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


def stays_at_the_edge(before: Configuration, after: Configuration, machine: Machine) -> list[int]:
    """The tapes whose heads a left move leaves at cell 0."""
    moves = machine.transition(before.state, *before.here).moves
    each = zip(before.tapes, after.tapes, moves, strict=True)
    return [tape for tape, (old, new, move) in enumerate(each) if move is Move.LEFT and old.head == new.head]


def at_edges(case: Run | Case) -> list[list[int]]:
    seen = [now for now, _ in case.reference()]
    return [stays_at_the_edge(*pair, case.machine) for pair in pairwise(seen)]


@pytest.mark.parametrize(
    ("drawn", "tape"), [(runs(), 0), *((cases(tapes=tapes, one_way=True), tapes - 1) for tapes in (1, 2, 3))]
)
def test_a_left_move_stays_at_the_edge_and_the_run_goes_on(drawn: st.SearchStrategy[Run | Case], tape: int):
    assert find(drawn, lambda case: any(tape in edge for edge in at_edges(case)[:-2]), settings=SEARCH)


@pytest.mark.parametrize("edge", [[0, 1], [0]])
def test_of_two_tape_heads_both_are_at_the_edge_or_one(edge: list[int]):
    assert find(cases(tapes=2, one_way=True), lambda case: edge in at_edges(case), settings=SEARCH)


@pytest.mark.parametrize("tapes", [2, 3])
def test_tape_heads_part_and_read_different_symbols(tapes: int):
    def part(case: Case) -> bool:
        seen = [now for now, _ in case.reference()]
        return any(
            len({tape.head for tape in now.tapes}) == tapes and len(set(now.here)) > 1 and now.tapes[-1].head < 0
            for now in seen
        )

    assert find(cases(tapes=tapes), part, settings=SEARCH)


@pytest.mark.parametrize("label", ["halted", "accepted", "rejected", "undefined", "undefined-rejected", "running"])
def test_every_outcome_of_two_tapes(label: str):
    assert find(cases(tapes=2), lambda case: [said for _, said in case.reference()][-1] == label, settings=SEARCH)


def test_every_run_fits_the_common_shape():
    assert padded().rows == max(WIDTHS) + 2
    assert padded() == type(padded())(34, 57, 7, 8, 136, 8)
    assert find(runs(), lambda case: shape_of(case.weights).rows == max(WIDTHS) + 1, settings=SEARCH)
