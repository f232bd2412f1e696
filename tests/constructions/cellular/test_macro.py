"""Macro blocks: after each of them the network is where the machine is after so many machine steps as were counted."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import construction
from tmformer.constructions.cellular import macro as macro_module
from tmformer.constructions.cellular.compiling import compile_machine, grow
from tmformer.constructions.cellular.macro import INSIDE, STOPS_SHORT, UNCOMPILED, Cell, Leap, Place, leap
from tmformer.machine import Configuration, Machine, Move, Transition, configuration, load, outcome, run
from tmformer.program import COARSE, OUTSIDE, RUNNING, Program, check_program, read_count, read_stop, trace
from tmformer.strategies import configurations, machines

MADE = construction("cellular")
MACRO = st.integers(2, 4)
BLOCKS = 12
TAPES = machines(max_states=3, max_symbols=3, one_way=True)


def compare_blocks(machine: Machine, program: Program, start: Configuration) -> str | None:
    """Block by block: how a network and the machine differ, in words."""
    labels, done = program.labels, 0
    reference = run(machine, start)
    expected = next(reference)
    for stream in trace(program, MADE.encode_configuration(labels, start), loops=BLOCKS):
        found, said = MADE.decode_configuration(labels, stream), read_stop(labels, stream)
        if found != expected:
            return f"after {done} machine steps: {found}, not {expected}"
        goes_on = outcome(machine, expected) == "limit"
        if said == OUTSIDE or (said in STOPS_SHORT and goes_on):
            return None
        if (said == RUNNING) != goes_on:
            return f"after {done} machine steps: {said}"
        if not goes_on:
            return None
        count = read_count(labels, stream)
        done += count
        expected = next(islice(reference, count - 1, None))
    return None


@given(st.data(), MACRO)
def test_each_macro_block_is_the_machine_steps_that_it_counts(data: st.DataObject, macro: int):
    """Of any configuration, reachable or not, with every entry compiled."""
    machine = data.draw(TAPES)
    start = data.draw(configurations(machine))
    origin = 0 if machine.one_way else data.draw(st.integers(-10, -4))
    program = compile_machine(machine, steps=1, cells=20, origin=origin, options={"macro": macro})
    assert compare_blocks(machine, program, start) is None


@given(st.data(), MACRO, st.integers(0, 3))
def test_each_macro_block_is_those_machine_steps_where_only_what_comes_next_is_compiled(
    data: st.DataObject, macro: int, ahead: int
):
    """However few leaps are looked ahead; where the next one is not compiled, the stop table says so."""
    machine = data.draw(TAPES)
    now, labels = data.draw(configurations(machine)), None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(macro_module, "_AHEAD", ahead + 1)
        for _ in range(4):
            program = grow(machine, now, labels, {"macro": macro})
            check_program(program)
            assert compare_blocks(machine, program, now) is None
            *_, last = trace(program, MADE.encode_configuration(program.labels, now), loops=1)
            before, now, labels = now, MADE.decode_configuration(program.labels, last), program.labels
            if now == before:
                break


def one_rule(*rules: Transition, one_way: bool = False) -> Machine:
    return Machine(("A", "B", "Z"), ("0", "1"), "0", "A", rules, halting=("Z",), one_way=one_way)


A0 = Transition("A", "0", "1", Move.RIGHT, "B")


@pytest.mark.parametrize(
    ("machine", "edge", "expected"),
    [
        (one_rule(A0, Transition("B", "0", "0", Move.RIGHT, "A")), False, (("1", "0"), Move.RIGHT, ("A", 0), 2)),
        (one_rule(A0, Transition("B", "0", "0", Move.STAY, "Z")), False, (("1", "0"), Move.STAY, ("Z", 1), 2)),
        (one_rule(A0), False, (("1", "0"), Move.STAY, ("B", 1), 1)),
        (one_rule(Transition("A", "0", "1", Move.LEFT, "B")), False, (("1", "0"), Move.LEFT, ("B", 1), 1)),
        (one_rule(Transition("A", "0", "1", Move.LEFT, "B")), True, (("1", "0"), Move.STAY, ("B", 0), 1)),
        (one_rule(Transition("A", "0", "0", Move.STAY, "A")), False, None),
        (
            one_rule(A0, Transition("B", "0", "0", Move.LEFT, "B"), Transition("B", "1", "0", Move.STAY, "A")),
            False,
            None,
        ),
    ],
)
def test_a_leap_leaves_or_ends_inside_or_is_none(machine: Machine, edge: bool, expected: tuple[object, ...] | None):
    found = leap(machine, Place("A", 0), Cell(("0", "0"), edge))
    if expected is None:
        assert found is None
        return
    symbols, move, at, steps = expected
    assert found == Leap(Cell(symbols, edge), move, Place(*at), steps)


def test_a_leap_of_too_many_machine_steps_is_none(monkeypatch: pytest.MonkeyPatch):
    machine = one_rule(A0, Transition("B", "0", "0", Move.RIGHT, "A"))
    monkeypatch.setattr(macro_module, "MOST_INSIDE", 1)
    assert leap(machine, Place("A", 0), Cell(("0", "0"), edge=False)) is None


def test_what_stops_short_is_said_apart():
    """A loop in the macro cell; and, where only what is next was compiled, all else."""
    machine = one_rule(Transition("A", "0", "0", Move.STAY, "A"), Transition("B", "0", "0", Move.RIGHT, "B"))
    program = compile_machine(machine, steps=3, options={"macro": 2})
    said = {outcome[:2]: outcome[-1] for outcome in program.labels.stop.outcomes}
    assert said["A@0", "00"] == said["A@1", "10"] == INSIDE
    assert said["A@0", "10"] == "undefined"
    assert said["Z@1", "00"] == "halted"
    assert ("B@0", "00") not in said
    assert {count.when: count.steps for count in program.labels.tally} == {("B@0", "00"): 2}
    start = configuration("B", 0, {1: "1"}, "0")
    lazy = grow(machine, start, None, {"macro": 2}).labels.stop.outcomes
    assert UNCOMPILED in {outcome[-1] for outcome in lazy}
    assert COARSE not in {outcome[-1] for outcome in lazy}


def test_macro_blocks_of_one_cell_are_the_network_without():
    machine = load("bb3")
    assert compile_machine(machine, steps=21, options={"macro": 1}) == compile_machine(machine, steps=21)
