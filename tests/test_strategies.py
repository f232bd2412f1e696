"""The strategies draw what they say they draw: bounds are kept, and every kind of run is found."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tmformer.machine import Machine, Move, Outcome, Trace, outcome, trace
from tmformer.strategies import configurations, inputs, machines, machines_with_inputs


@given(machines(min_states=3, max_states=3, min_symbols=2, max_symbols=3, stay=False, undefined=False, halting=False))
def test_bounds(machine: Machine):
    assert len(machine.states) == 3
    assert 2 <= len(machine.symbols) <= 3
    assert machine.halting == ()
    assert len(machine.transitions) == len(machine.states) * len(machine.symbols)
    assert Move.STAY not in {rule.move for rule in machine.transitions}


@given(st.data())
def test_inputs_and_configurations_belong_to_the_machine(data: st.DataObject):
    machine = data.draw(machines())
    assert set(data.draw(inputs(machine))) <= set(machine.symbols)
    now = data.draw(configurations(machine))
    assert now.state in machine.states
    assert set(now.tape) <= set(machine.symbols)
    assert outcome(machine, now) in Outcome


KINDS: dict[str, Callable[[Machine, Trace], bool]] = {
    "halts": lambda _, run: run.outcome is Outcome.HALTED and run.steps >= 4,
    "accepts": lambda _, run: run.accepted is True,
    "rejects": lambda _, run: run.accepted is False,
    "undefined": lambda _, run: run.outcome is Outcome.UNDEFINED and run.steps >= 3,
    "goes on": lambda _, run: run.outcome is Outcome.LIMIT,
    "repeats its configuration": lambda _, run: len(run.configurations) > 4 and run.final == run.configurations[-2],
    "left of its input": lambda _, run: run.final.head < -3,
    "no halting state": lambda machine, _: not machine.halting,
    "largest": lambda machine, _: len(machine.states) == 8 and len(machine.symbols) == 4,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_is_drawn(kind: str):
    def holds(pair: tuple[Machine, tuple[str, ...]]) -> bool:
        return KINDS[kind](pair[0], trace(*pair, max_steps=20))

    phases = [Phase.generate]  # what it shrinks to is another question
    many = settings(max_examples=2_000, derandomize=True, database=None, deadline=None, phases=phases)
    assert holds(find(machines_with_inputs(), holds, settings=many))


def test_machines_shrink_to_nothing_to_do():
    smallest = find(machines(), lambda _: True)
    assert smallest.states == ("A", "B", "end")
    assert smallest.transitions == ()
