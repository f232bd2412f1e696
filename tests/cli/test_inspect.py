"""`tmformer inspect`."""

import json

import pytest

from tmformer.cli import inspect
from tmformer.constructions import MEASURES
from tmformer.machine import load
from tmformer.pipeline import compile as compile_weights
from tmformer.pipeline import compile_program
from tmformer.precision import FORMATS
from tmformer.program import parse_program
from tmformer.weights import save


@pytest.mark.parametrize("steps", [0, 107, 2**20, 2**26])
def test_claimed_is_measured(call, steps):
    said = call("inspect", "bb4", "--steps", str(steps), "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert value.keys() >= {"machine", "construction", "source", "formulas", "beta", "claimed", "measured"}
    assert list(value["claimed"]) == list(MEASURES)
    assert set(value["measured"]) == set(MEASURES)
    assert set(value["formulas"]) == {"depth", "ties", *MEASURES}
    assert value["claimed"] == value["measured"]
    assert value["claimed"]["num_layers"] == value["depth"] == steps
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


# Wei-Ma -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "layers"),
    [((), 21), (("--form", "encoder-decoder"), 20), (("--radix", "8"), 7), (("--cells", "9"), 21)],
)
def test_a_million_machine_steps_of_wei_ma(call, options, layers):
    """The number of search layers is that of the digits of a time."""
    said = call("inspect", "bb5", "--construction", "wei_ma", "--steps", "1048576", "--json", *options)
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert value["claimed"] == value["measured"]
    assert (value["measured"]["search_layers"], value["measured"]["num_layers"]) == (layers, layers + 3)
    assert value["depth"] == (2**20 + 1) * (layers + 3)
    assert value["construction"] == f"wei_ma{' encoder-decoder' if '--form' in options else ''}"
    assert value["most_ties"]["float16"] == 65519


def test_a_report_of_wei_ma(call):
    said = call("inspect", "bb5", "--construction", "wei_ma", "--steps", "1048576")
    assert said.status == 0
    (line,) = [line for line in said.out.splitlines() if line.startswith("search_layers")]
    assert line.split() == ["search_layers", "21", "21", "=", "D"]
    for part in ("bb5 by wei_ma", "1,048,577 = R + T", "21 = digits(N, B)", "2 radix of the search", "float16 65,519"):
        assert part in said.out
    assert "differs" not in said.out


def test_saved_weights_of_wei_ma(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    save(compile_weights(load("bb2"), "wei_ma", steps=6, radix=3), path)
    value = json.loads(call("inspect", path, "--json").out)
    assert value == json.loads(
        call("inspect", "bb2", "--steps", "6", "--construction", "wei_ma", "--radix", "3", "--json").out
    )
    for option in (["--form", "decoder-only"], ["--radix", "3"], ["--construction", "wei_ma"]):
        said = call("inspect", path, *option)
        assert (said.status, said.out) == (2, "")
        assert option[0] in said.err


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_a_program_of_wei_ma(call, form):
    said = call("inspect", "bb2", "--steps", "6", "--construction", "wei_ma", "--form", form, "--program")
    assert said.status == 0
    assert parse_program(said.out) == compile_program(load("bb2"), "wei_ma", steps=6, form=form)


@pytest.mark.parametrize("more", [(), ("--program",), ("--json",)])
def test_a_reference_is_not_inspected(call, more):
    said = call("inspect", "bb2", "--steps", "6", "--construction", "perez", *more)
    assert (said.status, said.out) == (2, "")
    assert "perez is a reference that is only run" in said.err
    assert len(said.err.splitlines()) == 4


def test_the_tape_head_s_cell_is_compiled_in(call):
    at_0, at_9 = (call("inspect", "bb2", "--steps", "6", "--program", "--head", head).out for head in ("0", "9"))
    assert at_0 == call("inspect", "bb2", "--steps", "6", "--program").out != at_9
    assert call("inspect", "bb2", "--steps", "6", "--head", "9").status == 0
    assert call("inspect", "bb2", "--steps", "6", "--head", "9" * 20).status == 2
