"""`tmformer show`."""

import json

import pytest

import tmformer
from tests.show.explorer.pages import data_of
from tmformer.show import explore


def test_the_page_is_that_of_the_recording(call, tmp_path):
    file = tmp_path / "run.html"
    said = call("show", "balanced_parentheses", "()", "-o", str(file))
    assert (said.status, said.err) == (0, "")
    machine = tmformer.load_machine("balanced_parentheses")
    assert file.read_text(encoding="utf-8") == explore(tmformer.record(machine, "()"))
    assert "inexact        no float at all" in said.out


def test_the_graded_regime_and_json(call, tmp_path):
    file = tmp_path / "run.html"
    said = json.loads(
        call("show", "bb2", "--regime", "graded", "--construction", "wei_ma", "-o", str(file), "--json").out
    )
    assert said["inexact"]["attended"] > 0
    assert said["inexact"]["after"] == 0
    assert (said["machine_steps"], said["bytes"]) == (6, file.stat().st_size)
    assert data_of(file.read_text(encoding="utf-8"))["network"]["regime"] == "graded"


def test_saved_weights(call, tmp_path):
    weights, page = tmp_path / "w.safetensors", tmp_path / "run.html"
    call("compile", "bb2", "--steps", "6", "-o", str(weights))
    assert call("show", str(weights), "-o", str(page)).status == 0
    assert data_of(page.read_text(encoding="utf-8"))["machine"] is None
    call("compile", "bb2", "--steps", "6", "--construction", "universal", "-o", str(weights))
    assert call("show", "bb2", "--weights", str(weights), "-o", str(page)).status == 0
    assert data_of(page.read_text(encoding="utf-8"))["machine"]["name"] == "bb2"


def test_a_machine_of_any_size_is_shown_by_what_its_run_visits(call, tmp_path):
    file, page = tmp_path / "big.yaml", tmp_path / "run.html"
    rules = "".join(f"  q{index}:\n    '_': {{R: q{index + 1}}}\n" for index in range(9999))
    file.write_text(f"blank: '_'\nstart state: q0\ntable:\n{rules}  q9999:\n", encoding="utf-8")
    said = call("show", str(file), "--max-steps", "3", "-o", str(page))
    assert said.status == 2
    assert "fewer than 2**18 lines" in said.err
    assert not page.exists()
    assert call("show", str(file), "--max-steps", "3", "--visited", "-o", str(page)).status == 0
    data = data_of(page.read_text(encoding="utf-8"))
    assert len(data["machine"]["states"]) == 10_000
    assert data["network"]["visited"]
    assert data["run"]["states"] == ["q0", "q1", "q2", "q3"]


def test_the_browser_opens_the_page(call, tmp_path, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    file = tmp_path / "a run.html"
    call("show", "bb2", "-o", str(file), "--open")
    assert opened == [file.as_uri()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bb2"], "--output"),
        (["bb2", "-o", "run.txt"], "'run.txt'"),
        (["bb2", "-o", "nowhere/run.html"], "'nowhere'"),
        (["bb2", "-o", "run.html", "--max-steps", "-1"], "-1"),
        (["bb2", "2", "-o", "run.html"], "'2'"),
        (["bb2", "-o", "run.html", "--regime", "hard"], "'hard'"),
        (["bb2", "-o", "run.html", "--format", "float8_e5m2"], "float8_e5m2"),
        (["bb2", "-o", "run.html", "--construction", "perez"], "perez"),
        (["bb2", "-o", "run.html", "--weights", "nowhere.safetensors"], "nowhere.safetensors"),
    ],
)
def test_what_is_refused_writes_nothing(call, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    found = call("show", *words)
    assert (found.status, found.out) == (2, "")
    assert said in found.err
    assert not list(tmp_path.iterdir())
