"""What the labels of a search through time share: registers of codes, generators of times, feedback, rows of the prompt."""

import pytest

from tests.constructions.test_contexts import Plain
from tmformer.constructions.search_labels import (
    bos_segment,
    cell_kinds,
    next_feedback,
    record_segment,
    registers_of,
    start_segment,
    step_feedback,
    time_generators,
)
from tmformer.program import Code, Feedback, Flag, Generator, Register, Segment, Write

SIZES = Plain(records=2, steps=6, radix=3)


@pytest.mark.parametrize("prefix", ["", "tape2."])
def test_cells_have_a_register_for_each_digit(prefix: str):
    registers = list(registers_of(cell_kinds(SIZES), prefix))
    assert registers == [
        Register(f"{prefix}{name}{digit}", type_)
        for names, type_ in ((("cell", "next_cell"), Code(1)), (("carry", "borrow"), Flag()))
        for name in names
        for digit in range(3)
    ]


def test_each_digit_of_a_time_is_made_for_each_kind_of_row():
    assert time_generators(SIZES, {"input": -1, "moved": -2}) == (
        Generator("time0", -1, "input", divisor=1, modulus=3),
        Generator("time0", -2, "moved", divisor=1, modulus=3),
        Generator("time1", -1, "input", divisor=3, modulus=3),
        Generator("time1", -2, "moved", divisor=3, modulus=3),
    )


def test_a_step_is_followed_by_a_step_that_has_moved():
    assert step_feedback() == (Feedback("step", "step"), Feedback("step", "moved"))
    assert step_feedback("choice") == (
        Feedback("step", "step"),
        Feedback("choice", "choice"),
        Feedback("step", "moved"),
    )


def test_what_is_next_is_now_on_the_next_row():
    assert next_feedback("tape2.", ("symbol", "cell0")) == (
        Feedback("tape2.next_symbol", "tape2.symbol"),
        Feedback("tape2.next_cell0", "tape2.cell0"),
    )


def test_the_rows_of_a_prompt():
    aside = Write("encoder", "1")
    assert bos_segment() == Segment("bos", 1, fixed=(Write("bos", "1"),))
    assert bos_segment(aside, name="other") == Segment("other", 1, fixed=(aside, Write("bos", "1")))
    cells = ("written", "cell0", "cell1", "cell2")
    assert record_segment(SIZES) == Segment("records", 2, fixed=(Write("input", "1"),), any=cells)
    both = (*cells, *(f"b.{name}" for name in cells))
    assert record_segment(SIZES, ("", "b."), aside) == Segment(
        "records", 2, fixed=(aside, Write("input", "1")), any=both
    )
    heads = ("next_cell0", "next_cell1", "next_cell2", "b.next_cell0", "b.next_cell1", "b.next_cell2")
    assert start_segment(SIZES, ("state",)) == Segment(
        "start", 1, fixed=(Write("step", "1"),), any=("state", *heads[:3])
    )
    assert start_segment(SIZES, ("state",), ("", "b.")).any == ("state", *heads)
