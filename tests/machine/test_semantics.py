"""The reference interpreter, which is the oracle of everything: its own oracle is the definition, step by step."""

import pytest
from hypothesis import given

from tests.corpus.corpus import simulate
from tmformer.errors import MachineError
from tmformer.machine import (
    Case,
    Configuration,
    Machine,
    Outcome,
    accepted,
    check_input,
    configuration,
    outcome,
    parse,
    parse_input,
    run,
    step,
    trace,
)
from tmformer.strategies import machines_with_inputs

BB2 = parse("1RB1LB_1LA1RZ")
PAIR = tuple[Machine, tuple[str, ...]]


@given(machines_with_inputs())
def test_a_trace_is_step_by_step(pair: PAIR):
    machine, symbols = pair
    made = trace(machine, symbols, max_steps=30)
    for before, after in zip(made.configurations, made.configurations[1:], strict=False):
        assert step(machine, before) == after
        assert outcome(machine, before) is Outcome.LIMIT
    assert made.outcome is outcome(machine, made.final)
    assert made.accepted is accepted(machine, made.final)
    assert made.outcome is not Outcome.LIMIT or made.steps == 30


@given(machines_with_inputs())
def test_a_second_simulator_agrees(pair: PAIR):
    machine, symbols = pair
    made = trace(machine, symbols, max_steps=40)
    end = simulate(machine, Case(symbols, Outcome.LIMIT, steps=40))
    final = made.final
    assert (end.outcome, end.steps, end.state, end.head) == (made.outcome, made.steps, final.state, final.head)
    assert end.tape == ",".join(final.tape)


@given(machines_with_inputs())
def test_a_run_goes_on_from_any_of_its_configurations(pair: PAIR):
    machine, symbols = pair
    made = trace(machine, symbols, max_steps=12).configurations
    later = run(machine, made[len(made) // 2])
    assert [next(later) for _ in made[len(made) // 2 :]] == list(made[len(made) // 2 :])


def test_a_machine_step_changes_one_cell_one_state_one_move():
    before = configuration("A", 0, {}, "0")
    assert step(BB2, before) == Configuration("B", 1, 0, ("1",), "0")


def test_the_three_outcomes():
    halted, undefined, loop = (
        parse("0RZ"),
        parse("1RB---_1LA---"),
        parse("{blank: _, start state: q, table: {q: {_: S}}}"),
    )
    assert trace(halted, (), max_steps=9).outcome is Outcome.HALTED
    assert trace(undefined, (), max_steps=9).outcome is Outcome.UNDEFINED
    made = trace(loop, (), max_steps=9)
    assert (made.outcome, made.steps, made.final) == (Outcome.LIMIT, 9, made.configurations[0])


@pytest.mark.parametrize(("max_steps", "expected"), [(0, Outcome.LIMIT), (5, Outcome.LIMIT), (6, Outcome.HALTED)])
def test_a_limit_reached_in_a_halting_state_is_halted(max_steps: int, expected: Outcome):
    assert trace(BB2, (), max_steps=max_steps).outcome is expected


def test_a_machine_that_begins_in_a_halting_state_takes_no_step():
    machine = parse("{blank: _, start state: accept, table: {accept: }}")
    made = trace(machine, (), max_steps=3)
    assert (made.outcome, made.accepted, made.steps) == (Outcome.HALTED, True, 0)


def test_accepted():
    machine = parse("{blank: _, start state: q, table: {q: {0: {R: accept}, 1: {R: reject}}, accept: , reject: }}")
    assert [trace(machine, word, max_steps=5).accepted for word in ("0", "1", "")] == [True, False, None]


@pytest.mark.parametrize(
    ("call", "rule", "found", "where"),
    [
        (lambda: trace(BB2, "012", max_steps=3), "alphabet", "'2'", "symbol 3"),
        (lambda: check_input(BB2.symbols, ("0", "")), "alphabet", "''", "symbol 2"),
        (lambda: trace(BB2, "0", max_steps=-1), "zero or more", "-1", "max_steps"),
        (lambda: step(BB2, configuration("Z", 0, {}, "0")), "has a transition", "'Z'", "1RB1LB_1LA1RZ"),
    ],
)
def test_refusals(call: object, rule: str, found: str, where: str):
    with pytest.raises(MachineError) as caught:
        call()  # type: ignore[operator]
    error = caught.value
    assert rule in error.rule
    assert found in error.found
    assert where in error.where
    assert error.remedy


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
