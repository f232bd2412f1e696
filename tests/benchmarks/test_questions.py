"""Every question can be answered; here for small sizes, of which nothing is written."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import LONG, QUESTIONS, main

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FOLDER = Path(__file__).parents[2] / "benchmarks"
BY_ITSELF = {"enumeration", "gallery"}  # have commands of their own
SHARED = {"__init__", "__main__", "baselines", "position_codes", "surroundings", "tables", "timing"}
QUICK = ("size_against_steps", "speed_against_cells")


def small(name: str) -> list[dict[str, object]]:
    return import_module(f"benchmarks.{name}").measure(small=True)


def committed(name: str) -> list[dict[str, object]]:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["rows"]


def test_every_file_is_a_question_or_shared():
    assert {path.stem for path in FOLDER.glob("*.py")} == SHARED | BY_ITSELF | {*QUESTIONS, *LONG}


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in QUICK])
def test_it_is_answered_as_it_was_for_the_committed_results(name: str):
    rows = small(name)
    assert rows
    assert [*rows[0]] == [*committed(name)[0]]
    question = import_module(f"benchmarks.{name}")
    if hasattr(question, "picture"):
        assert question.picture(rows).startswith("<svg")


@pytest.mark.parametrize("name", QUICK)
def test_quick_ones(name: str):
    rows = small(name)
    assert [*rows[0]] == [*committed(name)[0]]


def test_small_sizes_are_not_written(capsys: pytest.CaptureFixture[str]):
    before = {path: path.read_bytes() for path in RESULTS.iterdir()}
    assert main(["--small", "size_against_steps"]) == 0
    assert "d_model" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in RESULTS.iterdir()} == before


def test_an_unknown_question_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["speed_of_light"]) == 2
    assert "no such benchmark: speed_of_light" in capsys.readouterr().out
