"""Inputs: what a user writes, as symbols and as a configuration."""

import pytest

from tmformer.errors import MachineError, UsageError
from tmformer.machine import Machine, initial_configuration, load
from tmformer.pipeline import (
    Given,
    alphabet_of,
    as_words,
    check_one_machine,
    compile,
    machine_that_runs,
    starting_configuration,
)

INCREMENT = load("increment")
LABELS = compile(INCREMENT, steps=4, head=2).labels
DECODED = compile(INCREMENT, "wei_ma", steps=4, head=2, input_length=3).labels


@pytest.mark.parametrize("given", ["101", "1 0 1", " 1  0 1 ", ("1", "0", "1"), ["1", "0", "1"]])
def test_an_input_is_a_text_or_a_sequence(given: str | list[str]):
    assert as_words(INCREMENT.symbols, given) == (("1", "0", "1"),)


@pytest.mark.parametrize("given", ["", (), []])
def test_an_empty_input(given: str | list[str]):
    assert as_words(INCREMENT.symbols, given) == ((),)


def test_symbols_of_several_letters_are_separated_by_blanks():
    assert as_words(("_", "one", "two"), "one two _ one") == (("one", "two", "_", "one"),)
    assert as_words(("_", "one", "two"), "one") == (("one",),)


@pytest.mark.parametrize("given", ["1021", "1 0 2 1", ("1", "0", "2", "1")])
def test_a_wrong_symbol_is_named_with_its_place(given: str | tuple[str, ...]):
    with pytest.raises(MachineError) as caught:
        as_words(INCREMENT.symbols, given)
    assert (caught.value.found, caught.value.where) == ("'2'", "the input, symbol 3")


@pytest.mark.parametrize("given", ["01|1", ("01", "1"), [["0", "1"], ("1",)], ("0 1", ("1",))])
def test_of_several_tapes_a_text_or_a_sequence_with_an_input_a_tape(given: Given):
    assert as_words(("0", "1"), given, 2) == (("0", "1"), ("1",))
    assert as_words(("0", "1"), given, 3) == (("0", "1"), ("1",), ())


@pytest.mark.parametrize("given", ["", "|", (), ("",), ("", ())])
def test_a_tape_of_which_nothing_is_said_is_blank(given: Given):
    assert as_words(("0", "1"), given, 2) == ((), ())


@pytest.mark.parametrize("given", ["0|1|1", ("0", "1", "1")])
def test_more_inputs_than_tapes_are_refused(given: Given):
    with pytest.raises(MachineError) as caught:
        as_words(("0", "1"), given, 2)
    assert caught.value.found == "3 inputs"


def test_labels_know_their_tapes():
    machine = Machine(("q",), ("_", "1"), "_", "q", (), tapes=2)
    labels = compile(machine, "wei_ma", steps=1, input_length=2).labels
    assert starting_configuration(labels, "1|11", None) == initial_configuration("q", ("1",), "_", 0, (("1", "1"),))


def test_labels_alone_know_the_alphabet_and_the_start():
    for labels in (LABELS, DECODED):
        assert alphabet_of(labels) == INCREMENT.symbols
        now = starting_configuration(labels, "101", 0)
        assert now == initial_configuration(INCREMENT.start, ("1", "0", "1"), INCREMENT.blank, 0)
        assert starting_configuration(labels, "101", None).head == 2


def test_the_tape_head_is_where_it_was_compiled_for_if_not_said():
    assert starting_configuration(LABELS, "101", None).head == 2
    assert starting_configuration(LABELS, "101", -1).head == -1
    assert starting_configuration(LABELS, "101", 0).head == 0


def test_a_machine_is_run_or_weights_on_one():
    weights = compile(INCREMENT, "universal", steps=4)
    for compiled, machine in ((INCREMENT, None), (weights, None), (weights, INCREMENT)):
        check_one_machine(compiled, machine)
    with pytest.raises(UsageError) as caught:
        check_one_machine(INCREMENT, load("bb2"))
    assert caught.value.found == "the machine 'bb2' beside the machine 'increment'"


@pytest.mark.parametrize(("choose", "runs"), [(None, "one"), ("a", "one"), ("b", "other"), ("c", "one")])
def test_the_machine_that_runs_is_the_one_chosen(choose: str | None, runs: str):
    assert machine_that_runs("one", "other", choose) == runs
    assert machine_that_runs("one", None, choose) == "one"
