"""Compiling is deterministic, and a saved file is the same byte for byte in every process, and loads to equal weights."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.laws.strange import strange_machines
from tests.squares.checkers import Run, runs
from tmformer.machine import Machine
from tmformer.program import format_program
from tmformer.weights import load, lower, save

PRINT = """
import hashlib, sys
from tmformer.machine import load, shipped_names
from tmformer.pipeline import compile_program
from tmformer.program import format_program
from tmformer.weights import lower
from tmformer.weights import save
for name in ("bb4", "palindrome", "loops_in_place"):
    program = compile_program(load(name), steps=9)
    save(lower(program), sys.argv[1])
    print(hashlib.sha256(format_program(program).encode() + open(sys.argv[1], "rb").read()).hexdigest())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


def printed(seed: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-W", "error", "-c", PRINT, str(folder / f"{seed}.safetensors")]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=folder).stdout


def test_two_processes_save_the_same_bytes(folder: Path):
    one, other = printed("1", folder), printed("2", folder)
    assert one == other
    assert len(set(one.split())) == 3


@given(runs())
def test_compiling_twice_gives_the_same(case: Run):
    assert case.program == case.program
    assert format_program(case.program) == format_program(case.program)
    assert case.weights == case.weights


def check_file(weights: object, folder: Path):
    first, second = folder / "first.safetensors", folder / "second.safetensors"
    save(weights, first)
    save(load(first), second)
    assert load(first) == weights
    assert digest(first) == digest(second)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@given(case=runs())
def test_loading_gives_back_what_was_saved(folder: Path, case: Run):
    check_file(case.weights, folder)


@settings(max_examples=30)
@given(machine=strange_machines())
def test_loading_gives_back_strange_names(folder: Path, machine: Machine):
    check_file(lower(Run(machine, (), 0, 0, 3, 2).program), folder)
