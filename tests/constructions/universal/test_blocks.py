"""What each block of universal does, on symbols and alone: it moves, searches, fetches the symbol, then the rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.records import code
from tmformer.constructions.universal.blocks import blocks_of
from tmformer.constructions.universal.compiling import compile_machine
from tmformer.constructions.universal.labels import GOING, RULE, labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.machine import Machine
from tmformer.program import Program, Value, stack
from tmformer.program.semantics import apply_block

Row = dict[str, Value]


def program_of(sizes: Sizes) -> Program:
    machine = Machine(("A",), ("0",), "0", "A", (), one_way=sizes.one_way)
    options = {"states": sizes.states, "symbols": sizes.symbols, "radix": sizes.radix}
    return compile_machine(machine, steps=sizes.steps, cells=sizes.records, options=options)


SMALL = Sizes(3, 2, 2, 6, 2, one_way=False)
PROGRAM = program_of(SMALL)


def after(program: Program, number: int, rows: list[Row]) -> list[Row]:
    stream = apply_block(program.labels, program.blocks[number], stack(program.labels, rows))
    return [stream.row(row) for row in range(stream.num_rows)]


@pytest.mark.parametrize("one_way", [False, True])
@pytest.mark.parametrize("radix", [2, 3, 16])
def test_blocks_in_their_order(radix: int, one_way: bool):
    sizes = Sizes(3, 2, 4, 60, radix, one_way)
    blocks = list(blocks_of(sizes, labels_of(sizes, {})))
    lookups = [[lookup.name for lookup in block.lookups] for block in blocks]
    searches = [[f"search{digit}"] for digit in reversed(range(sizes.time_digits))]
    assert lookups == [[], [], *searches, ["fetch"], [f"rule_{name}" for name in RULE]]
    assert all(lookup.mask == "causal" and lookup.where == "step" for block in blocks for lookup in block.lookups)


def rule(state: int, symbol: int, **values: Value) -> Row:
    row: Row = {"rule": True, "rule_state": state, "rule_symbol": symbol, "rule_write": 0, "rule_next_state": 0}
    return row | {"rule_move": "S", "rule_verdict": GOING} | {f"rule_{name}": value for name, value in values.items()}


RULES = [
    rule(0, 0, write=1, next_state=2, move="R"),
    rule(0, 1, write=0, next_state=1, move="L"),
    rule(1, 0, next_state=1, verdict="accepted"),
    rule(3, 1),  # of no state: nothing finds it
]


@pytest.mark.parametrize(
    ("state", "symbol", "found"),
    [
        (0, 0, (1, 2, "R", GOING)),
        (0, 1, (0, 1, "L", GOING)),
        (1, 0, (0, 1, "S", "accepted")),
        (1, 1, (0, 0, "S", "undefined")),
        (2, 0, (0, 0, "S", "undefined")),
    ],
)
def test_the_last_block_fetches_the_rule_of_this_state_and_this_symbol(
    state: int, symbol: int, found: tuple[Value, ...]
):
    """Where there is none, it says that the machine's table says nothing; rows that are no steps are left alone."""
    asking: Row = {"step": True, "next_state": state, "next_symbol": symbol}
    rows = [{"bos": True}, *RULES, {"input": True, "written": 1}, asking]
    wanted = stack(PROGRAM.labels, rows)
    *others, step = after(PROGRAM, -1, rows)
    assert others == [wanted.row(row) for row in range(len(others))]
    assert tuple(step[name] for name in RULE) == found
    assert all(step[f"fetched_{name}"] == stack(PROGRAM.labels, [{}])[f"fetched_{name}"][0] for name in RULE)


@given(st.integers(1, 70), st.integers(1, 9), st.data())
def test_every_code_of_a_rule_is_copied(states: int, symbols: int, data: st.DataObject):
    """The largest state and symbol too."""
    program = program_of(Sizes(states, symbols, 1, 1, 2, one_way=False))
    state, symbol = data.draw(st.integers(0, states - 1)), data.draw(st.integers(0, symbols - 1))
    written, to = data.draw(st.integers(0, symbols - 1)), data.draw(st.integers(0, states - 1))
    rows = [{"bos": True}, rule(state, symbol, write=written, next_state=to, move="L")]
    *_, step = after(program, -1, [*rows, {"step": True, "next_state": state, "next_symbol": symbol}])
    assert tuple(step[name] for name in RULE) == (written, to, "L", GOING)


@pytest.mark.parametrize("radix", [2, 3])
def test_the_search_ends_with_what_was_written_last(radix: int):
    """Two records of cell 1, one of them later; none of cell 3, which is blank."""
    program = program_of(Sizes(3, 3, 2, 6, radix, one_way=False))
    digits = len([register for register in program.labels.registers if register.name.startswith("cell")])
    rows: list[Row] = [{"bos": True}, *[rule(0, 0)], *[{"rule": True}] * 8]
    rows += [{"input": True, "written": cell + 1} | code("cell", cell, digits) for cell in (0, 1)]
    for cell, written in ((1, 0), (1, 2), (0, 0)):
        rows.append({"step": True, "moved": True, "written": written} | code("cell", cell, digits))
    for cell, wanted in ((0, 0), (1, 2), (3, 0)):
        asking: Row = {"step": True} | code("next_cell", cell, digits)
        stream = stack(program.labels, [*rows, asking])
        timed = [stream.row(row) for row in range(stream.num_rows)]
        for number, row in enumerate(range(10, 15)):
            for name in (each for each in stream.columns if each.startswith("time")):
                timed[row][name] = number // radix ** int(name[4:]) % radix
        for row in range(12, 15):  # earlier steps ask too, and for nothing
            timed[row] |= code("next_cell", 7, digits)
        for block in range(2, len(program.blocks) - 1):
            timed = after(program, block, timed)
        assert timed[-1]["next_symbol"] == wanted
