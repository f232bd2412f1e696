"""Cellular: one block is one machine step, and what halting is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run
from tmformer.machine import Configuration, Machine, Move, Tape, Transition, outcome, step
from tmformer.pipeline import run
from tmformer.program import RUNNING, read_stop
from tmformer.program import trace as trace_program
from tmformer.strategies import configurations, machines


@given(st.data())
def test_one_machine_step_of_any_configuration_is_one_block(data: st.DataObject):
    """Reachable or not: encode, one block, decode is the machine's step."""
    machine = data.draw(machines(one_way=True))
    now = data.draw(configurations(machine))
    program = Run(machine, (), 0, 0 if machine.one_way else -8, 20, 1).program
    before, after = trace_program(program, MADE.encode_configuration(program.labels, now), loops=1)
    ended = outcome(machine, now) != "limit"
    assert (read_stop(program.labels, before) != RUNNING) == ended
    assert MADE.decode_configuration(program.labels, after) == (now if ended else step(machine, now))


def one_rule(*rules: Transition) -> Machine:
    return Machine(("A", "Z"), ("0", "1"), "0", "A", rules, halting=("Z",))


@pytest.mark.parametrize("engine", ["dense", "exact", "exact-softmax"])
def test_a_loop_in_place_is_a_fixed_point_that_has_not_halted(engine: str):
    loop = one_rule(Transition("A", "0", "0", Move.STAY, "A"))
    result = run(loop, engine=engine, max_steps=9)
    assert (result.outcome, result.steps, result.layers) == ("limit", 9, 9)


@pytest.mark.parametrize("engine", ["dense", "exact", "exact-softmax"])
@pytest.mark.parametrize(
    ("rules", "said"),
    [((), "undefined"), ((Transition("A", "1", "1", Move.STAY, "A"),), "undefined")],
)
def test_what_ends_at_once_takes_no_block(engine: str, rules: tuple[Transition, ...], said: str):
    result = run(one_rule(*rules), engine=engine)
    assert (result.outcome, result.steps, result.layers) == (said, 0, 0)


def test_the_last_message_is_still_in_flight_when_the_run_has_halted():
    """A halt by moving: the stream changes once more, in the block after the last machine step."""
    machine = one_rule(Transition("A", "0", "1", Move.RIGHT, "Z"))
    program = Run(machine, (), 0, -2, 5, 3).program
    streams = list(
        trace_program(program, MADE.encode_configuration(program.labels, Configuration("A", (Tape(0, 0, (), "0"),))))
    )
    said = [read_stop(program.labels, stream) for stream in streams]
    assert said == ["running", "halted", "halted", "halted"]
    assert streams[1] != streams[2] == streams[3]
