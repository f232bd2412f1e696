"""Networks of a family: weights are those of compiling each machine; every wrong weight is found, in its network."""

from functools import cache

import msgspec
import numpy as np
import pytest

from tests.verify.test_enumerating import CHAMPION, SLICE, THREE, TWO
from tests.verify.test_families import number_of
from tmformer.decode import Many
from tmformer.decode.retrieval.units import units_of
from tmformer.pipeline import compile
from tmformer.verify import Enumeration, Family
from tmformer.weights import Weights


@cache
def three() -> Enumeration:
    return Enumeration(THREE, 22)


def everything(weights: Weights) -> tuple[object, ...]:
    """All of a network but what its gates write, and the machine's own name for it."""
    units = units_of(weights.layout, weights.blocks[0].mlp)
    arrays = (array.tolist() for array in (units.w_in, units.b_in, units.alone_in, units.alone_out))
    labels = msgspec.structs.replace(weights.labels, parameters={})
    return labels, weights.blocks[0].heads, units.places, *arrays


@pytest.mark.parametrize(("family", "steps"), [(TWO, 8), (THREE, 22)])
def test_the_weights_are_those_of_compiling_each_machine(family: Family, steps: int):
    """Entry by entry, and the prompt and all that is shared."""
    enumeration = Enumeration(family, steps)
    rules = [compile(enumeration._uniform(rule), steps=steps) for rule in range(len(family.rules))]
    by_rule = [units_of(weights.layout, weights.blocks[0].mlp).w_out for weights in rules]
    numbers = np.random.default_rng(family.num_states).integers(0, family.size, 60)
    written = enumeration.written(numbers)
    for index, number in enumerate(numbers.tolist()):
        weights = compile(family.machine(number), steps=steps)
        digits = [*family.digits(numbers)[:, index], 0]
        joined = [by_rule[digits[place]][:, gate] for gate, place in enumerate(enumeration._places)]
        assert everything(weights) == everything(rules[0])
        assert (units_of(weights.layout, weights.blocks[0].mlp).w_out == np.transpose(joined)).all()
        alone = Many([weights], enumeration.prompt)
        assert (alone.columns[..., 0] == written[..., index]).all()
        assert alone._shared == enumeration.many._shared


def test_every_wrong_weight_is_found_in_its_network():
    """Champions in a batch, each with another one of its weights wrong, among machines without a fault."""
    enumeration = three()
    number, others = number_of(THREE, CHAMPION), np.array(SLICE[:1024])
    outputs, gates = enumeration.many.columns.shape[:2]
    faults = [(output, gate) for output in range(outputs) for gate in range(gates)]
    numbers = others.copy()
    numbers[5 : 5 + len(faults)] = number
    written = enumeration.written(numbers)
    for at, (output, gate) in enumerate(faults, start=5):
        written[output, gate, at] += 1
    runs = enumeration.transformer(written)
    reference = enumeration.reference(numbers)
    census = enumeration.compare(numbers, runs, reference)
    is_reached = [enumeration._places[gate] < len(THREE.pairs) for _, gate in faults]
    wrong = ~runs.on_grid | np.any([a != b for a, b in zip(runs.runs, reference, strict=True)], axis=0)
    assert np.flatnonzero(wrong).tolist() == [5 + at for at, reached in enumerate(is_reached) if reached]
    assert census.differing == sum(is_reached) == outputs * 2 * len(THREE.pairs)
    assert {each.number for each in census.differences} == {number}


@pytest.mark.parametrize(
    ("other", "what"), [("1RB0RH", "tape"), ("1RB1LH", "tape head"), ("1RB1RA", "machine steps"), ("1LH1RH", "tape")]
)
def test_a_wrong_network_is_located(other: str, what: str):
    """The weights of another machine in the place of one, whose state A has other rules."""
    enumeration, numbers = three(), np.array(SLICE[:1024])
    numbers[77] = number_of(THREE, CHAMPION)
    given = numbers.copy()
    given[77] = number_of(THREE, other + CHAMPION[6:])
    runs = enumeration.transformer(enumeration.written(given))
    census = enumeration.compare(numbers, runs, enumeration.reference(numbers))
    assert census.differing == 1
    (found,) = census.differences
    assert (found.number, found.machine) == (numbers[77], CHAMPION)
    at = ["tape", "tape head", "state", "halted", "machine steps"].index(what)
    assert runs.runs[at][77] != enumeration.reference(numbers)[at][77]
    assert found.transformer != found.reference
