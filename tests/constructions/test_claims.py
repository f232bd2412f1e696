"""Measured resources equal CLAIMS exactly; the sharpness claimed is the least with which the graded regime decodes."""

from dataclasses import asdict, replace
from fractions import Fraction
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import covering
from tests.squares.checkers import Run, compare_softmax
from tests.squares.growing import machines_of
from tmformer.constructions import ALL_CLAIMS, CONSTRUCTIONS, REFERENCES, as_markdown, define, evaluate
from tmformer.constructions.cellular.sizes import sharpness
from tmformer.constructions.claims import CLAIMED, MEASURES, bits
from tmformer.errors import DecodeError, WeightsError
from tmformer.machine import Machine, Move, Transition, load, starting_configuration
from tmformer.pipeline import compile as compile_machine
from tmformer.pipeline import compile_program, run
from tmformer.strategies import machines
from tmformer.weights import Weights, lower, measure

SIZES = st.one_of(st.sampled_from([1, 2, 3, 4, 7, 8, 15, 16]), st.integers(1, 300))
STEPS = st.one_of(st.sampled_from([0, 1, 2, 3, 4, 7, 8, 9]), st.integers(0, 300))
FORMS = ("decoder-only", "encoder-decoder")
RADIXES = (2, 3, 8)
FEWER = settings(max_examples=max(1, settings().max_examples // 2))


def claimed(name: str, weights: Weights) -> dict[str, int]:
    """All measures by formula, from the labels alone."""
    made = CONSTRUCTIONS[name]
    found = evaluate(made.claims_of(weights.labels), made.variables(weights.labels))
    return {measure: found[measure] for measure in MEASURES}


@given(machine=machines(min_states=1, min_symbols=1, one_way=True), steps=st.integers(0, 300), cells=SIZES)
def test_claimed_is_measured(machine: Machine, steps: int, cells: int):
    made = CONSTRUCTIONS["cellular"]
    weights = lower(made.compile(machine, steps=steps, cells=cells, head=0, input_length=0, origin=0))
    assert claimed("cellular", weights) == asdict(measure(weights))


@given(
    machine=machines(min_states=1, max_states=3, min_symbols=1, max_symbols=3, one_way=True),
    macro=st.integers(2, 3),
    steps=st.integers(0, 300),
    cells=st.integers(1, 40),
    is_lazy=st.booleans(),
)
def test_claimed_is_measured_with_macro_blocks(machine: Machine, macro: int, steps: int, cells: int, is_lazy: bool):
    """The letters speak of macro cells: of all of them, and of those that occur."""
    made, options = CONSTRUCTIONS["cellular"], {"macro": macro}
    program = made.compile(machine, steps=steps, cells=cells, origin=0, options=options)
    if is_lazy:
        program = made.grow(machine, starting_configuration(machine, ()), None, options)
    weights = lower(program)
    assert claimed("cellular", weights) == asdict(measure(weights))
    letters = made.variables(weights.labels)
    if not is_lazy:
        edges = 1 + machine.one_way
        assert (letters["Q"], letters["W"]) == (macro * len(machine.states), -(-cells // macro))
        assert (letters["G"], letters["T"], letters["E"]) == (edges * len(machine.symbols) ** macro, steps, 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("radix", RADIXES)
@FEWER
@given(machine=machines(min_states=1, min_symbols=1), steps=STEPS, cells=SIZES)
def test_claimed_is_measured_of_wei_ma(form: str, radix: int, machine: Machine, steps: int, cells: int):
    made = CONSTRUCTIONS["wei_ma"]
    options = {"form": form, "radix": radix}
    weights = lower(made.compile(machine, steps=steps, cells=cells, head=0, origin=0, options=options))
    assert claimed("wei_ma", weights) == asdict(measure(weights))
    letters = made.variables(weights.labels)
    assert (letters["R"], letters["T"], letters["B"]) == (cells, steps, radix)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tapes", [1, 2, 3])
@FEWER
@given(data=st.data(), one_way=st.booleans(), radix=st.sampled_from(RADIXES), steps=st.integers(0, 40))
def test_claimed_is_measured_of_several_tapes_and_of_one_way_tapes(
    form: str, tapes: int, data: st.DataObject, one_way: bool, radix: int, steps: int
):
    machine, cells = data.draw(machines_of(tapes, one_way=one_way)), data.draw(st.integers(1, 9))
    options = {"form": form, "radix": radix}
    weights = compile_machine(machine, "wei_ma", steps=steps, cells=cells, **options)
    assert claimed("wei_ma", weights) == asdict(measure(weights))
    letters = CONSTRUCTIONS["wei_ma"].variables(weights.labels)
    assert (letters["n"], letters["E"], letters["G"]) == (tapes, one_way, len(machine.symbols))
    heads = [len(block.heads) for block in weights.blocks]
    assert max(heads) == tapes * (1 + (form == "encoder-decoder"))


@pytest.mark.parametrize(("form", "radix"), covering(FORMS, [2, 4, 5, 7, 16, 256]))
def test_claimed_is_measured_at_every_small_size(form: str, radix: int):
    """Machines of one state and one symbol, and of two; each R and T below 6, or below 3 at the largest radix."""
    options, most = {"form": form, "radix": radix}, 6 if radix < 256 else 3
    idle = Machine(("A",), ("0",), "0", "A", (Transition("A", "0", "0", Move.STAY, "A"),))
    for machine in (idle, MARCH):
        for cells, steps in product(range(1, most), range(most)):
            weights = compile_machine(machine, "wei_ma", steps=steps, cells=cells, **options)
            assert claimed("wei_ma", weights) == asdict(measure(weights))


@given(machine=machines(one_way=True), steps=st.integers(0, 40), head=st.integers(-9, 9), length=st.integers(0, 12))
def test_the_letters_are_the_sizes_asked_for(machine: Machine, steps: int, head: int, length: int):
    made, head = CONSTRUCTIONS["cellular"], abs(head) if machine.one_way else head
    labels = compile_machine(machine, steps=steps, head=head, input_length=length).labels
    letters = made.variables(labels)
    assert set(letters) == set(made.claims_of(labels).letters)
    assert (letters["T"], made.compiled_steps(labels)) == (steps, steps)
    assert (letters["Q"], letters["G"]) == (len(machine.states), len(machine.symbols))
    first = 0 if machine.one_way else min(0, head - steps)
    assert letters["W"] == max(head + steps, length - 1) - first + 1
    assert letters["C"] == sum(rule.write != rule.symbol for rule in machine.transitions)
    stopped = [rule for rule in machine.transitions if machine.one_way and rule.move is Move.LEFT]
    assert (letters["E"], letters["L"]) == (machine.one_way, len(stopped))
    assert letters["M"] == sum(rule.write != rule.symbol for rule in stopped)


@given(
    machine=machines(),
    steps=st.integers(0, 40),
    head=st.integers(-9, 15),
    length=st.integers(0, 12),
    form=st.sampled_from(FORMS),
    radix=st.sampled_from(RADIXES),
)
def test_the_letters_of_wei_ma(machine: Machine, steps: int, head: int, length: int, form: str, radix: int):
    """R is the cells from the input to the tape head, and only the tape head's without an input."""
    made = CONSTRUCTIONS["wei_ma"]
    how = {"head": head, "input_length": length, "form": form, "radix": radix}
    labels = compile_program(machine, "wei_ma", steps=steps, **how).labels
    claims, letters = made.claims_of(labels), made.variables(labels)
    assert claims is made.claims[form]
    assert set(letters) == set(claims.letters)
    records = max(head, length - 1) - min(0, head) + 1 if length else 1
    moves = sum(rule.move is not Move.STAY for rule in machine.transitions)
    sizes = {"Q": len(machine.states), "G": len(machine.symbols), "R": records, "T": steps, "B": radix, "C": moves}
    assert letters == sizes | {"n": 1, "E": 0}
    assert made.compiled_steps(labels) == steps


@settings(max_examples=300)
@given(
    records=st.integers(1, 5000), steps=st.integers(0, 2**21), radix=st.integers(2, 256), form=st.sampled_from(FORMS)
)
def test_what_wei_ma_defines(records: int, steps: int, radix: int, form: str):
    """N = R + T, K = ceil(log2 N) but 2 at least, b = ceil(log2 B), D the digits of a time to the base B, 1 at least."""
    letters = {"Q": 3, "G": 2, "R": records, "T": steps, "B": radix, "C": 4, "n": 1, "E": 0}
    claims = CONSTRUCTIONS["wei_ma"].claims[form]
    found, defined = evaluate(claims, letters), define(claims, letters)
    number, digits, times = records + steps, defined["D"], steps if form == "encoder-decoder" else records + steps
    assert defined["N"] == number
    assert defined["K"] == max(2, next(k for k in range(64) if 2**k >= number))
    assert defined["b"] == next(b for b in range(1, 9) if 2**b >= radix)
    assert radix**digits >= times
    assert digits == 1 or radix ** (digits - 1) < times
    assert found["search_layers"] == found["num_layers"] - 3 == digits
    assert found["depth"] == (steps + 1) * (digits + 3)
    assert found["max_positions"] == number + 2 + (form == "encoder-decoder")
    assert found["d_key"] == defined["K"] + digits * defined["b"] + 1
    if radix == 2 and form == "decoder-only" and number > 2:
        assert found["d_key"] == 2 * defined["K"] + 1
        assert found["num_layers"] == defined["K"] + 3


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_each_measure_has_a_formula(name: str):
    for form, claims in CONSTRUCTIONS[name].claims.items():
        assert set(claims.formulas) == set(CLAIMED) == {"depth", "ties", *MEASURES}
        assert claims.construction == (name if form in ("", "decoder-only") else f"{name} {form}")
        assert claims.source


def test_a_reference_claims_what_it_has():
    for name, claims in REFERENCES.items():
        assert claims.construction == name
        assert {"depth", "num_layers"} <= set(claims.formulas) < set(CLAIMED)
        assert evaluate(claims, {"G": 3, "S": 10})["depth"] == 33


def test_all_claims_are_one_table():
    """A column each, and every formula, letter, definition and note somewhere; nothing of one stands in another's."""
    names = [claims.construction for claims in ALL_CLAIMS]
    assert names == ["cellular", "wei_ma", "wei_ma encoder-decoder", "universal", "switchable", "perez"]
    lines = as_markdown(ALL_CLAIMS).splitlines()
    assert lines[0] == "| | cellular | wei_ma | wei_ma encoder-decoder | universal | switchable | perez |"
    rows = {line.split("`")[1]: [cell.strip() for cell in line.split("|")[2:-1]] for line in lines if line[:3] == "| `"}
    assert set(rows) <= set(CLAIMED)
    for column, claims in enumerate(ALL_CLAIMS):
        (legend,) = [line for line in lines if line.startswith(f"**{claims.construction}**: ")]
        for name, formula in claims.formulas.items():
            assert rows[name][column] == f"`{formula}`" if name in rows else f"`{name}` = `{formula}`" in legend
        assert all(rows[name][column] == "" for name in rows if name not in claims.formulas)
        assert all(f"{letter}: {meaning}" in legend for letter, meaning in claims.letters.items())
        assert all(f"{letter} = `{formula}`" in legend for letter, formula in claims.definitions.items())
        assert all(f"`{name}`: {meaning}" in legend for name, meaning in claims.notes.items())
        assert legend.endswith(claims.differs)


@pytest.mark.parametrize("steps", [0, 1, 4, 9])
@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_the_depth_claimed_is_the_layers_of_a_run_to_its_last_step(name: str, steps: int):
    """Of a machine that goes on for all steps that it was compiled for."""
    machine = load("loops_in_place")
    of_a_radix = [(None, radix) for radix in RADIXES]
    forms = {"cellular": ((None, None),), "universal": of_a_radix, "switchable": of_a_radix}
    other = machine if name == "switchable" else None
    for form, radix in forms.get(name, product(FORMS, RADIXES)):
        weights = compile_machine(machine, name, steps=steps, input_length=1, form=form, radix=radix, other=other)
        made = CONSTRUCTIONS[name]
        depth = evaluate(made.claims_of(weights.labels), made.variables(weights.labels))["depth"]
        result = run(weights, "b", engine="exact", machine=machine if made.tell else None)
        assert (result.steps, result.layers) == (steps, depth)


def test_keys_for_a_million_machine_steps():
    weights = compile_machine(load("bb4"), steps=2**20)
    sizes = measure(weights)
    assert sizes.num_layers == 2**20
    assert sizes.d_key <= 23
    assert claimed("cellular", weights) == asdict(sizes)


@pytest.mark.parametrize(
    ("form", "radix", "layers"),
    [("decoder-only", 2, 21), ("encoder-decoder", 2, 20), ("decoder-only", 3, 13), ("encoder-decoder", 8, 7)],
)
def test_search_layers_for_a_million_machine_steps(form: str, radix: int, layers: int):
    """A time before 2**20 + 1 has 21 binary digits; behind an encoder the record of the input has no time."""
    weights = compile_machine(load("bb4"), "wei_ma", steps=2**20, form=form, radix=radix)
    sizes = measure(weights)
    assert (sizes.search_layers, sizes.num_layers) == (layers, layers + 3)
    assert claimed("wei_ma", weights) == asdict(sizes)


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


# Wei-Ma -----------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 5000), st.integers(0, 2**40), st.integers(2, 256), st.sampled_from(FORMS))
def test_the_sharpness_of_wei_ma_keeps_all_rivals_below_an_eighth_of_a_bit(
    records: int, steps: int, radix: int, form: str
):
    """N + 1 rivals, each a unit of score less, weigh 1 / 8b of the row found at most; c is least but for two roundings."""
    claims = CONSTRUCTIONS["wei_ma"].claims[form]
    letters = {"Q": 3, "G": 2, "R": records, "T": steps, "B": radix, "C": 4, "n": 1, "E": 0}
    c, bits_of_a_digit = evaluate(claims, letters)["sharpness"], define(claims, letters)["b"]
    rivals = Fraction(records + steps + 1, 2**c)
    assert rivals <= Fraction(1, 8 * bits_of_a_digit)
    assert rivals * 4 > Fraction(1, 8 * bits_of_a_digit)


@pytest.mark.parametrize("radix", RADIXES)
@pytest.mark.parametrize("form", FORMS)
def test_a_far_lesser_sharpness_leaves_the_grid(form: str, radix: int):
    """At the sharpness claimed the graded run is the hard one; at 1 what a search found lies between two digits."""
    weights = compile_machine(load("bb2"), "wei_ma", steps=6, form=form, radix=radix)
    assert run(weights, engine="exact-softmax").configuration == run(weights, engine="exact").configuration
    with pytest.raises((DecodeError, WeightsError)):
        run(with_sharpness(weights, 1), engine="exact-softmax")
