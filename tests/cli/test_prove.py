"""`tmformer prove`."""

import json
from pathlib import Path

import pytest

from tmformer.cli.prove import UNJUDGED, progress


@pytest.fixture
def file(call, tmp_path: Path) -> str:
    path = str(tmp_path / "bb2.safetensors")
    assert call("compile", "bb2", "--steps", "6", "-o", path).status == 0
    return path


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A coqc of this computer that does what the text says."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "coqc").write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (programs / "coqc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))


def test_without_coq_the_files_are_left_and_it_says_how_to_get_it(call, file, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    said = call("prove", file, "-o", str(tmp_path / "out"))
    assert (said.status, said.err) == (UNJUDGED, "")
    assert said.out.startswith("not judged")
    assert "apt-get install --no-install-recommends coq libcoq-flocq" in said.out
    assert (tmp_path / "out" / "Bb2.v").is_file()
    assert (tmp_path / "out" / "tmformer_proofs" / "File.v").is_file()
    value = json.loads(call("prove", file, "-o", str(tmp_path / "out"), "--json").out)
    assert (value["proved"], value["file"]) == (None, str(tmp_path / "out" / "Bb2.v"))
    assert "Coq is not here" in value["message"]


def test_what_coq_accepts(call, file, tmp_path, monkeypatch):
    pretend(tmp_path, monkeypatch, "exit 0")
    said = call("prove", file, "-o", str(tmp_path / "out"))
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("proved\ntheorem  ")
    assert "sha256" in said.out
    value = json.loads(call("prove", file, "-o", str(tmp_path / "out"), "--json").out)
    assert (value["proved"], value["message"], len(value["sha256"])) == (True, "", 64)


def test_what_coq_refuses(call, file, tmp_path, monkeypatch):
    pretend(tmp_path, monkeypatch, 'for last; do :; done; case "$last" in */Bb2.v) echo "Error: no" >&2; exit 1;; esac')
    said = call("prove", file, "-o", str(tmp_path / "out"))
    assert (said.status, said.err) == (1, "")
    assert said.out.startswith("not proved\ncoqc     Error: no\n")
    value = json.loads(call("prove", file, "-o", str(tmp_path / "out"), "--json").out)
    assert (value["proved"], value["message"]) == (False, "Error: no")


def test_what_no_theorem_speaks_of(call, tmp_path):
    path = str(tmp_path / "bb2.safetensors")
    assert call("compile", "bb2", "--steps", "6", "--construction", "universal", "-o", path).status == 0
    said = call("prove", path, "-o", str(tmp_path / "out"))
    assert (said.status, said.out) == (2, "")
    assert "universal_file" in said.err
    assert not (tmp_path / "out").exists()


def test_words_that_are_missing(call, file):
    assert call("prove", file).status == 2
    assert call("prove", "-o", "out").status == 2
    assert call("prove", "missing.safetensors", "-o", "out").status == 2


def test_it_says_what_is_done_after_two_seconds(capsys):
    now = [0.0]
    say = progress(is_silent=False, clock=lambda: now[0])
    say("early")
    now[0] = 2.0
    say("late")
    assert capsys.readouterr().err == "late\n"
    silent = progress(is_silent=True, clock=lambda: now[0])
    now[0] = 9.0
    silent("late")
    assert capsys.readouterr().err == ""
