"""Layouts are injective, and decode exactly what lies on the grid."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES
from tmformer.errors import DecodeError
from tmformer.program import Code, Flag, OneHot, Register, Stream
from tmformer.program.stream import as_value
from tmformer.weights import Layout

REGISTERS = (Register("mark", OneHot(("a", "b", "c"))), Register("row", Flag()), Register("here", Code(3)))
LAYOUT = Layout(REGISTERS)
ROW = {"mark": "b", "row": True, "here": 5}
ROWS = st.fixed_dictionaries(
    {
        "mark": st.sampled_from([None, "a", "b", "c"]),
        "row": st.booleans(),
        "here": st.none() | st.integers(0, 7),
    }
)


def stream(*rows: dict[str, object]) -> Stream:
    return Stream({name: tuple(row[name] for row in rows) for name in ROW})


def test_registers_stand_one_after_another():
    assert LAYOUT.spans == {"mark": range(3), "row": range(3, 4), "here": range(4, 7)}
    assert LAYOUT.d_model == 7
    assert LAYOUT.coordinate("mark", "c") == 2
    assert LAYOUT.coordinate_names() == ("mark=a", "mark=b", "mark=c", "row", "here[0]", "here[1]", "here[2]")


def test_types_are_those_of_the_registers():
    assert LAYOUT.types == {register.name: register.type for register in REGISTERS}


@pytest.mark.parametrize(
    ("register", "texts"),
    [("mark", ["a", "b", "c"]), ("row", ["0", "1"]), ("here", [str(index) for index in range(8)])],
)
def test_a_vector_is_what_a_row_of_that_value_holds(register: str, texts: list[str]):
    """As written, value by value, and nowhere else; what is not listed is 0."""
    [type_] = [each.type for each in REGISTERS if each.name == register]
    for text in texts:
        row = {"mark": None, "row": False, "here": None} | {register: as_value(type_, text)}
        wanted = LAYOUT.encode(stream(row))[0]
        found = LAYOUT.vector(register, text)
        assert 0 not in found.values()
        assert found == {place: value for place, value in enumerate(wanted) if value}


def test_values_are_written_as_the_house_says():
    empty = {"mark": None, "row": False, "here": None}
    assert LAYOUT.encode(stream(ROW, empty)).tolist() == [[0, 1, 0, 1, 1, -1, 1], [0] * 7]


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_encoded_is_decoded(rows: list[dict[str, object]]):
    array = LAYOUT.encode(stream(*rows))
    fractions = np.array([[Fraction(int(value)) for value in row] for row in array], dtype=object)
    for same in (array, array.astype(np.float32), array.astype(np.float16), fractions):
        assert LAYOUT.decode(same) == stream(*rows)


@given(ROWS, ROWS)
def test_equal_arrays_mean_equal_rows(one: dict[str, object], other: dict[str, object]):
    equal = (LAYOUT.encode(stream(one)) == LAYOUT.encode(stream(other))).all()
    assert equal == (one == other)


def test_every_vector_of_the_grid_decodes_to_what_encodes_it():
    """All 3**4 vectors over {-1, 0, 1}: one that decodes is the one that is encoded."""
    layout = Layout((Register("mark", OneHot(("a", "b"))), Register("here", Code(2))))
    decoded = 0
    for digits in np.ndindex(3, 3, 3, 3):
        array = np.array([digits]) - 1
        try:
            found = layout.decode(array)
        except DecodeError:
            continue
        decoded += 1
        assert (layout.encode(found) == array).all()
    assert decoded == 3 * 5


@pytest.mark.parametrize("value", [0.5, 2, -1, np.nan, np.inf, 1 + 2**-23])
@pytest.mark.parametrize("place", range(7))
def test_a_value_off_its_grid_is_refused_and_named(place: int, value: float):
    if place >= 4 and value == -1:
        value = 0  # a code is set as a whole, or not at all
    array = LAYOUT.encode(stream(ROW, ROW | {"here": 7})).astype(np.float64)
    array[1, place] = value
    with pytest.raises(DecodeError) as caught:
        LAYOUT.decode(array)
    assert caught.value.where == "row 1"
    assert caught.value.found.startswith(next(name for name, span in LAYOUT.spans.items() if place in span))


def test_fractions_close_to_the_grid_are_refused():
    array = np.array([[Fraction(0), 1 - Fraction(1, 10**30), 0, 1, 1, 1, 1]], dtype=object)
    with pytest.raises(DecodeError):
        LAYOUT.decode(array)


def test_a_negative_zero_is_empty():
    assert LAYOUT.decode(-np.zeros((1, 7)))["mark"] == (None,)


def test_the_longest_code_is_kept():
    layout = Layout((Register("here", Code(62)),))
    longest = Stream({"here": (2**62 - 1, 0, None)})
    assert layout.decode(layout.encode(longest)) == longest


def test_a_line_a_row_shows_what_is_not_empty():
    """Index 0 of a code is a value; False and None are none."""
    assert LAYOUT.describe(stream(ROW | {"here": 0}, {"mark": None, "row": False, "here": None})) == [
        "mark=b row=True here=0",
        "",
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_prompts_of_the_examples_come_back(name: str):
    layout = Layout(EXAMPLES[name].program.labels.registers)
    assert layout.decode(layout.encode(EXAMPLES[name].prompt)) == EXAMPLES[name].prompt
