"""Wei-Ma's simulation relation in both directions, what it refuses, and labels that it did not write."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.squares.growing import machines_of
from tmformer.constructions.wei_ma.compiling import compile_machine
from tmformer.constructions.wei_ma.relation import (
    check_labels,
    decode_configuration,
    encode_configuration,
    read_tokens,
    sizes_of,
    variables,
)
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, ENCODER_DECODER, FORMS, Sizes
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import (
    Configuration,
    Machine,
    Move,
    Outcome,
    Transition,
    configuration,
    outcome,
    parse,
    step,
    tape,
)
from tmformer.program import Code, Decoding, Flag, Labels, OneHot, Program, Stream
from tmformer.strategies import configurations, machines

BB2 = parse("1RB1LB_1LA1RZ")
SHIFTS = st.sampled_from([0, 0, -7, 1000, -(10**12), 2**40 + 1])


def labels_of(
    machine: Machine, now: Configuration, *, steps: int, left: int = 0, right: int = 0, form: str = DECODER_ONLY
) -> Labels:
    """Of a network whose prompt holds what `now` uses, and so many cells more on either side."""
    first, last = now.used
    cells, origin = last - first + 1 + left + right, first - left
    program = compile_machine(machine, steps=steps, cells=cells, head=now.head, origin=origin, options={"form": form})
    return program.labels


def moved(now: Configuration, by: int) -> Configuration:
    cells = {now.first + by + index: symbol for index, symbol in enumerate(now.tape)}
    return configuration(now.state, now.head + by, cells, now.blank)


# There and back ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data(), by=SHIFTS, left=st.integers(0, 5), right=st.integers(0, 5), steps=st.integers(0, 9))
def test_decoding_is_the_inverse_of_encoding(
    form: str, data: st.DataObject, by: int, left: int, right: int, steps: int
):
    machine = data.draw(machines())
    now = moved(data.draw(configurations(machine)), by)
    labels = labels_of(machine, now, steps=steps, left=left, right=right, form=form)
    stream = encode_configuration(labels, now)
    assert decode_configuration(labels, stream) == now
    assert stream.num_rows == sizes_of(labels).positions - steps
    assert stream["next_state"] == (*(None,) * (stream.num_rows - 1), now.state)


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data(), by=SHIFTS)
def test_every_machine_step_decodes_to_the_reference_interpreters(form: str, data: st.DataObject, by: int):
    """Cells are known mod 2**K only; their numbers come from the moves, however far from cell 0, also negative ones."""
    machine = data.draw(machines())
    now = moved(data.draw(configurations(machine)), by)
    first, last = now.used
    program = compile_machine(
        machine, steps=12, cells=last - first + 1, head=now.head, origin=first, options={"form": form}
    )
    decoding = Decoding(program, encode_configuration(program.labels, now))
    for _ in range(12):
        assert decode_configuration(program.labels, decoding.after()) == now
        if outcome(machine, now) is not Outcome.LIMIT:
            return
        now = step(machine, now)
        decoding.step()


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data(), origin=st.integers(-9, 6), records=st.integers(1, 12))
def test_what_the_prompt_does_not_hold_is_refused(form: str, data: st.DataObject, origin: int, records: int):
    machine = data.draw(machines())
    now = data.draw(configurations(machine))
    program = compile_machine(machine, steps=3, cells=records, head=origin, origin=origin, options={"form": form})
    first, last = now.used
    if origin <= first and last < origin + records:
        assert decode_configuration(program.labels, encode_configuration(program.labels, now)) == now
        return
    with pytest.raises(WindowError, match="The prompt holds every cell") as caught:
        encode_configuration(program.labels, now)
    assert caught.value.found == f"cells {first} to {last} in use, 1 tapes"
    assert caught.value.where == f"records of cells {origin} to {origin + records - 1}, 1 tapes"


# Several tapes, and one-way tapes ----------------------------------------------------------------------------------------


@st.composite
def placed(draw: st.DrawFn) -> tuple[Machine, Configuration]:
    """A machine with one to three tapes, and a configuration of it."""
    machine = draw(machines_of(draw(st.integers(1, 3)), one_way=draw(st.booleans())))
    return machine, draw(configurations(machine))


def program_for(machine: Machine, now: Configuration, steps: int, form: str) -> Program:
    firsts, lasts = zip(*(tape.used for tape in now.tapes), strict=True)
    first = 0 if machine.one_way else min(0, *firsts)
    cells = max(0, *lasts) - first + 1
    return compile_machine(machine, steps=steps, cells=cells, head=0, origin=first, options={"form": form})


@pytest.mark.parametrize("form", FORMS)
@given(drawn=placed())
def test_on_any_tapes_every_machine_step_decodes_to_the_reference_interpreters(
    form: str, drawn: tuple[Machine, Configuration]
):
    machine, now = drawn
    program = program_for(machine, now, 8, form)
    check_labels(program.labels)
    letters = variables(program.labels)
    assert (letters["n"], letters["E"]) == (machine.tapes, machine.one_way)
    decoding = Decoding(program, encode_configuration(program.labels, now))
    for number in range(9):
        assert decode_configuration(program.labels, decoding.after()) == now
        *_, last = read_tokens(program.labels, decoding.after())
        assert last.next_state == now.state
        assert [(tape.cell, tape.next_symbol) for tape in last.tapes] == [(tape.head, tape.here) for tape in now.tapes]
        if number == 8 or outcome(machine, now) is not Outcome.LIMIT:
            return
        now = step(machine, now)
        decoding.step()


def test_another_number_of_tapes_is_refused():
    machine = Machine(("A",), ("0", "1"), "0", "A", (), tapes=2)
    program = compile_machine(machine, steps=2, cells=3)
    with pytest.raises(WindowError, match="of each tape") as caught:
        encode_configuration(program.labels, configuration("A", 0, {}, "0"))
    assert (caught.value.found, caught.value.where) == (
        "cells 0 to 0 in use, 1 tapes",
        "records of cells 0 to 2, 2 tapes",
    )


def test_a_fault_on_the_second_tape_is_named():
    machine = Machine(
        ("A",), ("0", "1"), "0", "A", (Transition("A", ("0", "0"), ("1", "1"), (Move.RIGHT, Move.LEFT), "A"),), tapes=2
    )
    program = compile_machine(machine, steps=3, cells=2, origin=0)
    now = Configuration("A", (tape(0, {}, "0"),) * 2)
    decoding = Decoding(program, encode_configuration(program.labels, now))
    decoding.step()
    stream, row = decoding.after(), 4
    for wrong in ({"tape2.written": None}, {"tape2.right": True}, {"tape2.next_cell0": 0}, {"tape2.left": False}):
        assert refused(program.labels, damaged(stream, row, **wrong)).where == "row 4, tape 2"


def test_a_one_way_tape_is_recorded_from_its_beginning():
    """Labels that say another beginning are none of ours; nor is the compiler asked for one."""
    machine = replace(BB2, one_way=True)
    labels = compile_machine(machine, steps=3, cells=4).labels
    check_labels(labels)
    for parameters in ({"origin": 1, "head": 1}, {"origin": -1}, {"tapes": 0}, {"tapes": 10**6}, {"one_way": 0}):
        error = not_ours(msgspec.structs.replace(labels, parameters=labels.parameters | parameters))
        assert error.where in ("parameters", "registers")
    with pytest.raises(ConstructionError, match="the prompt holds every cell"):
        compile_machine(machine, steps=3, cells=4, origin=-1)


# Damaged streams --------------------------------------------------------------------------------------------------------

NOW = configuration("B", -2, {-3: "1", -1: "1"}, "0")


def run_of(form: str, steps: int) -> tuple[Labels, Stream, int]:
    """The labels, a run of so many machine steps, and the row number of START."""
    program = compile_machine(BB2, steps=9, cells=4, head=-2, origin=-4, options={"form": form})
    prompt = encode_configuration(program.labels, NOW)
    decoding = Decoding(program, prompt)
    for _ in range(steps):
        decoding.step()
    return program.labels, decoding.after(), prompt.num_rows - 1


def damaged(stream: Stream, row: int, **values: object) -> Stream:
    """The stream with other values at one row."""
    columns: dict[str, Any] = {name: list(held) for name, held in stream.columns.items()}
    for name, value in values.items():
        columns[name][row] = value
    return Stream({name: tuple(held) for name, held in columns.items()})


def refused(labels: Labels, stream: Stream) -> DecodeError:
    with pytest.raises(DecodeError, match="A sequence is a prompt and machine steps") as caught:
        decode_configuration(labels, stream)
    return caught.value


@pytest.mark.parametrize("form", FORMS)
def test_a_prompt_that_is_not_whole_is_refused(form: str):
    labels, stream, start = run_of(form, 3)
    assert decode_configuration(labels, stream).state in BB2.states
    for rows in (1, start):
        error = refused(labels, stream.rows(0, rows))
        assert error.where == "the prompt"
        assert error.found.startswith(f"{rows} rows, START not at row {start}")
    assert refused(labels, damaged(stream, start, step=False)).where == "the prompt"
    for row in range(1, 5):
        assert refused(labels, damaged(stream, row, written=None)).where == "the prompt"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step_number", [1, 2, 3])
def test_a_machine_step_that_writes_nothing_or_moves_both_ways_is_refused(form: str, step_number: int):
    labels, stream, start = run_of(form, 3)
    row = start + step_number
    assert refused(labels, damaged(stream, row, written=None)).where == f"row {row}, tape 1"
    error = refused(labels, damaged(stream, row, right=True, left=True))
    assert error.where == f"row {row}, tape 1"
    assert "right True, left True" in error.found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_last_row_without_state_or_cell_or_at_another_cell_is_refused(form: str, steps: int):
    labels, stream, start = run_of(form, steps)
    last = stream.num_rows - 1
    assert "state None" in refused(labels, damaged(stream, last, next_state=None)).found
    for digit in range(sizes_of(labels).cell_digits):
        name = f"next_cell{digit}"
        assert refused(labels, damaged(stream, last, **{name: None})).found == "no next_cell"
        assert refused(labels, damaged(stream, start, **{name: None})).where == f"row {start}, tape 1"
        if steps:
            flipped = damaged(stream, last, **{name: 1 - int(stream[name][last] or 0)})
            assert "next_cell not that of cell" in refused(labels, flipped).found


@pytest.mark.parametrize("form", FORMS)
def test_a_move_that_its_cells_do_not_make_is_refused(form: str):
    labels, stream, start = run_of(form, 3)
    for row in range(start + 1, stream.num_rows):
        right, left = stream["right"][row], stream["left"][row]
        for wrong in ({"right": left, "left": right}, {"right": False, "left": False}):
            assert "next_cell not that of cell" in refused(labels, damaged(stream, row, **wrong)).found


# Damaged labels ---------------------------------------------------------------------------------------------------------

LABELS = compile_machine(BB2, steps=5, cells=4, options={"radix": 3}).labels


def other(**fields: object) -> Labels:
    return msgspec.structs.replace(LABELS, **fields)


def not_ours(labels: Labels) -> ConstructionError:
    with pytest.raises(ConstructionError, match="those that the wei_ma construction writes") as caught:
        check_labels(labels)
    return caught.value


@given(machine=machines(min_symbols=1), steps=st.integers(0, 40), cells=st.integers(1, 9), form=st.sampled_from(FORMS))
def test_our_own_labels_pass(machine: Machine, steps: int, cells: int, form: str):
    check_labels(compile_machine(machine, steps=steps, cells=cells, options={"form": form}).labels)


@pytest.mark.parametrize("name", LABELS.parameters)
def test_labels_need_every_parameter_of_its_kind(name: str):
    value = LABELS.parameters[name]
    left_out = {key: held for key, held in LABELS.parameters.items() if key != name}
    assert not_ours(other(parameters=left_out)).where == f"parameter {name!r}"
    wrong = 3 if isinstance(value, str) else str(value)
    error = not_ours(other(parameters=LABELS.parameters | {name: wrong}))
    assert (error.found, error.where) == (f"{name} = {wrong!r}", f"parameter {name!r}")


@pytest.mark.parametrize(
    "wrong", [{"form": "decoder"}, {"radix": 1}, {"radix": 257}, {"records": 0}, {"steps": -1}], ids=str
)
def test_sizes_that_are_none_are_refused(wrong: dict[str, str | int]):
    error = not_ours(other(parameters=LABELS.parameters | wrong))
    assert error.where == "parameters"
    assert error.found.startswith("Sizes(")


@pytest.mark.parametrize(
    "wrong", [{"form": ENCODER_DECODER}, {"radix": 5}, {"records": 3}, {"records": 50}, {"steps": 6}], ids=str
)
def test_sizes_that_do_not_go_with_the_registers_are_refused(wrong: dict[str, str | int]):
    error = not_ours(other(parameters=LABELS.parameters | wrong))
    assert error.where in ("registers", "generators", "max_positions", "encoder")


def test_other_registers_are_refused():
    registers = LABELS.registers
    widened = [
        msgspec.structs.replace(each, type=Code(1) if isinstance(each.type, Flag) else Flag()) for each in registers
    ]
    for wrong in (
        registers[::-1],
        registers[1:],
        registers[:-1],
        (*registers, registers[-1]),
        (*registers[:-1], msgspec.structs.replace(registers[-1], scratch=False)),
        tuple(widened),
    ):
        assert not_ours(other(registers=tuple(wrong))).where == "registers"
    assert not_ours(other(registers=())).where == "parameters"
    for name in ("state", "symbol"):
        kept = tuple(register for register in registers if register.name != name)
        assert not_ours(other(registers=kept)).where == "registers"


@pytest.mark.parametrize("positions", [10, 12, 1])
def test_other_positions_are_refused(positions: int):
    error = not_ours(other(max_positions=positions))
    assert (error.found, error.where) == (str(positions), "max_positions")


@pytest.mark.parametrize("name", ["feedback", "generators", "invariants"])
def test_other_labels_are_refused(name: str):
    assert not_ours(other(**{name: getattr(LABELS, name)[1:]})).where == name


@pytest.mark.parametrize("head", [-1, 4])
def test_a_start_cell_without_a_record_is_refused(head: int):
    error = not_ours(other(parameters=LABELS.parameters | {"head": head}))
    assert error.found.endswith(f"the tape head at record {head}")


@pytest.mark.parametrize("wrong", [{"start": "Q"}, {"blank": "2"}, {"start": "0"}, {"blank": "A"}], ids=str)
def test_a_start_state_or_blank_that_no_register_holds_is_refused(wrong: dict[str, str]):
    assert not_ours(other(parameters=LABELS.parameters | wrong)).found.startswith("a start state or a blank")


def test_an_outcome_that_is_none_is_refused():
    stop = msgspec.structs.replace(LABELS.stop, outcomes=(*LABELS.stop.outcomes, ("A", "0", "exploded")))
    error = not_ours(other(stop=stop))
    assert (error.found, error.where) == ("the outcome 'exploded'", "the stop table")


# Letters ----------------------------------------------------------------------------------------------------------------


@given(
    machine=machines(min_symbols=1),
    sizes=st.builds(Sizes, st.integers(1, 9), st.integers(0, 50), st.integers(2, 256), st.sampled_from(FORMS)),
)
def test_letters_and_sizes_are_those_asked_for(machine: Machine, sizes: Sizes):
    options = {"form": sizes.form, "radix": sizes.radix}
    labels = compile_machine(machine, steps=sizes.steps, cells=sizes.records, options=options).labels
    assert sizes_of(labels) == sizes
    moves = [rule for rule in machine.transitions if rule.move is not Move.STAY]
    assert variables(labels) == {
        "Q": len(machine.states),
        "G": len(machine.symbols),
        "R": sizes.records,
        "T": sizes.steps,
        "B": sizes.radix,
        "C": len(moves),
        "n": 1,
        "E": 0,
    }


def test_a_register_of_another_type_has_no_letters():
    registers = tuple(
        msgspec.structs.replace(each, type=Flag()) if isinstance(each.type, OneHot) else each
        for each in LABELS.registers
    )
    assert variables(other(registers=registers)) | {"Q": 0, "G": 0} == variables(other(registers=registers))
