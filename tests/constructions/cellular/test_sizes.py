"""Cellular: its window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.cellular.sizes import window
from tmformer.errors import ConstructionError

CELLS = st.one_of(st.none(), st.integers(1, 40))


@given(st.integers(0, 30), st.integers(-20, 20), st.integers(0, 12))
def test_the_window_of_a_number_of_machine_steps_is_the_one_documented(steps: int, head: int, length: int):
    first, width = window(steps, None, head, length, None)
    assert first == min(0, head - steps)
    assert first + width - 1 == max(head + steps, length - 1)


@given(st.integers(1, 40), st.integers(-20, 20), st.integers(1, 12))
def test_a_window_of_some_cells_holds_input_and_tape_head_in_its_middle(cells: int, head: int, length: int):
    used = {head, *range(length)}
    if cells < max(used) - min(used) + 1:
        with pytest.raises(ConstructionError, match="The window holds the input and the tape head"):
            window(5, cells, head, length, None)
        return
    first, width = window(5, cells, head, length, None)
    assert width == cells
    left, right = min(used) - first, first + width - 1 - max(used)
    assert right - left in (0, 1)


@given(st.integers(0, 30), st.integers(1, 40), st.integers(-20, 20), st.integers(0, 12), st.integers(-50, 50))
def test_cells_and_origin_are_the_window(steps: int, cells: int, head: int, length: int, origin: int):
    assert window(steps, cells, head, length, origin) == (origin, cells)


@pytest.mark.parametrize(("steps", "cells"), [(-1, None), (3, 0), (3, -1), (-1, 5)])
def test_negative_steps_and_no_cells_are_refused(steps: int, cells: int | None):
    with pytest.raises(ConstructionError, match="zero or more, cells one or more"):
        window(steps, cells, 0, 0, None)


@given(st.integers(0, 30), CELLS, st.integers(-9, 20), st.integers(0, 12), st.sampled_from([None, 0, -3, 4]))
def test_the_window_of_a_one_way_tape_begins_at_cell_0(
    steps: int, cells: int | None, head: int, length: int, origin: int | None
):
    needed = max(head, length - 1) + 1
    if head < 0 or (cells is not None and cells < needed and origin != 0):
        with pytest.raises(ConstructionError, match=r"begins at cell 0|holds the input and the tape head"):
            window(steps, cells, head, length, origin, one_way=True)
        return
    first, width = window(steps, cells, head, length, origin, one_way=True)
    assert first == 0
    assert width == (max(head + steps, length - 1) + 1 if cells is None else cells)
