"""Measured resources equal CLAIMS exactly; the sharpness claimed is the least with which the graded regime decodes."""

from dataclasses import asdict, replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.squares.checkers import Run, compare_softmax
from tmformer.constructions import CONSTRUCTIONS, evaluate
from tmformer.constructions.cellular import sharpness
from tmformer.constructions.claims import MEASURES, bits
from tmformer.machine import Machine, Move, Transition, load
from tmformer.pipeline import compile as compile_machine
from tmformer.strategies import machines
from tmformer.weights import Weights, lower, measure

SIZES = st.one_of(st.sampled_from([1, 2, 3, 4, 7, 8, 15, 16]), st.integers(1, 300))


@pytest.mark.parametrize("name", CONSTRUCTIONS)
@given(machine=machines(min_states=1, min_symbols=1), steps=st.integers(0, 300), cells=SIZES)
def test_claimed_is_measured(name: str, machine: Machine, steps: int, cells: int):
    made = CONSTRUCTIONS[name]
    program = made.compile(machine, steps=steps, cells=cells, head=0, input_length=0, origin=0)
    weights = lower(program)
    assert evaluate(made.claims, made.variables(weights.labels)) == asdict(measure(weights))


@pytest.mark.parametrize("name", CONSTRUCTIONS)
@given(machine=machines(), steps=st.integers(0, 40), head=st.integers(-9, 9), length=st.integers(0, 12))
def test_the_letters_are_the_sizes_asked_for(name: str, machine: Machine, steps: int, head: int, length: int):
    made = CONSTRUCTIONS[name]
    labels = compile_machine(machine, name, steps=steps, head=head, input_length=length).labels
    letters = made.variables(labels)
    assert set(letters) == set(made.claims.letters)
    assert letters["T"] == steps
    assert (letters["Q"], letters["G"]) == (len(machine.states), len(machine.symbols))
    assert letters["W"] == max(head + steps, length - 1) - min(0, head - steps) + 1


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_each_measure_has_a_formula(name: str):
    claims = CONSTRUCTIONS[name].claims
    assert set(claims.formulas) == set(MEASURES)
    assert claims.construction == name
    assert claims.source


def test_keys_for_a_million_machine_steps():
    weights = compile_machine(load("bb4"), steps=2**20)
    sizes = measure(weights)
    assert sizes.num_layers == 2**20
    assert sizes.d_key <= 23
    assert evaluate(CONSTRUCTIONS["cellular"].claims, CONSTRUCTIONS["cellular"].variables(weights.labels)) == asdict(
        sizes
    )


def test_bits_is_the_ceiling_of_the_logarithm():
    assert all(2 ** bits(count) >= count > 2 ** bits(count) / 2 for count in range(1, 2000))


def received(digits: int, c: int) -> Fraction:
    """What reaches the reader of a message if every other code is there: 1 / ((1 + 4**-c)**k + 2**-c)."""
    return 1 / ((1 + Fraction(1, 4**c)) ** digits + Fraction(1, 2**c))


@pytest.mark.parametrize("digits", range(1, 25))
def test_sharpness_is_minimal(digits: int):
    c = sharpness(digits)
    assert received(digits, c) >= Fraction(3, 4)
    assert Fraction(1, 2**c) <= Fraction(1, 4)
    assert received(digits, c - 1) < Fraction(3, 4)


MARCH = Machine(
    states=("A", "B"),
    symbols=("0", "1"),
    blank="0",
    start="A",
    transitions=(Transition("A", "0", "1", Move.RIGHT, "B"), Transition("B", "0", "1", Move.LEFT, "A")),
)


def with_sharpness(weights: Weights, c: int) -> Weights:
    return replace(weights, labels=msgspec.structs.replace(weights.labels, sharpness=c))


@pytest.mark.parametrize("width", [1, 3, 4, 5, 7, 8, 9, 15, 16, 17])
def test_the_worst_case_is_real(width: int):
    """With c - 1 the exact base-2 softmax run leaves its grid at some start cell; with c it does so at none.

    At W = 3 this is the first cell, code 00, which both other cells miss by one digit: 1 / (1 + 2/16 + 1/4) < 3/4.
    """
    cases = [Run(MARCH, (), head=head, origin=0, width=width, steps=2) for head in range(width)]
    c = cases[0].weights.labels.sharpness
    sharp = [compare_softmax(case, case.weights) for case in cases]
    blunt = [compare_softmax(case, with_sharpness(case.weights, c - 1)) for case in cases]
    assert sharp == [None] * width
    assert any(blunt)
    if width == 3:
        assert [difference is None for difference in blunt] == [False, True, True]


def test_at_two_cells_the_bound_is_not_reached():
    """W = 2 has two of the four codes of two digits: c - 1 breaks the bound, which is over all codes, but no run."""
    for head in range(2):
        case = Run(MARCH, (), head=head, origin=0, width=2, steps=2)
        assert compare_softmax(case, with_sharpness(case.weights, case.weights.labels.sharpness - 1)) is None
