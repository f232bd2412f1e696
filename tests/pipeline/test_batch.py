"""Batches: many machines through one network, or many inputs through any; each as it runs alone."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from tests.often import first_of
from tmformer.errors import (
    ConstructionError,
    ContextError,
    MachineError,
    ModelError,
    PrecisionError,
    UsageError,
    WindowError,
)
from tmformer.machine import Outcome, load, trace
from tmformer.pipeline import Result, Run, certify, compile, run_batch
from tmformer.pipeline import run as run_alone
from tmformer.precision import Uncertified

run = partial(run_alone, engine="dense")  # in the engine of batches, so that results are equal in every field
THREE = [("bb3", ""), ("bb4", ""), ("increment", "1011")]
RUNS = [(load(name), word) for name, word in THREE]
NETWORK = compile(load("bb4"), "universal", steps=120, input_length=4, symbols=3)
DECODED = compile(load("increment"), "wei_ma", steps=40, input_length=4)
CELLULAR = compile(load("increment"), steps=20, input_length=4)


@pytest.mark.parametrize("seen", first_of(1, [[*range(23), 50, 106, 107], range(108)]), ids=["often", "all"])
def test_three_machines_in_one_batch_are_the_reference_after_every_machine_step(seen: Sequence[int]):
    """One and the same weights, one call for each number of machine steps: configuration, outcome, steps."""
    references = [trace(machine, tuple(word), max_steps=120) for machine, word in RUNS]
    assert [(each.outcome, each.steps) for each in references] == [
        (Outcome.HALTED, 21),
        (Outcome.HALTED, 107),
        (Outcome.HALTED, 8),
    ]
    for steps in seen:
        for result, reference in zip(run_batch(NETWORK, RUNS, max_steps=steps), references, strict=True):
            reached = min(steps, reference.steps)
            assert result.configuration == reference.configurations[reached]
            assert result.steps == reached
            assert result.outcome is (Outcome.HALTED if reached == reference.steps else Outcome.LIMIT)


def test_the_weights_are_the_same():
    results = run_batch(NETWORK, RUNS)
    (shared,) = {result.weights_hash for result in results}
    assert [result.machine for result in results] == ["bb3", "bb4", "increment"]
    assert {result.weights_hash for result in (run(NETWORK, word, machine=machine) for machine, word in RUNS)} == {
        shared
    }


@pytest.mark.parametrize("format_name", first_of(1, ["float32", "float64", "bfloat16"]))
def test_a_batch_of_machines_is_each_alone(format_name: str):
    together = run_batch(NETWORK, RUNS, format=format_name)
    assert together == [run(NETWORK, word, machine=machine, format=format_name) for machine, word in RUNS]


@pytest.mark.parametrize("weights", [CELLULAR, DECODED], ids=["cellular", "wei_ma"])
def test_a_batch_of_inputs_is_each_alone(weights: object):
    words = ["", "1", "0111", ("1", "0")]
    together = run_batch(weights, [(None, word) for word in words])
    assert together == [run(weights, word) for word in words]
    assert {result.weights_hash for result in together} == {None}


@pytest.mark.parametrize("weights", first_of(1, [CELLULAR, DECODED]), ids=["cellular", "wei_ma"])
def test_a_batch_over_a_mesh_is_each_alone(weights: object):
    """Over eight devices, and in two processes: tests/decode/test_batch.py and tests/cli/test_batch.py."""
    words = ["", "1", "0111", ("1", "0")]
    asked = [Run(input=word) for word in words]
    assert run_batch(weights, asked, mesh="data=1") == [run(weights, word) for word in words]
    with pytest.raises(ModelError, match="A mesh has one axis"):
        run_batch(weights, asked, mesh="model=1")


def test_each_run_has_its_own_tape_head_and_its_own_machine():
    both = compile(load("bb3"), "switchable", steps=30, other=load("bb2"))
    asked = [Run(choose=choice) for choice in ("b", None, "a")]
    assert run_batch(both, asked) == [run(both, choose=choice) for choice in ("b", None, "a")]
    assert [result.steps for result in run_batch(both, asked)] == [6, 21, 21]
    heads = [Run(None, "1011", head) for head in (0, 3, None, 1)]
    together = run_batch(CELLULAR, heads)
    assert together == [run(CELLULAR, "1011", head=each.head) for each in heads]
    assert len({result.steps for result in together}) == 3
    machine = load("bb3")
    (one,) = run_batch(NETWORK, [Run(machine, "", 0)], mesh="data=1")
    assert one == run(NETWORK, machine=machine)


def test_a_certificate_is_taken_as_in_run():
    given = run_batch(NETWORK, RUNS[:1], certificate=certify(NETWORK))
    assert given == run_batch(NETWORK, RUNS[:1])
    (uncertified,) = run_batch(NETWORK, RUNS[:1], certificate=Uncertified(reason="tried"))
    assert "tried" in str(uncertified.certificate)
    assert replace(uncertified, certificate=None) == bare(given[0])
    with pytest.raises(PrecisionError):
        run_batch(DECODED, [(None, "")], certificate=certify(NETWORK))


def bare(result: Result) -> Result:
    return replace(result, certificate=None)


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(UsageError, match="A batch has a run at least"):
        run_batch(NETWORK, [])
    with pytest.raises(UsageError, match="are given one to run"):
        run_batch(NETWORK, [(None, "")])
    with pytest.raises(UsageError, match="Weights know their machine"):
        run_batch(DECODED, RUNS[2:])
    with pytest.raises(ConstructionError, match="runs the machines of its size"):
        run_batch(NETWORK, [*RUNS, (load("bb5"), "")])
    with pytest.raises(MachineError):
        run_batch(NETWORK, [(load("bb3"), "2")])
    with pytest.raises(WindowError):
        run_batch(NETWORK, [(load("increment"), "1" * 5)])
    with pytest.raises(UsageError):
        run_batch(NETWORK, RUNS, max_steps=-1)
    with pytest.raises(UsageError):
        run_batch(load("bb2"), RUNS)


def test_a_run_that_outgrows_the_network_is_refused():
    """Also where it was not asked for more than the network's own machine steps, nothing is passed off as a result."""
    short = compile(load("bb4"), "universal", steps=30)
    assert [result.steps for result in run_batch(short, RUNS[:2])] == [21, 30]
    with pytest.raises(ContextError, match="full after machine step 30") as caught:
        run_batch(short, RUNS[:2], max_steps=31)
    assert caught.value.where.startswith("run 1 of a batch, in float32: ")
    with pytest.raises(WindowError):
        run_batch(compile(load("loops_in_place"), steps=1), [(None, "bbbbbb")])
