"""The reference interpreter, which is the oracle of everything: its own oracle is the definition, step by step."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.corpus import simulate
from tmformer.errors import MachineError
from tmformer.machine import (
    Case,
    Configuration,
    Machine,
    Outcome,
    Tape,
    accepted,
    configuration,
    outcome,
    parse,
    reach,
    run,
    starting_configuration,
    step,
    trace,
)
from tmformer.strategies import inputs, machines, machines_with_inputs

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
    assert step(BB2, before) == Configuration("B", (Tape(1, 0, ("1",), "0"),))


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


def by_lists(machine: Machine, inputs: Sequence[Sequence[str]], steps: int) -> tuple[str, list[tuple[int, str]], int]:
    """A second interpreter for several tapes and one-way ones: cells in one list, the beginning far to the left."""
    width, state, done = 2 * steps + 20, machine.start, 0
    origin = 0 if machine.one_way else width // 2
    tapes = [[machine.blank] * origin + list(word) + [machine.blank] * (width - len(word)) for word in inputs]
    heads = [origin] * len(tapes)
    for done in range(steps + 1):
        read = tuple(tape[head] for tape, head in zip(tapes, heads, strict=True))
        rules = [rule for rule in machine.transitions if (rule.state, rule.reads) == (state, read)]
        if not rules or done == steps:
            break
        for index in range(len(tapes)):
            tapes[index][heads[index]] = rules[0].writes[index]
            if heads[index] + rules[0].moves[index].value >= 0:
                heads[index] += rules[0].moves[index].value
        state = rules[0].next_state
    ends = [(head - origin, "".join(tape).strip(machine.blank)) for head, tape in zip(heads, tapes, strict=True)]
    return state, ends, done


@given(st.data(), st.integers(1, 3))
def test_several_tapes_and_one_way_tapes(data: st.DataObject, tapes: int):
    machine = data.draw(machines(tapes=tapes, one_way=True, max_states=3, max_symbols=3))
    words = tuple(data.draw(inputs(machine)) for _ in range(tapes))
    made = trace(machine, words[0], words[1:], max_steps=25)
    final = made.final
    found = [(tape.head, "".join(tape.symbols)) for tape in final.tapes]
    assert (final.state, found, made.steps) == by_lists(machine, words, 25)
    assert reach(machine, made.configurations[0], max_steps=25) == (final, made.steps)
    for before, after in zip(made.configurations, made.configurations[1:], strict=False):
        assert step(machine, before) == after


def test_a_left_move_at_the_beginning_of_a_one_way_tape_stays():
    left = parse("{blank: _, start state: a, one-way: true, table: {a: {_: {write: x, L}, x: {L: b}}, b: }}")
    made = trace(left, (), max_steps=5)
    assert [str(now) for now in made.configurations] == ["a: [_]", "a: [x]", "b: [x]"]
    assert trace(replace(left, one_way=False), (), max_steps=2).final.head == -2


def test_a_missing_transition_rejects_where_the_machine_says_so():
    machine = replace(parse("{blank: _, start state: a, table: {a: {x: R}, b: }}"), undefined_rejects=True)
    assert trace(machine, "x", max_steps=5).accepted is False
    assert trace(machine, "x", max_steps=1).outcome is Outcome.UNDEFINED
    assert trace(machine, "xx", max_steps=1).accepted is None
    assert accepted(machine, configuration("b", 0, {}, "_")) is None


def test_reach_takes_as_many_steps_as_asked():
    bb2 = starting_configuration(BB2)
    for steps, now in enumerate(trace(BB2, (), max_steps=9).configurations):
        assert reach(BB2, bb2, max_steps=steps) == (now, steps)
    assert reach(BB2, bb2, max_steps=100)[1] == 6
