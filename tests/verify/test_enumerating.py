"""Enumerations: transformer = reference on slices, counted as the interpreter counts; going on after being killed."""

from pathlib import Path

import pytest

from tests.verify.test_families import number_of
from tmformer.machine import Outcome, trace
from tmformer.verify import Family, enumerate_machines, enumerating

TWO, THREE = Family(2), Family(3)
CHAMPION = "1RB1RH_1LB0RC_1LC1LA"  # of BB(3): 21 machine steps
STRIDE = 8191
SLICE = range(number_of(THREE, CHAMPION) % STRIDE, THREE.size, STRIDE)


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
