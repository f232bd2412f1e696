"""What the gates of two machines do, on symbols and alone: only the machine that the token names writes."""

from itertools import product

import pytest
from hypothesis import given

from tests.constructions.switchable.pairs import CHOICES, LEFT, RIGHT, both, compile_pair, pairs
from tmformer.machine import Machine, Move, Transition
from tmformer.program import Literal, Program, Value, stack
from tmformer.program.semantics import apply_block

Row = dict[str, Value]
Pair = tuple[Machine, Machine]


def block_of(program: Program, index: int, rows: list[Row]) -> list[Row]:
    """These rows after one block."""
    stream = apply_block(program.labels, program.blocks[index], stack(program.labels, rows))
    return [stream.row(row) for row in range(stream.num_rows)]


def all_rows(pair: Pair) -> list[Row]:
    """Every token, pair of states and symbol."""
    a, b = both(*pair).values()
    return [
        {"step": True, "moved": True, "choice": choice, "a.state": one, "b.state": other, "symbol": symbol}
        for choice, one, other, symbol in product(CHOICES, a.states, b.states, a.symbols)
    ]


@pytest.mark.parametrize("blocks", [1, 2])
@given(pair=pairs(max_states=3, max_symbols=3))
def test_the_machine_that_the_token_names_makes_its_step_and_the_other_none(blocks: int, pair: Pair):
    """For every pair of states, reachable together or not; after the first block, and after what says which state it is."""
    machines, before = both(*pair), all_rows(pair)
    program = compile_pair(*pair, steps=len(before))
    after = before
    for index in range(blocks):
        after = block_of(program, index, after)
    for row, found in zip(before, after, strict=True):
        choice, symbol = str(row["choice"]), str(row["symbol"])
        other, own = next(each for each in CHOICES if each != choice), str(row[f"{choice}.state"])
        rule = Transition(own, symbol, symbol, Move.STAY, own)
        if machines[choice].has_transition(own, symbol):
            rule = machines[choice].transition(own, symbol)
        assert found[f"{other}.state"] == row[f"{other}.state"]
        assert (found["choice"], found["symbol"]) == (choice, symbol)
        assert (found[f"{choice}.state"], found["written"]) == (rule.next_state, rule.write)
        assert (found["right"], found["left"]) == (rule.move is Move.RIGHT, rule.move is Move.LEFT)
        assert found["now"] == (f"{choice}:{rule.next_state}" if blocks == 2 else None)


@given(pair=pairs())
def test_every_gate_of_a_machine_reads_the_token_and_no_register_of_the_other(pair: Pair):
    program = compile_pair(*pair, steps=5)
    own = {choice: f"{choice}.state" for choice in CHOICES}
    found = dict.fromkeys(CHOICES, 0)
    for block in program.blocks:
        for rule in block.table.rules:
            touched = {part.register for part in (*rule.when, *rule.then)}
            assert not {*own.values()} <= touched
            for choice in CHOICES:
                if own[choice] in touched:
                    found[choice] += 1
                    assert Literal("choice", choice) in rule.when
    for choice, machine in both(*pair).items():
        assert found[choice] == len(machine.states) * (len(machine.symbols) + 1)


def test_without_a_token_nothing_is_written():
    program = compile_pair(RIGHT, LEFT, steps=3)
    (row,) = block_of(program, 0, [{"step": True, "a.state": "go", "b.state": "back", "symbol": "_"}])
    assert (row["a.state"], row["b.state"], row["written"], row["right"], row["left"]) == (
        "go",
        "back",
        None,
        False,
        False,
    )
