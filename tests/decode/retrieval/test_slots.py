"""Slots: rows at addresses, more of them where two rows would share one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.decode.retrieval import slots
from tmformer.decode.retrieval.slots import enlarged, filled, taken

DIGITS = 6


def code_of(number: int) -> float:
    """The sum of a code's digits, each -1 or 1, times 2**i."""
    return 2.0 * number - (2**DIGITS - 1)


def rows_of(numbers: list[int]) -> np.ndarray:
    return np.array([[1, code_of(number), number] for number in numbers], dtype=float).reshape(-1, 3)


@given(numbers=st.lists(st.integers(0, 2**DIGITS - 1), unique=True), first=st.integers(0, 8))
def test_each_row_has_a_slot_of_its_own(numbers: list[int], first: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "_FIRST", first)
        held = np.asarray(filled(rows_of(numbers), DIGITS, "float32"))
    size = len(held) - 1
    assert size == 2 ** (size.bit_length() - 1) >= min(2**first, 2**DIGITS)
    assert not held[-1].any()
    for number in numbers:
        assert held[number % size].tolist() == [1, code_of(number), number]
    assert (held[:, 0] == 1).sum() == len(numbers)


@given(numbers=st.lists(st.integers(0, 2**DIGITS - 1), unique=True), asked=st.integers(0, 2**DIGITS - 1))
def test_a_code_that_is_asked_for_gets_a_slot(numbers: list[int], asked: int):
    """However many digits tell it apart from the row in its slot; nothing is lost, and no more slots made than needed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "_FIRST", 0)
        before = filled(rows_of(numbers), DIGITS, "float32")
    larger = enlarged(before, DIGITS, code_of(asked))
    after = np.asarray(larger)
    size = len(after) - 1
    assert sorted(taken(before)[:, 2].tolist()) == sorted(taken(larger)[:, 2].tolist()) == sorted(numbers)
    assert after[asked % size, 2] == asked if asked in numbers else not after[asked % size].any()
    others = [number for number in numbers if number != asked]
    was_free = all(number % (len(before) - 1) != asked % (len(before) - 1) for number in others)
    assert (size == len(before) - 1) == was_free
    assert was_free or any(number % (size // 2) == asked % (size // 2) for number in others)
