"""What each block of wei_ma does, on symbols and alone."""

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.wei_ma.compiling import compile_machine
from tmformer.constructions.wei_ma.labels import names, on
from tmformer.constructions.wei_ma.relation import encode_configuration, sizes_of
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, FORMS, Sizes
from tmformer.machine import Machine, Move, Transition, configuration, parse
from tmformer.program import Labels, Program, Value, stack
from tmformer.program.semantics import apply_block
from tmformer.strategies import machines

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


# Several tapes, and one-way tapes ----------------------------------------------------------------------------------------


@given(machine=machines(tapes=2, max_states=3, max_symbols=3))
def test_block_1_knows_the_transitions_of_two_tapes(machine: Machine):
    """What it writes and where it moves goes to the registers of the tape that it belongs to."""
    pairs = [(state, *read) for state in machine.states for read in product(machine.symbols, repeat=2)]
    program = compile_machine(machine, steps=len(pairs) + 9)
    rows = [{"state": state, "symbol": one, "tape2.symbol": two, "step": True} for state, one, two in pairs]
    for (state, *read), row in zip(pairs, block_of(program, 0, rows), strict=True):
        wanted = Transition(state, tuple(read), tuple(read), (Move.STAY,) * 2, state)
        if machine.has_transition(state, *read):
            wanted = machine.transition(state, *read)
        assert row["next_state"] == wanted.next_state
        for tape, (write, move) in enumerate(zip(wanted.writes, wanted.moves, strict=True)):
            assert row[on(tape, "written")] == write
            assert (row[on(tape, "right")], row[on(tape, "left")]) == (move is Move.RIGHT, move is Move.LEFT)


@pytest.mark.parametrize("cell_digits", [2, 3, 4])
@pytest.mark.parametrize(("move", "by"), [("right", 1), ("left", -1), (None, 0)])
@pytest.mark.parametrize("tape", [0, 1])
def test_a_left_move_at_the_edge_of_a_one_way_tape_leads_nowhere(
    cell_digits: int, move: str | None, by: int, tape: int
):
    """The first two blocks together; the other tape's cell is left as it is."""
    machine = Machine(("A",), ("0", "1"), "0", "A", (), tapes=2, one_way=True)
    program = compile_machine(machine, steps=2**cell_digits - 1)
    cells = range(2**cell_digits)
    rows = [
        {"step": True}
        | {on(tape, name): bit for name, bit in digits_of("cell", cell, cell_digits).items()}
        | {on(1 - tape, name): bit for name, bit in digits_of("cell", 1, cell_digits).items()}
        for cell in cells
    ]
    first = block_of(program, 0, rows)
    assert [row[on(tape, "edge")] for row in first] == [cell == 0 for cell in cells]
    after = block_of(program, 1, [row | ({on(tape, move): True} if move else {}) for row in first])
    for cell, row in zip(cells, after, strict=True):
        found = {name: row[on(tape, name)] for name in names("next_cell", cell_digits)}
        assert number_of(found, "next_cell", cell_digits) == max(0, cell + by) % 2**cell_digits
        other = {name: row[on(1 - tape, name)] for name in names("next_cell", cell_digits)}
        assert number_of(other, "next_cell", cell_digits) == 1


@pytest.mark.parametrize("form", FORMS)
def test_the_lookups_of_each_tape_compare_registers_of_that_tape(form: str):
    """But for the digits of the time, which all tapes share."""
    machine = Machine(("A",), ("0", "1"), "0", "A", (), tapes=3)
    program = compile_machine(machine, steps=9, options={"form": form})
    for block in program.blocks[2:]:
        assert len(block.lookups) % 3 == 0
        for lookup in block.lookups:
            prefix = lookup.name[: lookup.name.find(".") + 1]
            of_time = lookup.name.removeprefix(prefix).startswith("search")
            named = [lookup.into, *(match.query for match in lookup.matches), *([] if of_time else [lookup.value])]
            named += [match.key for match in lookup.matches if not match.key.startswith("time")]
            assert {name[: name.find(".") + 1] for name in named} == {prefix}
