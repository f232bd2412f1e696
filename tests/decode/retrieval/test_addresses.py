"""Addresses: how far the row is that a lookup finds, said only where it is so of every row that matters."""

import numpy as np
import pytest

from tmformer.decode.retrieval.addresses import offset_of
from tmformer.program import Code, Flag, Lookup, Match, OneHot, Register
from tmformer.weights import Layout

LOOKUP = Lookup(
    "it", (Match("asked", "own"),), value="said", into="heard", where="cell", null="bos", idle=("bos", "pad")
)


def layout_of(digits: int) -> Layout:
    flags = tuple(Register(name, Flag()) for name in ("bos", "pad", "cell"))
    words = tuple(Register(name, OneHot(("a", "b"))) for name in ("said", "heard"))
    return Layout((*flags, *words, Register("own", Code(digits)), Register("asked", Code(digits))))


LAYOUT = layout_of(3)


def code(index: int, digits: int = 3) -> list[int]:
    return [2 * (index >> digit & 1) - 1 for digit in range(digits)]


def rows(*cells: tuple[int, int], layout: Layout = LAYOUT) -> np.ndarray:
    """BOS, then a row for each pair: its own code, and the one that it asks for."""
    out = np.zeros((1 + len(cells), layout.d_model), dtype=np.int8)
    out[0, layout.spans["bos"][0]] = 1
    for row, (own, asked) in enumerate(cells, start=1):
        out[row, layout.spans["cell"][0]] = 1
        out[row, layout.spans["own"]] = code(own, len(layout.spans["own"]))
        out[row, layout.spans["asked"]] = code(asked, len(layout.spans["own"]))
    return out


def live_in(array: np.ndarray) -> np.ndarray:
    return np.arange(len(array)) > 0


def said(array: np.ndarray, live: np.ndarray | None = None, layout: Layout = LAYOUT) -> int | str:
    return offset_of(layout, LOOKUP, array, live_in(array) if live is None else live)


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 2])
def test_one_offset_for_all_rows(offset: int):
    assert said(rows(*((own, own + offset & 7) for own in range(5)))) == offset


def test_codes_may_stand_in_any_order_as_long_as_the_distance_is_one():
    assert said(rows((5, 2), (2, 7), (7, 0), (0, 3))) == 1
    assert said(rows((5, 2), (2, 0), (7, 1), (0, 3))) == "'it' does not find the row at one and the same distance"


def test_what_is_found_nowhere_has_no_distance():
    assert said(rows((0, 5), (1, 6))) == "'it' does not find the row at one and the same distance"


def test_two_rows_with_one_code_are_no_address():
    assert said(rows((0, 1), (1, 2), (1, 3))) == "two rows hold the same code of 'it'"


def changed(name: str, row: int, value: int) -> np.ndarray:
    array = rows((0, 1), (1, 2), (2, 3))
    array[row, LAYOUT.spans[name][0]] = value
    return array


@pytest.mark.parametrize(
    ("name", "row", "value"),
    [("bos", 2, 1), ("bos", 0, 0), ("cell", 2, 0), ("cell", 0, 1), ("pad", 2, 1), ("pad", 0, 1)],
)
def test_each_row_asks_or_leaves_it_to_the_null_row(name: str, row: int, value: int):
    assert said(changed(name, row, value)) == "not every row asks 'it' or leaves it to one null row"


def test_a_null_row_that_asks_is_none():
    array = rows((0, 1), (1, 2))
    array[0, LAYOUT.spans["cell"][0]] = 1
    lookup = Lookup("it", LOOKUP.matches, value="said", into="heard", where="cell", null="bos", idle=("pad",))
    assert offset_of(LAYOUT, lookup, array, live_in(array)) == "not every row asks 'it' or leaves it to one null row"


def test_a_null_row_with_a_value_answers():
    assert said(changed("said", 0, 1)) == "the null row of 'it' answers"


@pytest.mark.parametrize(("name", "row", "value"), [("own", 1, 0), ("asked", 1, 0), ("own", 0, 1), ("asked", 0, 1)])
def test_codes_are_whole_and_those_of_rows_that_ask(name: str, row: int, value: int):
    assert said(changed(name, row, value)) == "a code of 'it' is set in part"


def test_a_code_beyond_an_int64_is_no_address():
    layout = layout_of(63)
    assert said(rows((0, 1), (1, 2), layout=layout), layout=layout) == "a code of 'it' has more than 62 digits"
    layout = layout_of(62)
    assert said(rows((2**61, 1), (1, 2**61 + 1), layout=layout), layout=layout) == 1


def test_rows_that_may_hold_a_message_are_found():
    """Of four rows the third asks for nothing that is there: only where none of its neighbours matters is there an offset."""
    array = rows((0, 1), (1, 2), (2, 7), (3, 4))
    beyond = "'it' does not find every row that may hold a message"
    assert said(array) == beyond
    assert said(array, np.array([False, True, True, True, False])) == 1
    assert said(array, np.array([True, True, True, True, False])) == beyond


def test_a_row_without_a_code_is_not_found():
    array = rows((0, 1), (1, 2), (2, 3))
    array[3, LAYOUT.spans["own"]] = 0
    assert said(array) == "'it' does not find every row that may hold a message"
    assert said(array, np.array([False, True, True, False])) == 1
