"""The gallery: eight machines, each run with words that the commands know."""

import re
from pathlib import Path

import pytest

from benchmarks import gallery


def test_eight_machines_each_with_names_of_its_own():
    assert len({run.machine for run in gallery.RUNS}) == 8
    assert len({run.name for run in gallery.RUNS}) == len(gallery.RUNS)
    assert {"bb4", "balanced_parentheses", "binary_multiplication"} <= {run.machine for run in gallery.RUNS}
    both = [run.options for run in gallery.RUNS if run.machine == "bb4"]
    assert () in both
    assert gallery.WEI_MA in both


def test_every_file_is_made_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path / "gallery")
    monkeypatch.setattr(gallery, "RUNS", [run for run in gallery.RUNS if run.machine == "increment"])
    assert gallery.main() == 0
    links = re.findall(r'href="([^"]*)"', (tmp_path / "gallery" / "index.html").read_text(encoding="utf-8"))
    assert sorted(links) == ["increment_wei_ma.html", "increment_wei_ma.svg"]
    assert all((tmp_path / "gallery" / link).is_file() for link in links)


def test_a_run_that_fails_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    monkeypatch.setattr(gallery, "dispatch", lambda words: int("plot" in words))
    assert gallery.main() == len(gallery.RUNS)
