"""Measured resources equal CLAIMS exactly, of any two machines; and the two add up."""

from dataclasses import asdict, replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.constructions.switchable.pairs import LEFT, RIGHT, compile_pair, pairs
from tmformer.constructions import CONSTRUCTIONS, MEASURES, define, evaluate
from tmformer.constructions.claims import bits
from tmformer.constructions.switchable.relation import sizes_of
from tmformer.constructions.switchable.sizes import CLAIMS, Sizes
from tmformer.machine import Machine, Move
from tmformer.program import Labels, Program
from tmformer.weights import lower, measure

MADE = CONSTRUCTIONS["switchable"]
Pair = tuple[Machine, Machine]


def claimed(labels: Labels) -> dict[str, int]:
    found = evaluate(MADE.claims_of(labels), MADE.variables(labels))
    return {name: found[name] for name in MEASURES}


def measured(program: Program) -> dict[str, int]:
    return asdict(measure(lower(program)))


@pytest.mark.parametrize("radix", [2, 3, 8])
@settings(max_examples=max(1, settings().max_examples // 2))
@given(pair=pairs(), steps=st.integers(0, 300), cells=st.integers(1, 40))
def test_claimed_is_measured(radix: int, pair: Pair, steps: int, cells: int):
    program = compile_pair(*pair, steps=steps, cells=cells, radix=radix)
    assert claimed(program.labels) == measured(program)


@pytest.mark.parametrize("radix", [2, 4, 5, 7, 16, 256])
def test_claimed_is_measured_at_every_small_size(radix: int):
    for cells, steps in product(range(1, 6 if radix < 256 else 3), range(6 if radix < 256 else 3)):
        program = compile_pair(RIGHT, LEFT, steps=steps, cells=cells, radix=radix)
        assert claimed(program.labels) == measured(program)


@given(pair=pairs(), steps=st.integers(0, 40), cells=st.integers(1, 9), radix=st.integers(2, 256))
def test_letters_and_sizes_are_those_asked_for(pair: Pair, steps: int, cells: int, radix: int):
    a, b = pair
    labels = compile_pair(a, b, steps=steps, cells=cells, radix=radix).labels
    rules = (*a.transitions, *b.transitions)
    assert sizes_of(labels) == Sizes(cells, steps, radix, a.one_way)
    assert dict(MADE.variables(labels)) == {
        "Qa": len(a.states),
        "Qb": len(b.states),
        "G": len({*a.symbols, *b.symbols}),
        "R": cells,
        "T": steps,
        "B": radix,
        "E": int(a.one_way),
        "C": sum(rule.move is not Move.STAY for rule in rules),
        "S": sum(rule.next_state != rule.state for rule in rules),
    }
    assert set(MADE.variables(labels)) == set(CLAIMS.letters)


@given(pair=pairs(), steps=st.integers(1, 60))
def test_the_units_of_two_machines_add_up(pair: Pair, steps: int):
    """|A| + |B|: what a pair has more than `a` beside a machine of one state is linear in b's states, at one alphabet."""
    a, b = pair
    b = replace(b, symbols=tuple(dict.fromkeys((*a.symbols, *b.symbols))))
    a = replace(a, symbols=b.symbols)
    symbols, one = len(b.symbols), Machine(b.states[:1], b.symbols, b.blank, b.states[0], (), one_way=b.one_way)

    def units(first: Machine, second: Machine) -> int:
        tables = (block.table for block in compile_pair(first, second, steps=steps).blocks[:2])
        return sum(len(table.rules) for table in tables)

    more = len(b.states) - 1
    assert units(a, b) - units(a, one) == more * (symbols + 1)
    assert units(b, a) == units(a, b)


@settings(max_examples=300)
@given(records=st.integers(1, 5000), steps=st.integers(0, 2**21), radix=st.integers(2, 256), one_way=st.booleans())
def test_sizes_are_those_that_the_claims_define(records: int, steps: int, radix: int, one_way: bool):
    letters = {"Qa": 3, "Qb": 2, "G": 2, "R": records, "T": steps, "B": radix, "E": int(one_way), "C": 4, "S": 1}
    sizes, defined, found = Sizes(records, steps, radix, one_way), define(CLAIMS, letters), evaluate(CLAIMS, letters)
    assert (sizes.cell_digits, sizes.time_digits, sizes.digit_bits) == (defined["K"], defined["D"], defined["b"])
    assert (sizes.sharpness, sizes.positions) == (found["sharpness"], found["max_positions"])
    assert radix**sizes.time_digits >= records + steps
    assert 2 ** (sizes.sharpness - 3) >= (records + steps + 1) * bits(radix)
