"""What `tmformer run` is asked to run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tmformer.cli.arguments import AS_IT_IS
from tmformer.cli.job import How, job_of, run_job
from tmformer.errors import MachineError, UsageError
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile as compile_weights
from tmformer.weights import Weights, save

NOTHING = How(*(None,) * 18, AS_IT_IS)
EXACT = replace(NOTHING, engine="exact")


def test_a_machine_with_its_own_input_or_another():
    own, given = job_of("balanced_parentheses", None, NOTHING), job_of("balanced_parentheses", "()", NOTHING)
    assert own.compiled == given.compiled == load("balanced_parentheses")
    assert (own.start.tape, given.start.tape) == (tuple("(())"), tuple("()"))
    assert job_of("bb2", "11", replace(NOTHING, head=1)).start == initial_configuration("A", ("1", "1"), "0", 1)


def test_saved_weights_with_a_machine_and_without(tmp_path: Path):
    path = tmp_path / "bb2.safetensors"
    save(compile_weights(load("bb2"), steps=6), path)
    assert isinstance(job_of(str(path), None, NOTHING).compiled, Weights)
    for how in ({"cells": 9}, {"construction": "cellular"}, {"weights": "x.safetensors"}):
        with pytest.raises(UsageError, match="compiled already"):
            job_of(str(path), None, replace(NOTHING, **how))
    save(compile_weights(load("bb2"), "universal", steps=6), path)
    job = job_of("bb2", None, replace(NOTHING, weights=str(path)))
    assert (job.machine, isinstance(job.compiled, Weights)) == (load("bb2"), True)


def test_what_is_wrong_is_refused_before_anything_is_compiled():
    for how in ({"engine": "fast"}, {"max_steps": -1}):
        with pytest.raises(UsageError):
            job_of("bb2", None, replace(NOTHING, **how))
    with pytest.raises(MachineError):
        job_of("bb2", "2", NOTHING)


def test_options_reach_the_run(tmp_path: Path):
    """Those of checkpoints too, and what becomes of them is told."""
    notes: list[str] = []
    seen: list[int] = []
    how = replace(EXACT, every=20, checkpoint=str(tmp_path), max_steps=70)
    for limit, end in ((70, 70), (None, 107)):
        job = job_of("bb4", None, replace(how, max_steps=limit))
        assert run_job(job, lambda steps, _: seen.append(steps), note=notes.append).steps == end
    assert len(notes) == 1
    assert "from machine step 60," in notes[0]
    assert {20, 40, 60, 80, 100} <= set(seen)


def test_two_reasons_to_trust_are_one_too_many():
    job = job_of("bb2", None, replace(NOTHING, certificate="a.json", uncertified="no"))
    with pytest.raises(UsageError, match="a reason to have none"):
        run_job(job, lambda *_: None)
