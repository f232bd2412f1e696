"""What else runs a machine: all end in the same configuration."""

import pytest

from benchmarks import baselines
from benchmarks.baselines import BASELINES, Run, extent, is_same, reference
from tmformer.machine import Machine, configuration, load, trace

MACHINES = ("bb2", "bb3", "bb4", "bb5")


def run(name: str, machine: Machine, steps: int) -> Run:
    made = BASELINES[name](machine, steps)
    return reference(machine, steps) if made is None else made  # no C compiler here


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("steps", [0, 1, 6, 21, 50, 300])
def test_all_end_in_the_same_configuration(name: str, steps: int):
    for machine in map(load, MACHINES):
        expected, made = reference(machine, steps), run(name, machine, steps)
        assert made.steps == expected.steps
        assert is_same(made.configuration, expected.configuration)
        assert made.seconds >= 0


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "automata-lib"])
def test_cell_0_is_where_the_run_began(name: str):
    machine = load("bb4")
    assert run(name, machine, 50).configuration == reference(machine, 50).configuration


def test_another_configuration_is_told_apart():
    one = configuration("A", 1, {0: "1"}, "0")
    assert is_same(one, configuration("A", 3, {2: "1"}, "0"))
    for other in (("B", 1, {0: "1"}), ("A", 0, {0: "1"}), ("A", 1, {0: "1", 1: "1"}), ("A", 1, {})):
        assert not is_same(one, configuration(*other, "0"))


def test_without_a_compiler_the_loop_in_c_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(baselines.shutil, "which", lambda _: None)
    baselines._compiled_c.cache_clear()
    try:
        assert BASELINES["C loop"](load("bb2"), 6) is None
    finally:
        baselines._compiled_c.cache_clear()


@pytest.mark.parametrize("name", MACHINES)
def test_the_cells_that_a_run_comes_to(name: str):
    for steps in (0, 1, 40, 200):
        heads = [each.head for each in trace(load(name), (), max_steps=steps).configurations]
        assert extent(load(name), steps) == (min(heads), max(heads))
