"""What each block of wei_ma does, on symbols and alone; its registers; which sizes it is compiled for."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmformer.constructions.interface import full_context
from tmformer.constructions.records import names
from tmformer.constructions.wei_ma import compiling
from tmformer.constructions.wei_ma.compiling import compile_machine, compiled_steps, grow
from tmformer.constructions.wei_ma.relation import decode_configuration, encode_configuration, sizes_of
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, ENCODER_DECODER, FORMS, Sizes
from tmformer.errors import ConstructionError, ContextError
from tmformer.machine import Machine, Move, Transition, configuration, parse
from tmformer.program import Code, Decoding, Flag, Labels, Program, Value, stack
from tmformer.program.semantics import apply_block
from tmformer.strategies import configurations, machines

FEWER = settings(max_examples=max(1, settings().max_examples // 2))
WRITER = Machine(("A", "Z"), ("_", "x", "y"), "_", "A", (Transition("A", "_", "x", Move.RIGHT, "Z"),), halting=("Z",))
BB2 = parse("1RB1LB_1LA1RZ")
Row = dict[str, Value]


def digits_of(register: str, number: int, count: int, radix: int = 2) -> Row:
    return {f"{register}{digit}": number // radix**digit % radix for digit in range(count)}


def number_of(row: Row, register: str, count: int, radix: int = 2) -> int | None:
    held = [row[f"{register}{digit}"] for digit in range(count)]
    return None if None in held else sum(int(value) * radix**digit for digit, value in enumerate(held))


def block_of(program: Program, index: int, rows: list[Row]) -> list[Row]:
    """These rows after one block."""
    stream = apply_block(program.labels, program.blocks[index], stack(program.labels, rows))
    return [stream.row(row) for row in range(stream.num_rows)]


# Registers and blocks ---------------------------------------------------------------------------------------------------


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


# Block 1 and 2: the transition, and the cell that it leads to -----------------------------------------------------------


@given(machine=machines(min_symbols=1), radix=st.sampled_from([2, 3]), form=st.sampled_from(FORMS))
def test_block_1_knows_the_transitions(machine: Machine, radix: int, form: str):
    """A pair without a rule, a halting state's too, stays put and writes back what it read."""
    pairs = [(state, symbol) for state in machine.states for symbol in machine.symbols]
    program = compile_machine(machine, steps=len(pairs) + 9, options={"radix": radix, "form": form})
    after = block_of(program, 0, [{"state": state, "symbol": symbol, "step": True} for state, symbol in pairs])
    for (state, symbol), row in zip(pairs, after, strict=True):
        wanted = Transition(state, symbol, symbol, Move.STAY, state)
        if machine.has_transition(state, symbol):
            wanted = machine.transition(state, symbol)
        assert (row["written"], row["next_state"]) == (wanted.write, wanted.next_state)
        assert (row["right"], row["left"]) == (wanted.move is Move.RIGHT, wanted.move is Move.LEFT)
        assert (row["state"], row["symbol"]) == (state, symbol)


@pytest.mark.parametrize("cell_digits", [2, 3, 4, 6])
def test_block_1_carries_and_borrows(cell_digits: int):
    program = compile_machine(WRITER, steps=2**cell_digits - 1)
    cells = range(2**cell_digits)
    assert sizes_of(program.labels).cell_digits == cell_digits
    after = block_of(program, 0, [{"step": True} | digits_of("cell", cell, cell_digits) for cell in cells])
    for cell, row in zip(cells, after, strict=True):
        text = format(cell, f"0{cell_digits}b")
        for digit in range(cell_digits):
            lower = text[len(text) - digit :]
            assert row[f"carry{digit}"] is (set(lower) <= {"1"})
            assert row[f"borrow{digit}"] is (set(lower) <= {"0"})
        assert number_of(row, "next_cell", cell_digits) == number_of(row, "cell", cell_digits) == cell


@pytest.mark.parametrize("cell_digits", [2, 3, 4, 6])
@pytest.mark.parametrize(("move", "by"), [("right", 1), ("left", -1), (None, 0)])
def test_block_2_is_one_cell_further_from_every_cell(cell_digits: int, move: str | None, by: int):
    program = compile_machine(WRITER, steps=2**cell_digits - 1)
    cells = range(2**cell_digits)
    rows: list[Row] = []
    for cell in cells:
        ones = len(format(cell, "b")) - len(format(cell, "b").rstrip("1")) if cell else 0
        zeros = len(format(cell, "b")) - len(format(cell, "b").rstrip("0")) if cell else cell_digits
        carries: Row = {f"carry{digit}": digit <= ones for digit in range(cell_digits)}
        carries |= {f"borrow{digit}": digit <= zeros for digit in range(cell_digits)}
        row = {"step": True} | carries | digits_of("next_cell", cell, cell_digits)
        rows.append(row | ({move: True} if move else {}))
    after = block_of(program, 1, rows)
    found = [number_of(row, "next_cell", cell_digits) for row in after]
    assert found == [(cell + by) % 2**cell_digits for cell in cells]
    other = [{name: value for name, value in row.items() if not name.startswith("next_cell")} for row in after]
    wanted = [stack(program.labels, [row]).row(0) for row in rows]
    assert other == [{name: row[name] for name in other[0]} for row in wanted]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_machine_step_is_left_as_it_is(form: str):
    """BOS, records and START, whose state and cell stand in the prompt, pass the first two blocks."""
    program = compile_machine(BB2, steps=9, cells=5, head=1, origin=-1, options={"form": form})
    prompt = encode_configuration(program.labels, configuration("B", 3, {-1: "1", 2: "1"}, "0"))
    stream = prompt
    for block in program.blocks[:2]:
        stream = apply_block(program.labels, block, stream)
        rows = [
            {name: value for name, value in stream.row(row).items() if not name.startswith(("carry", "borrow"))}
            for row in range(stream.num_rows)
        ]
        assert rows == [{name: prompt[name][row] for name in rows[0]} for row in range(prompt.num_rows)]


# The search, and what it fetches ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """What the rows of a run have in common with any other: cells and symbols recorded, and cells asked for.

    Args:
        program: a program of R records and T machine steps.
        inputs: the symbol of each record of the prompt; record i is of cell i.
        steps: for each machine step the cell that it writes to and the symbol, cells mod 2**K.
        asked: the cell that START and each machine step ask for.
    """

    program: Program
    inputs: tuple[str, ...]
    steps: tuple[tuple[int, str], ...]
    asked: tuple[int, ...]

    @property
    def labels(self) -> Labels:
        return self.program.labels

    @property
    def sizes(self) -> Sizes:
        return sizes_of(self.labels)

    @property
    def has_encoder(self) -> bool:
        return self.sizes.form == ENCODER_DECODER

    def rows(self) -> list[Row]:
        """As they stand before the first layer of the search; those that ask come last."""
        k = self.sizes.cell_digits
        aside: Row = {"encoder": True} if self.has_encoder else {}
        records: list[Row] = [
            {"input": True, "written": symbol} | aside | digits_of("cell", cell, k)
            for cell, symbol in enumerate(self.inputs)
        ]
        steps: list[Row] = [
            {"step": True, "moved": True, "written": symbol} | digits_of("cell", cell, k) for cell, symbol in self.steps
        ]
        asking = [
            row | digits_of("next_cell", cell, k)
            for row, cell in zip([{"step": True}, *steps], self.asked, strict=True)
        ]
        return [{"bos": True} | aside, *records, *([{"bos": True}] if self.has_encoder else []), *asking]

    def latest(self, asking: int) -> int | None:
        """The time of the latest record of the cell asked for; machine step t is row number t of those that ask."""
        records = [] if self.has_encoder else list(range(len(self.inputs)))
        cells = records + [cell for cell, _ in self.steps[:asking]]
        return max((time for time, cell in enumerate(cells) if cell == self.asked[asking]), default=None)

    def after_search(self, layers: int) -> list[Row]:
        """The rows as they are meant to stand after so many layers of the search, all digits 0 where there is no record."""
        d, rows = self.sizes.time_digits, self.rows()
        for asking in range(len(self.asked)):
            found = digits_of("found", self.latest(asking) or 0, d, self.sizes.radix)
            rows[asking - len(self.asked)] |= {
                f"found{d - 1 - layer}": found[f"found{d - 1 - layer}"] for layer in range(layers)
            }
        return rows

    def fetched(self, asking: int) -> str:
        """What the cell asked for holds."""
        time = self.latest(asking)
        written = ([] if self.has_encoder else list(self.inputs)) + [symbol for _, symbol in self.steps]
        if time is not None:
            return written[time]
        cell = self.asked[asking]
        return self.inputs[cell] if self.has_encoder and cell < len(self.inputs) else WRITER.blank


@st.composite
def histories(draw: st.DrawFn, form: str) -> History:
    """Few cells and many records of them, or none of the cell asked for; more room than rows, or none."""
    radix, records, done = draw(st.integers(2, 9)), draw(st.integers(1, 5)), draw(st.integers(0, 12))
    steps = done + draw(st.sampled_from([0, 0, 1, 30]))
    program = compile_machine(WRITER, steps=steps, cells=records, options={"form": form, "radix": radix})
    cells = st.integers(0, min(2 ** sizes_of(program.labels).cell_digits - 1, draw(st.integers(1, 7))))
    symbols = st.sampled_from(WRITER.symbols)
    return History(
        program,
        tuple(draw(st.lists(symbols, min_size=records, max_size=records))),
        tuple(draw(st.lists(st.tuples(cells, symbols), min_size=done, max_size=done))),
        tuple(draw(st.lists(cells, min_size=done + 1, max_size=done + 1))),
    )


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_each_layer_of_the_search_finds_its_digit_of_the_latest_record(form: str, data: st.DataObject):
    history = data.draw(histories(form))
    labels = history.labels
    for layer in range(history.sizes.time_digits):
        found = block_of(history.program, 2 + layer, history.after_search(layer))
        wanted = stack(labels, history.after_search(layer + 1))
        assert found == [wanted.row(row) for row in range(wanted.num_rows)]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_the_last_block_fetches_what_was_found(form: str, data: st.DataObject):
    """Where nothing was written: what the encoder holds, if there is one; else the blank."""
    history = data.draw(histories(form))
    rows = history.after_search(history.sizes.time_digits)
    for asking in range(len(history.asked)):
        rows[asking - len(history.asked)] |= {"next_symbol": history.fetched(asking)}
    wanted = stack(history.labels, rows)
    found = block_of(history.program, -1, history.after_search(history.sizes.time_digits))
    assert found == [wanted.row(row) for row in range(wanted.num_rows)]


def test_the_search_takes_the_larger_digit_first():
    """Of the records at times 1, 2 and 4 that of 4: the one whose lower digits are the smallest."""
    program = compile_machine(WRITER, steps=8, options={"form": ENCODER_DECODER})
    history = History(program, ("_",), ((3, "x"), (0, "x"), (0, "y"), (3, "x"), (0, "_")), (0,) * 6)
    assert [history.latest(asking) for asking in range(6)] == [None, None, 1, 2, 2, 4]
    assert history.fetched(5) == "_"
    stream = stack(program.labels, history.rows())
    for block in program.blocks[2:]:
        stream = apply_block(program.labels, block, stream)
    assert [number_of(stream.row(row), "found", 3) for row in range(3, 9)] == [0, 0, 1, 2, 2, 4]
    assert stream["next_symbol"][3:] == ("_", "_", "x", "y", "y", "_")


# Sizes asked for --------------------------------------------------------------------------------------------------------


@given(head=st.integers(-9, 12), length=st.integers(0, 9), steps=st.integers(0, 9), form=st.sampled_from(FORMS))
def test_the_prompt_holds_the_cells_from_the_input_to_the_tape_head(head: int, length: int, steps: int, form: str):
    labels = compile_machine(BB2, steps=steps, head=head, input_length=length, options={"form": form}).labels
    used = {head, *range(length), *([0] if length else [])}
    parameters = labels.parameters
    assert (parameters["origin"], parameters["records"]) == (min(used), max(used) - min(used) + 1)
    assert (parameters["head"], parameters["steps"], parameters["form"]) == (head, steps, form)
    assert (parameters["start"], parameters["blank"], parameters["moves"]) == ("A", "0", 4)
    assert compiled_steps(labels) == steps


@pytest.mark.parametrize(
    "asked",
    [
        {"steps": -1},
        {"steps": 1, "cells": 0},
        {"steps": 1, "cells": -1},
        {"steps": 1, "cells": 3, "head": 3, "origin": 0},
        {"steps": 1, "cells": 3, "head": -1, "origin": 0},
        {"steps": 1, "cells": 3, "input_length": 4},
        {"steps": 1, "cells": 3, "input_length": 3, "origin": -1},
        {"steps": 1, "cells": 3, "head": 2, "input_length": 1, "origin": 1},
    ],
)
def test_cells_that_do_not_hold_input_and_tape_head_are_refused(asked: dict[str, int]):
    with pytest.raises(ConstructionError, match="the prompt holds every cell") as caught:
        compile_machine(BB2, **asked)
    assert f"the tape head at cell {asked.get('head', 0)}" in caught.value.where
    assert f"{asked['steps']} machine steps" in caught.value.found


def test_no_machine_steps_and_one_cell_are_enough():
    for form in FORMS:
        program = compile_machine(BB2, steps=0, cells=1, options={"form": form})
        now = configuration("A", 0, {0: "1"}, "0")
        after = Decoding(program, encode_configuration(program.labels, now)).after()
        assert decode_configuration(program.labels, after) == now
        assert after["next_symbol"][-1] == "1"


@pytest.mark.parametrize("radix", [1, 0, -2, 257, "2", True])
def test_a_radix_that_is_none_is_refused(radix: object):
    with pytest.raises(ConstructionError, match="a whole number from 2 to 256") as caught:
        compile_machine(BB2, steps=1, options={"radix": radix})
    assert caught.value.found == repr(radix)


def test_a_form_that_is_none_is_refused_with_a_hint():
    with pytest.raises(ConstructionError, match="one of those that wei_ma has") as caught:
        compile_machine(BB2, steps=1, options={"form": "encoder-decodr"})
    assert "did you mean 'encoder-decoder'?" in caught.value.remedy
    assert all(form in caught.value.remedy for form in FORMS)


def test_an_option_that_is_none_is_refused():
    with pytest.raises(ConstructionError, match="wei_ma has form and radix"):
        compile_machine(BB2, steps=1, options={"sharpness": 3})


def test_left_out_is_the_binary_decoder():
    assert compile_machine(BB2, steps=5) == compile_machine(BB2, steps=5, options={"radix": 2, "form": DECODER_ONLY})


# Growing ----------------------------------------------------------------------------------------------------------------


@FEWER
@given(
    data=st.data(),
    first=st.integers(2, 9),
    options=st.fixed_dictionaries({}, optional={"radix": st.integers(2, 5), "form": st.sampled_from(FORMS)}),
    shift=st.sampled_from([0, -1000, 10**9]),
)
def test_a_larger_network_goes_on_from_any_configuration(
    data: st.DataObject, first: int, options: dict[str, str | int], shift: int
):
    """N doubles; tape head and tape stay where they are."""
    machine = data.draw(machines())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "_FIRST_POSITIONS", first)
        labels = None
        for _ in range(3):
            now = data.draw(configurations(machine))
            now = configuration(
                now.state, now.head + shift, {now.first + shift + i: each for i, each in enumerate(now.tape)}, now.blank
            )
            low, high = now.used
            if labels is not None and high - low + 1 > positions(labels):
                return  # no run has come there
            program = grow(machine, now, labels, options)
            expected = max(first, 2 * (high - low + 1)) if labels is None else 2 * positions(labels)
            labels = program.labels
            assert positions(labels) == expected
            assert compiled_steps(labels) >= expected // 2
            assert (labels.parameters["origin"], labels.parameters["head"]) == (low, now.head)
            assert {"radix": labels.parameters["radix"], "form": labels.parameters["form"]} == (
                {"radix": 2, "form": DECODER_ONLY} | options
            )
            after = Decoding(program, encode_configuration(labels, now)).after()
            assert decode_configuration(labels, after) == now
            assert after["next_symbol"][-1] == now.read(now.head)


def positions(labels: Labels) -> int:
    """N."""
    return labels.parameters["records"] + labels.parameters["steps"]


def test_the_first_network_has_room_for_a_thousand_positions():
    start = configuration("A", 0, {}, "0")
    assert positions(grow(BB2, start, None, {}).labels) == 1024
    long = configuration("A", 0, dict.fromkeys(range(600), "1"), "0")
    assert positions(grow(BB2, long, None, {}).labels) == 1200


def test_a_run_that_outgrows_its_context_is_refused():
    labels = compile_machine(BB2, steps=7, input_length=3).labels
    error = full_context(labels, configuration("B", -4, {}, "0"), 7)
    assert isinstance(error, ContextError)
    assert error.rule == "The context is full after machine step 7"
    assert error.found == "a machine that goes on from state 'B' at cell -4"
    assert error.where == "a network for 7 machine steps, 12 positions"
    assert "its context grows" in error.remedy
