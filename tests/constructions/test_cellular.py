"""Cellular: its window, its simulation relation in both directions, what halting is, and one block a machine step."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run
from tmformer.constructions.cellular import window
from tmformer.decode import Dense, Exact
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import Configuration, Machine, Move, Tape, Transition, configuration, load, outcome, step, trace
from tmformer.pipeline import compile as compile_machine
from tmformer.pipeline import run
from tmformer.program import RUNNING, Flag, OneHot, Stream, read_stop
from tmformer.program import trace as trace_program
from tmformer.strategies import configurations, machines

CELLS = st.one_of(st.none(), st.integers(1, 40))


@given(st.integers(0, 30), st.integers(-20, 20), st.integers(0, 12))
def test_the_window_of_a_number_of_machine_steps_is_the_one_documented(steps: int, head: int, length: int):
    first, width = window(steps, None, head, length, None)
    assert first == min(0, head - steps)
    assert first + width - 1 == max(head + steps, length - 1)


@given(st.integers(1, 40), st.integers(-20, 20), st.integers(1, 12))
def test_a_window_of_some_cells_holds_input_and_tape_head_in_its_middle(cells: int, head: int, length: int):
    used = {head, *range(length)}
    if cells < max(used) - min(used) + 1:
        with pytest.raises(ConstructionError, match="The window holds the input and the tape head"):
            window(5, cells, head, length, None)
        return
    first, width = window(5, cells, head, length, None)
    assert width == cells
    left, right = min(used) - first, first + width - 1 - max(used)
    assert right - left in (0, 1)


@given(st.integers(0, 30), st.integers(1, 40), st.integers(-20, 20), st.integers(0, 12), st.integers(-50, 50))
def test_cells_and_origin_are_the_window(steps: int, cells: int, head: int, length: int, origin: int):
    assert window(steps, cells, head, length, origin) == (origin, cells)


@pytest.mark.parametrize(("steps", "cells"), [(-1, None), (3, 0), (3, -1), (-1, 5)])
def test_negative_steps_and_no_cells_are_refused(steps: int, cells: int | None):
    with pytest.raises(ConstructionError, match="zero or more, cells one or more"):
        window(steps, cells, 0, 0, None)


@given(st.integers(0, 30), CELLS, st.integers(-9, 20), st.integers(0, 12), st.sampled_from([None, 0, -3, 4]))
def test_the_window_of_a_one_way_tape_begins_at_cell_0(
    steps: int, cells: int | None, head: int, length: int, origin: int | None
):
    needed = max(head, length - 1) + 1
    if head < 0 or (cells is not None and cells < needed and origin != 0):
        with pytest.raises(ConstructionError, match=r"begins at cell 0|holds the input and the tape head"):
            window(steps, cells, head, length, origin, one_way=True)
        return
    first, width = window(steps, cells, head, length, origin, one_way=True)
    assert first == 0
    assert width == (max(head + steps, length - 1) + 1 if cells is None else cells)


@given(st.data(), st.integers(1, 20))
def test_one_way_labels_know_their_edge(data: st.DataObject, width: int):
    """One cell is the edge, the first; labels that say another beginning are none of cellular's."""
    machine = replace(data.draw(machines()), one_way=True)
    now = data.draw(configurations(machine))
    labels = Run(machine, (), 0, 0, width, 3).program.labels
    if now.used[1] >= width:
        with pytest.raises(WindowError, match="Input and tape head are inside the window"):
            MADE.encode_configuration(labels, now)
        return
    stream = MADE.encode_configuration(labels, now)
    assert MADE.decode_configuration(labels, stream) == now
    assert stream["edge"] == (False, True, *(False,) * (width - 1))
    MADE.check_labels(labels)
    for parameters in ({"origin": 1}, {"origin": -1}, {"one_way": 0}):
        with pytest.raises(ConstructionError, match="the cellular construction writes"):
            MADE.check_labels(msgspec.structs.replace(labels, parameters=labels.parameters | parameters))


@given(st.data(), st.integers(1, 20), st.integers(-12, 6))
def test_decoding_is_the_inverse_of_encoding_and_what_does_not_fit_is_refused(
    data: st.DataObject, width: int, origin: int
):
    machine = data.draw(machines())
    now = data.draw(configurations(machine))
    labels = Run(machine, (), now.head, origin, width, 3).program.labels
    cells = [now.head, *(now.first + index for index in range(len(now.tape)))]
    if origin <= min(cells) and max(cells) < origin + width:
        stream = MADE.encode_configuration(labels, now)
        assert MADE.decode_configuration(labels, stream) == now
        assert stream.num_rows == width + 1
    else:
        with pytest.raises(WindowError, match="Input and tape head are inside the window"):
            MADE.encode_configuration(labels, now)


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


@given(st.data(), st.sampled_from(["right", "left", "stay"]), st.integers(0, 5))
def test_decoding_refuses_two_messages_and_none(data: st.DataObject, register: str, row: int):
    machine = data.draw(machines())
    labels = Run(machine, (), 0, 0, 5, 3).program.labels
    stream = MADE.encode_configuration(labels, configuration(machine.start, 2, {}, machine.blank))
    assume((register, row) != ("stay", 3))
    none = Stream({**stream.columns, "stay": (None,) * 6})
    column = list(stream[register])
    column[row] = machine.start
    two = Stream({**stream.columns, register: tuple(column)})
    for wrong, count in ((none, 0), (two, 2)):
        with pytest.raises(DecodeError, match="one of them a message") as caught:
            MADE.decode_configuration(labels, wrong)
        assert caught.value.found == f"{count} messages"
        assert read_stop(labels, wrong) == "broken"


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


@pytest.mark.parametrize("regime", ["saturated", "graded"])
def test_the_bb4_champion_takes_107_blocks(regime: str):
    """Not one less: after 106 blocks it is running, and after 107 it has halted with 13 ones."""
    machine = load("bb4")
    weights = compile_machine(machine, steps=107)
    start = MADE.encode_configuration(weights.labels, Configuration("A", (Tape(0, 0, (), "0"),)))
    for engine in (Dense(weights, regime=regime), *([Exact(weights)] if regime == "saturated" else [])):
        before = engine.advance(engine.start(start), 106)
        after = engine.advance(before, 1000)
        assert (before.steps, before.outcome) == (106, "running")
        assert (after.steps, after.outcome) == (107, "halted")
        expected = trace(machine, (), max_steps=1000)
        assert MADE.decode_configuration(weights.labels, engine.stream(after)) == expected.final
        assert expected.final.tape.count("1") == 13
    assert weights.labels.loops * len(weights.blocks) == 107


@given(machines(), st.integers(0, 20), CELLS)
def test_labels_name_every_register_that_the_construction_uses(machine: Machine, steps: int, cells: int | None):
    labels = compile_machine(machine, steps=steps, cells=cells).labels
    assert labels.register("symbol").type == OneHot(machine.symbols)
    assert labels.register("stay").type == OneHot(machine.states)
    assert labels.register("bos").type == labels.register("cell").type == Flag()
    assert [register.name for register in labels.registers if register.scratch] == ["arriving"]
    assert [invariant.kind for invariant in labels.invariants] == ["single carrier", "distinct keys"]
