"""The registers of wei_ma, what they are called, and what the labels say of them, a tape more or less."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.wei_ma.compiling import compile_machine
from tmformer.constructions.wei_ma.labels import names, on
from tmformer.constructions.wei_ma.relation import encode_configuration, sizes_of
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, FORMS, Sizes
from tmformer.machine import Machine, Move, Transition, configuration, parse
from tmformer.program import Code, Flag, Value, stack
from tmformer.strategies import machines

WRITER = Machine(("A", "Z"), ("_", "x", "y"), "_", "A", (Transition("A", "_", "x", Move.RIGHT, "Z"),), halting=("Z",))
BB2 = parse("1RB1LB_1LA1RZ")
Row = dict[str, Value]


def number_of(row: Row, register: str, count: int, radix: int = 2) -> int | None:
    held = [row[f"{register}{digit}"] for digit in range(count)]
    return None if None in held else sum(int(value) * radix**digit for digit, value in enumerate(held))


@pytest.mark.parametrize("form", FORMS)
@given(machine=machines(min_symbols=1), steps=st.integers(0, 70), cells=st.integers(1, 9), radix=st.integers(2, 12))
def test_blocks_and_registers(form: str, machine: Machine, steps: int, cells: int, radix: int):
    program = compile_machine(machine, steps=steps, cells=cells, origin=0, options={"form": form, "radix": radix})
    labels, sizes = program.labels, Sizes(cells, steps, radix, form)
    k, d = sizes.cell_digits, sizes.time_digits
    assert len(program.blocks) == d + 3
    assert labels.loops == 1
    lookups = [[lookup.name for lookup in block.lookups] for block in program.blocks]
    searches = [[f"search{digit}"] for digit in reversed(range(d))]
    assert lookups == [[], [], *searches, ["fetch", *(["read"] if form == ENCODER_DECODER else [])]]
    types = {register.name: register.type for register in labels.registers}
    assert [name for name in types if name.startswith("time")] == list(names("time", d))
    for name in ("cell", "next_cell", "carry", "borrow"):
        assert set(names(name, k)) <= set(types)
        assert f"{name}{k}" not in types
    assert types["cell0"] == types["next_cell0"] == Code(1)
    assert types["time0"] == types["found0"] == types["answer"] == Code(sizes.digit_bits)
    assert types["step"] == types["moved"] == types["carry0"] == Flag()
    assert types["state"].values == machine.states
    assert types["written"].values == machine.symbols
    scratch = {register.name for register in labels.registers if register.scratch}
    assert scratch == {"answer", "fetched"} | ({"from_input"} if form == ENCODER_DECODER else set())
    assert labels.encoder == ("encoder" if form == ENCODER_DECODER else None)
    assert (labels.max_positions, labels.sharpness) == (sizes.positions, sizes.sharpness)
    assert {lookup.mask for block in program.blocks for lookup in block.lookups} == (
        {"causal", "across"} if form == ENCODER_DECODER else {"causal"}
    )


def test_names_are_numbered_from_the_least_significant_digit():
    assert names("cell", 3) == ("cell0", "cell1", "cell2")
    assert names("cell", 0) == ()


@pytest.mark.parametrize("form", FORMS)
@given(cells=st.integers(1, 7), steps=st.integers(0, 30), radix=st.integers(2, 9))
def test_records_are_numbered_in_the_order_of_time(form: str, cells: int, steps: int, radix: int):
    """Of BOS, START and an encoder's records no time is known."""
    labels = compile_machine(WRITER, steps=steps, cells=cells, options={"form": form, "radix": radix}).labels
    sizes = sizes_of(labels)
    stream = encode_configuration(labels, configuration("A", 0, {}, "_"))
    step: Row = {"step": True, "moved": True}
    later = stack(labels, [stream.row(row) | cleared(sizes) for row in range(stream.num_rows)] + [step] * steps)
    times = [number_of(later.row(row), "time", sizes.time_digits, radix) for row in range(later.num_rows)]
    if form == ENCODER_DECODER:
        assert times == [None] * (cells + 3) + list(range(steps))
    else:
        assert times == [None, *range(cells), None, *range(cells, cells + steps)]


def cleared(sizes: Sizes) -> Row:
    return dict.fromkeys(names("time", sizes.time_digits))


# Several tapes, and one-way tapes ----------------------------------------------------------------------------------------


def test_the_registers_of_the_first_tape_have_plain_names():
    assert [on(tape, "written") for tape in range(3)] == ["written", "tape2.written", "tape3.written"]


@pytest.mark.parametrize("form", FORMS)
@given(machine=machines(tapes=2, max_states=2, max_symbols=3, one_way=True))
def test_each_further_tape_has_registers_signals_and_feedback_of_its_own(form: str, machine: Machine):
    """And nothing else: state, time and what a row is are the same for all."""
    options = {"form": form}
    labels = compile_machine(machine, steps=5, cells=3, options=options).labels
    alone = replace(machine, tapes=1, transitions=())
    first = compile_machine(alone, steps=5, cells=3, options=options).labels
    shared = {each.name for each in first.registers if each.name.startswith(("time", "state", "next_state", "step"))}
    shared |= {"moved", "bos", "input", "encoder"}
    own = [each for each in first.registers if each.name not in shared]
    doubled = [*first.registers, *(msgspec.structs.replace(each, name=f"tape2.{each.name}") for each in own)]
    assert list(labels.registers) == doubled
    assert ("edge" in {each.name for each in own}) == machine.one_way
    assert labels.stop.reads == ("next_symbol", "tape2.next_symbol")
    assert labels.generators == first.generators
    added = [each for each in labels.feedback if each not in first.feedback]
    assert [(each.source, each.target) for each in added] == [
        (f"tape2.{each.source}", f"tape2.{each.target}")
        for each in first.feedback
        if each.target.startswith(("sy", "ce"))
    ]
    kinds = [(each.kind, each.registers) for each in labels.invariants if each not in first.invariants]
    assert ("exclusive", ("tape2.right", "tape2.left")) in kinds
    assert (len(kinds) == 2) == (form == ENCODER_DECODER)
