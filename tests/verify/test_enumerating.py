"""Enumerations: transformer = reference on slices; weights = those of compiling; planted faults; going on."""

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.verify.test_families import number_of
from tmformer.decode import Many
from tmformer.decode.retrieval.units import units_of
from tmformer.machine import Outcome, trace
from tmformer.pipeline import compile
from tmformer.verify import Enumeration, Family, enumerate_machines, enumerating
from tmformer.weights import Weights

TWO, THREE = Family(2), Family(3)
CHAMPION = "1RB1RH_1LB0RC_1LC1LA"  # of BB(3): 21 machine steps
STRIDE = 8191
SLICE = range(number_of(THREE, CHAMPION) % STRIDE, THREE.size, STRIDE)


@cache
def three() -> Enumeration:
    return Enumeration(THREE, 22)


def test_busy_beaver_of_two_states():
    """All 20,736 machines."""
    census = enumerate_machines(TWO, 8).census
    assert (census.machines, census.differing, census.longest.most, census.ones.most) == (20_736, 0, 6, 4)
    assert "1RB1LB_1LA1RH" in census.ones.first
    assert set(census.halted) == {1, 2, 3, 4, 5, 6}
    assert census.halted[1] == 20_736 // 3  # four of the twelve rules of A reading 0


def test_a_slice_of_the_machines_of_three_states():
    census = enumerate_machines(THREE, 22, numbers=SLICE).census
    assert census.machines == len(SLICE) > 2000
    assert census.differing == 0
    assert (census.longest.most, census.longest.machines, census.longest.first) == (21, 1, (CHAMPION,))
    runs = [trace(THREE.machine(number), (), max_steps=22) for number in SLICE]
    halted = [run for run in runs if run.outcome is Outcome.HALTED]
    assert census.machine_steps == sum(run.steps for run in runs)
    assert census.halted == {step: sum(run.steps == step for run in halted) for step in {run.steps for run in halted}}
    ones = [sum(symbol == "1" for symbol in run.final.tapes[0].symbols) for run in halted]
    assert (census.ones.most, census.ones.machines) == (max(ones), ones.count(max(ones)))


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


def test_an_enumeration_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The same census as in one go; what was done is not done again, and what is damaged is."""
    monkeypatch.setattr(enumerating, "PORTION", 4096)
    expected = enumerate_machines(TWO, 8).census
    tasks: list[int] = []
    task = enumerating._task
    monkeypatch.setattr(enumerating, "_task", lambda *given: (tasks.append(len(given[1])), task(*given))[1])

    def kill(text: str) -> None:
        if text.startswith("12,288"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enumerate_machines(TWO, 8, folder=tmp_path, note=kill)
    assert (sum(tasks), len(list(tmp_path.iterdir()))) == (3 * 4096, 3)
    (tmp_path / "portion-000001.json").write_bytes(b"{")
    tasks.clear()
    notes: list[str] = []
    assert enumerate_machines(TWO, 8, folder=tmp_path, note=notes.append).census == expected
    assert sum(tasks) == 20_736 - 2 * 4096
    assert [note for note in notes if "damaged" in note]
    tasks.clear()
    assert enumerate_machines(TWO, 8, folder=tmp_path).census == expected
    assert tasks == []


def test_a_census_does_not_depend_on_its_portions(monkeypatch: pytest.MonkeyPatch):
    numbers = range(5, TWO.size, 7)
    expected = enumerate_machines(TWO, 8, numbers=numbers).census
    monkeypatch.setattr(enumerating, "PORTION", 1000)
    monkeypatch.setattr(enumerating, "_TASK", 300)
    assert enumerate_machines(TWO, 8, numbers=numbers).census == expected
