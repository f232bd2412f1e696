"""The front door: light, and with the names that README uses; and the glossary of axes."""

import subprocess
import sys
from pathlib import Path

import pytest

import tmformer
from tmformer.weights import Weights

NAMES = [
    "Run",
    "certify",
    "compare",
    "compile",
    "explore",
    "load_machine",
    "load_weights",
    "record",
    "run",
    "run_batch",
    "save_weights",
    "trace",
    "verify",
]


def alone(script: str) -> subprocess.CompletedProcess[str]:
    """A script in a Python of its own, warnings being errors."""
    return subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)


def test_the_public_names():
    assert tmformer.__all__ == NAMES
    assert dir(tmformer) == NAMES
    for name in NAMES:
        assert callable(getattr(tmformer, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'tmformer' has no attribute 'compil'"):
        tmformer.compil  # noqa: B018 - the attribute is what is tested
    assert not hasattr(tmformer, "jax")


@pytest.mark.parametrize(
    ("script", "absent"),
    [
        ("import tmformer; dir(tmformer)", ("jax", "flax", "numpy", "msgspec", "ruamel", "hypothesis")),
        ("import tmformer; tmformer.load_machine('bb2')", ("jax", "flax", "numpy", "hypothesis")),
        ("import tmformer; tmformer.compile(tmformer.load_machine('bb2'), steps=6)", ("jax", "flax", "hypothesis")),
    ],
)
def test_importing_is_light(script: str, absent: tuple[str, ...]):
    """What a name needs is loaded when it is used."""
    done = alone(f"import sys\n{script}\nprint(sorted(set({absent!r}) & set(sys.modules)))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_a_verb_is_a_verb_however_it_is_imported():
    for script in (
        "from tmformer import load_machine, verify; assert verify(load_machine('bb2'), formats=()).agreement",
        "from tmformer import *; assert compile(load_machine('bb2'), steps=6).labels.loops == 6",
    ):
        done = alone(script)
        assert (done.returncode, done.stderr) == (0, ""), script


def test_a_users_first_lines(tmp_path: Path):
    """Compile, run, look inside, save, load and run again, verify."""
    machine = tmformer.load_machine("balanced_parentheses")
    weights = tmformer.compile(machine, steps=40, input_length=4)
    assert isinstance(weights, Weights)
    assert tmformer.run(weights, "(())").accepted is True
    blocks = tmformer.trace(weights, "(())")
    assert len(blocks) == tmformer.run(weights, "(())").layers
    tmformer.save_weights(weights, tmp_path / "saved.safetensors")
    assert tmformer.run(tmformer.load_weights(tmp_path / "saved.safetensors"), "())").accepted is False
    assert tmformer.verify(machine, ["(())", "())"], max_steps=40).agreement
