"""The sizes that wei_ma's layout follows from, against their plain definitions."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.wei_ma import CONSTRUCTION as MADE
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, ENCODER_DECODER, FORMS, Sizes, digits
from tmformer.machine import load
from tmformer.weights import lower, measure

RECORDS, STEPS = st.integers(1, 10**6), st.one_of(st.integers(0, 70), st.integers(0, 2**40))
SIZES = st.builds(Sizes, RECORDS, STEPS, st.integers(2, 256), st.sampled_from(FORMS))
SMALL = tuple(Sizes(*each) for each in product(range(1, 19), range(19), (2, 3, 7, 8, 9, 256), FORMS))


def written(number: int, radix: int) -> list[int]:
    """A number to the base `radix`, as children write it, the least significant digit first."""
    held = [number % radix]
    while number := number // radix:
        held.append(number % radix)
    return held


def rows(sizes: Sizes) -> list[str]:
    """The rows of the longest sequence."""
    records = ["record"] * sizes.records
    steps = ["START", *["step"] * sizes.steps]
    return ["BOS", *records, *(["BOS"] if sizes.form == ENCODER_DECODER else []), *steps]


def times(sizes: Sizes) -> int:
    """How many of them the search tells apart: those that record what was written, on the side that searches."""
    return sizes.steps if sizes.form == ENCODER_DECODER else sizes.records + sizes.steps


@given(st.integers(1, 2**60), st.integers(2, 256))
def test_digits_are_those_of_the_largest_of_so_many_values(count: int, radix: int):
    assert digits(count, radix) == len(written(count - 1, radix))


@pytest.mark.parametrize("radix", [2, 3, 10, 256])
def test_digits_at_every_power(radix: int):
    for power in range(1, 9):
        assert [digits(radix**power + more, radix) for more in (-1, 0, 1)] == [power, power, power + 1]
    assert digits(1, radix) == digits(0, radix) == 1


def check(sizes: Sizes):
    cells, number = sizes.records + sizes.steps, times(sizes)
    assert sizes.positions == 1 + sizes.records + 1 + sizes.steps + (sizes.form == ENCODER_DECODER)
    assert 2**sizes.cell_digits >= cells
    assert sizes.cell_digits == 2 or 2 ** (sizes.cell_digits - 1) < cells
    assert sizes.cell_digits >= 2
    assert sizes.radix**sizes.time_digits >= number
    assert sizes.time_digits == 1 or sizes.radix ** (sizes.time_digits - 1) < number
    assert 2**sizes.digit_bits >= sizes.radix > 2 ** (sizes.digit_bits - 1)
    # Rivals of one unit less: all rows but one, or fewer.
    rivals = Fraction(cells + 1, 2**sizes.sharpness)
    assert rivals <= Fraction(1, 8 * sizes.digit_bits) < 4 * rivals


@given(SIZES)
def test_sizes_are_the_least_that_tell_cells_times_and_digits_apart(sizes: Sizes):
    check(sizes)


@pytest.mark.parametrize("form", FORMS)
def test_small_sizes_too(form: str):
    for sizes in SMALL:
        if sizes.form == form:
            check(sizes)
            assert sizes.positions == len(rows(sizes))


def test_so_many_search_layers_find_every_time():
    """Digit by digit, most significant first, every time there may be comes out, and no two are the same."""
    for sizes in SMALL:
        found = {
            tuple(time // sizes.radix**digit % sizes.radix for digit in reversed(range(sizes.time_digits)))
            for time in range(times(sizes))
        }
        assert len(found) == times(sizes)
        assert all(max(each) < sizes.radix <= 2**sizes.digit_bits for each in found)


def test_the_search_is_logarithmic():
    """Twice the positions, one binary digit more; behind an encoder the input costs no layer."""
    for power in range(1, 40):
        assert Sizes(1, 2**power - 1, 2, DECODER_ONLY).time_digits == power
        assert Sizes(1, 2**power, 2, DECODER_ONLY).time_digits == power + 1
        assert Sizes(2**power, 8, 2, ENCODER_DECODER).time_digits == 3
    assert [Sizes(1, 2**20, radix, DECODER_ONLY).time_digits for radix in (2, 3, 8, 256)] == [21, 13, 7, 3]


def test_a_step_is_d_blocks_of_search_and_three_more():
    weights = lower(MADE.compile(load("bb2"), steps=100, cells=1, head=0, origin=0))
    sizes = measure(weights)
    assert (sizes.search_layers, sizes.blocks_per_step, sizes.num_layers) == (7, 10, 10)
