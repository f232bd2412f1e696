"""`tmformer inspect`."""

import json

import pytest

from tmformer.cli import inspect
from tmformer.machine import load
from tmformer.pipeline import compile as compile_weights
from tmformer.pipeline import compile_program
from tmformer.precision import FORMATS
from tmformer.program import parse_program
from tmformer.weights import save

MEASURES = {
    "num_layers",
    "num_heads",
    "d_model",
    "d_key",
    "d_value",
    "d_mlp",
    "parameters",
    "nonzero",
    "sharpness",
}


@pytest.mark.parametrize("steps", [0, 107, 2**20, 2**26])
def test_claimed_is_measured(call, steps):
    said = call("inspect", "bb4", "--steps", str(steps), "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert value.keys() >= {"machine", "construction", "source", "formulas", "beta", "claimed", "measured"}
    assert set(value["claimed"]) == set(value["measured"]) == set(value["formulas"]) == MEASURES
    assert value["claimed"] == value["measured"]
    assert value["claimed"]["num_layers"] == steps
    assert set(value["beta"]) == set(FORMATS)
    if steps == 2**20:
        assert value["measured"]["d_key"] <= 23


def test_a_report_shows_formulas_letters_and_beta(call):
    said = call("inspect", "bb4", "--steps", "107", "--cells", "40", "--construction", "cellular")
    assert said.status == 0
    for part in ("claimed", "measured", "k + 1", "40 tape cells in the window", "bfloat16 128", "position codes"):
        assert part in said.out


def test_saved_weights(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), steps=6), path)
    value = json.loads(call("inspect", path, "--json").out)
    assert value == json.loads(call("inspect", "bb2", "--steps", "6", "--json").out)
    assert call("inspect", path, "--cells", "4").status == 2
    assert call("inspect", path, "--steps", "6", "--program").status == 2


def test_a_program(call):
    said = call("inspect", "bb2", "--steps", "6", "--program")
    assert said.status == 0
    assert parse_program(said.out) == compile_program(load("bb2"), steps=6)
    value = json.loads(call("inspect", "bb2", "--steps", "6", "--program", "--json").out)
    assert value == {"program": said.out}
    assert call("inspect", "bb2", "--program").status == 2


def test_a_difference_is_marked(call, monkeypatch):
    honest = inspect.measured

    def planted(weights):
        report = honest(weights)
        return inspect.Report(**{**vars(report), "measured": {**report.measured, "d_mlp": 7}})

    monkeypatch.setattr(inspect, "measured", planted)
    said = call("inspect", "bb2", "--steps", "6")
    assert said.status == 1
    assert [line.split()[0] for line in said.out.splitlines() if "differs" in line] == ["d_mlp"]
    assert call("inspect", "bb2", "--steps", "6", "--json").status == 1


def test_steps_are_needed(call):
    said = call("inspect", "bb2", "--json")
    assert (said.status, said.out) == (2, "")
    assert "--steps" in said.err
