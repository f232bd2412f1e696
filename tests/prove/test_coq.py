"""Coq as a program of this computer."""

from pathlib import Path

import pytest

from tmformer.errors import ProofError
from tmformer.prove.coq import Coq, coq_name, find_coq


def script(folder: Path, text: str) -> Coq:
    program = folder / "coqc"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    return Coq(str(program))


def test_what_coq_says_is_cut_to_its_first_lines(tmp_path: Path):
    file = tmp_path / "A.v"
    said = "for i in 1 2 3 4 5 6 7 8; do echo line $i >&2; echo >&2; done; exit 1"
    assert script(tmp_path, said).compile(file, tmp_path) == "\n".join(f"line {n}" for n in range(1, 7))
    assert script(tmp_path, "exit 0").compile(file, tmp_path) is None
    assert script(tmp_path, "exit 1").compile(file, tmp_path) == "coqc ended with status 1"


@pytest.mark.parametrize(
    "text", ["exit 3", "kill -9 $$", "echo Out of memory >&2; exit 1", "echo Stack overflow. >&2; exit 1"]
)
def test_a_coq_that_ends_before_it_can_tell(tmp_path: Path, text: str):
    with pytest.raises(ProofError, match="more memory"):
        script(tmp_path, text).compile(tmp_path / "A.v", tmp_path)


def test_paths_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    coq = script(tmp_path, 'for last; do :; done; test -d "$5" && test -f "$last"')
    (tmp_path / "in" / "A.v").touch()
    assert coq.compile(Path("in/A.v"), Path("in")) is None


def test_it_is_found_on_the_path_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_coq() is None
    coq = script(tmp_path, "exit 0")
    assert find_coq() == coq


def test_names_of_coq_files():
    assert [coq_name(name) for name in ("é.safetensors", "_a.safetensors", "a/Bb.x.safetensors")] == [
        "File__",
        "File__a",
        "Bb_x",
    ]


@pytest.mark.coq
def test_coq_itself(tmp_path: Path):
    coq = find_coq()
    assert coq is not None
    for text, good in (("Lemma a : 1 + 1 = 2. Proof. reflexivity. Qed.", True), ("Lemma a : 1 = 2. now auto.", False)):
        (tmp_path / "A.v").write_text(text, encoding="utf-8")
        assert (coq.compile(tmp_path / "A.v", tmp_path) is None) == good
