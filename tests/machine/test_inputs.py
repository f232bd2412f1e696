"""Inputs: one text, or symbols, for one tape or several."""

import pytest

from tmformer.errors import MachineError
from tmformer.machine import Machine, check_input, parse, parse_input, parse_inputs, starting_configuration

BB2 = parse("1RB1LB_1LA1RZ")
TWO = parse("{blank: _, start state: a, tapes: 2, symbols: [_, x], table: {a: }}")
WORDS = parse("{blank: ., start state: q, symbols: [., red, blue, b], table: {q: {red: R, b: {write: blue, R}}}}")
SPACE = parse("{blank: ' ', start state: q, table: {q: {[0, 1]: R}}}")


@pytest.mark.parametrize(
    ("machine", "text", "symbols"),
    [
        (BB2, "", ()),
        (BB2, "1", ("1",)),
        (BB2, "0110", ("0", "1", "1", "0")),
        (BB2, "01 1", None),
        (BB2, " 0 1 1 ", ("0", "1", "1")),
        (SPACE, "0 1", ("0", " ", "1")),
        (WORDS, "red blue", ("red", "blue")),
        (WORDS, "red", ("red",)),
        (WORDS, "bb.", ("b", "b", ".")),
    ],
)
def test_inputs_as_text(machine: Machine, text: str, symbols: tuple[str, ...] | None):
    if symbols is None:
        with pytest.raises(MachineError, match="alphabet"):
            parse_input(machine.symbols, text)
    else:
        assert parse_input(machine.symbols, text) == symbols


def test_an_input_with_two_readings_is_refused():
    """With the symbols 1 and 11, the text 11 is one symbol or two: a blank decides."""
    with pytest.raises(MachineError) as caught:
        parse_input(("1", "11"), "11")
    assert "'1 1'" in caught.value.remedy
    assert parse_input(("1", "11"), "1 1") == ("1", "1")
    assert parse_input(("1", "11"), "11 ") == ("11",)
    assert parse_input(("1", "11"), "111") == ("1", "1", "1")
    assert parse_input(("_", "11"), "11") == ("11",)


def test_check_input():
    assert check_input(BB2.symbols, ["0", "1"]) == ("0", "1")
    with pytest.raises(MachineError, match="alphabet") as caught:
        check_input(BB2.symbols, ("0", ""))
    assert caught.value.where == "the input, symbol 2"


def test_several_tapes_have_bars_between():
    assert parse_inputs(("0", "1"), "01|1", 2) == (("0", "1"), ("1",))
    assert parse_inputs(("0", "1"), "01 | 1 1|", 3) == (("0", "1"), ("1", "1"), ())
    assert parse_inputs(("0", " "), "0 | 0", 2) == (("0", " "), (" ", "0"))
    assert parse_inputs(("0", "|"), "0|0", 1) == (("0", "|", "0"),)
    for alphabet, text in ((("0", "|"), "0|0"), (("0", "1"), "0|0|0")):
        with pytest.raises(MachineError, match="several tapes"):
            parse_inputs(alphabet, text, 2)


def test_a_bar_for_one_tape_is_refused_unless_symbols_have_it():
    assert parse_inputs(("a|b", "c"), "a|b c", 1) == (("a|b", "c"),)
    with pytest.raises(MachineError) as caught:
        parse_inputs(("0", "1"), "0|1", 1)
    assert (caught.value.found, caught.value.where) == ("2 inputs", "the input of 1 tape")


def test_what_is_left_out_is_blank():
    assert str(starting_configuration(TWO, "xx")) == "a: [x]x | [_]"
    assert str(starting_configuration(TWO, (), ["x"], head=2)) == "a: [_] | [x]"
    with pytest.raises(MachineError, match="at most"):
        starting_configuration(TWO, "x", ["x", "x"])
