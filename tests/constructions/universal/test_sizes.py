"""Universal's sizes: enough digits and none too many, and what a network of these sizes measures is what is claimed."""

from dataclasses import asdict
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.often import covering
from tmformer.constructions import define, evaluate
from tmformer.constructions.claims import MEASURES
from tmformer.constructions.universal import CONSTRUCTION as MADE
from tmformer.constructions.universal.sizes import CLAIMS, Sizes
from tmformer.machine import Machine
from tmformer.weights import lower, measure

SIZES = st.builds(
    Sizes,
    st.integers(1, 60),
    st.integers(1, 40),
    st.integers(1, 300),
    st.one_of(st.integers(0, 9), st.integers(0, 300)),
    st.one_of(st.integers(2, 9), st.integers(2, 256)),
    st.booleans(),
)


def measured(sizes: Sizes) -> dict[str, int]:
    machine = Machine(("A",), ("0",), "0", "A", (), one_way=sizes.one_way)
    options = {"states": sizes.states, "symbols": sizes.symbols, "radix": sizes.radix}
    return asdict(measure(lower(MADE.compile(machine, steps=sizes.steps, cells=sizes.records, options=options))))


def letters(sizes: Sizes) -> dict[str, int]:
    return {
        "Q": sizes.states,
        "G": sizes.symbols,
        "R": sizes.records,
        "T": sizes.steps,
        "B": sizes.radix,
        "E": int(sizes.one_way),
    }


def claimed(sizes: Sizes) -> dict[str, int]:
    found = evaluate(CLAIMS, letters(sizes))
    return {name: found[name] for name in MEASURES}


@given(SIZES)
def test_claimed_is_measured(sizes: Sizes):
    assert claimed(sizes) == measured(sizes)


@pytest.mark.parametrize(("radix", "one_way"), covering([2, 3, 5, 256], [False, True]))
def test_claimed_is_measured_at_every_small_size(radix: int, one_way: bool):
    """Q and G of 1 to 5, where codes wrap, and R and T below 4."""
    for states, symbols in product(range(1, 6), repeat=2):
        sizes = Sizes(states, symbols, states % 3 + 1, symbols % 4, radix, one_way)
        assert claimed(sizes) == measured(sizes)
    for records, steps in product(range(1, 4), range(4)):
        sizes = Sizes(2, 2, records, steps, radix, one_way)
        assert claimed(sizes) == measured(sizes)


@given(SIZES)
def test_codes_tell_everything_apart_and_are_no_longer_than_that(sizes: Sizes):
    defined = define(CLAIMS, letters(sizes))
    assert (sizes.rules, sizes.state_digits, sizes.symbol_digits) == (defined["P"], defined["q"], defined["g"])
    assert (sizes.cell_digits, sizes.time_digits, sizes.digit_bits) == (defined["K"], defined["D"], defined["b"])
    # Twice as many states: a row that tells of no rule has the code of no state.
    assert 2**sizes.state_digits >= 2 * sizes.states > 2 ** (sizes.state_digits - 1)
    assert 2**sizes.symbol_digits >= sizes.symbols
    assert sizes.symbol_digits == 1 or sizes.symbols > 2 ** (sizes.symbol_digits - 1)
    cells = sizes.records + sizes.steps
    assert 2**sizes.cell_digits >= cells
    assert sizes.radix**sizes.time_digits >= cells
    assert sizes.positions == sizes.states * sizes.symbols + cells + 2


@given(SIZES)
def test_all_rivals_together_weigh_an_eighth_at_most(sizes: Sizes):
    """Of a unit of score less, one from each row, in each of the coordinates that a value has."""
    widest = max(sizes.state_digits, sizes.symbol_digits, sizes.digit_bits)
    rivals = Fraction(sizes.positions - 1, 2**sizes.sharpness)
    assert rivals <= Fraction(1, 8 * widest) < 5 * rivals


def test_the_table_costs_positions_and_no_depth():
    """More states: a longer prompt, wider codes, as many layers, heads and search layers."""
    small, large = (evaluate(CLAIMS, letters(Sizes(states, 2, 8, 100, 2, False))) for states in (4, 256))
    assert all(small[name] == large[name] for name in ("num_layers", "num_heads", "search_layers", "depth"))
    assert large["max_positions"] - small["max_positions"] == 2 * (256 - 4)
    assert large["d_model"] - small["d_model"] == 5 * 6
