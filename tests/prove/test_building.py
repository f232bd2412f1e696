"""The proofs are built once for each Coq, whole or not at all."""

from pathlib import Path

import pytest

from tmformer.errors import ProofError
from tmformer.prove import Coq, built_library, library_modules


def pretending(folder: Path, refused: str = "nothing", version: str = "8.16") -> Coq:
    """A compiler that writes down what it is asked, and refuses one file."""
    program = folder / "coqc"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; exit 0; fi\nfor last; do :; done\n'
        f'basename "$last" >> {folder}/asked\ncase "$last" in */{refused}) echo "Error: no" >&2; exit 1;; esac\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return Coq(str(program))


def asked(folder: Path) -> list[str]:
    file = folder / "asked"
    names = file.read_text().split() if file.is_file() else []
    file.unlink(missing_ok=True)
    return names


def test_each_coq_builds_them_once(tmp_path: Path):
    said, library = list[str](), [f"{name}.v" for name in library_modules()]
    built = built_library(pretending(tmp_path), said.append)
    assert asked(tmp_path) == library
    assert said == [f"building proofs, {n} of {len(library)}: {name}" for n, name in enumerate(library, start=1)]
    assert {file.name for file in built.iterdir()} == set(library)
    assert built_library(pretending(tmp_path)) == built
    assert asked(tmp_path) == []
    assert built_library(pretending(tmp_path, version="8.18")) != built
    assert asked(tmp_path) == library


def test_what_is_refused_leaves_nothing(tmp_path: Path):
    with pytest.raises(ProofError, match=r"Error: no[\s\S]*File\.v[\s\S]*libcoq-flocq"):
        built_library(pretending(tmp_path, "File.v"))
    assert list((tmp_path / "cache" / "tmformer").iterdir()) == []
    built_library(pretending(tmp_path))


def test_a_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ProofError, match="XDG_CACHE_HOME"):
        built_library(pretending(tmp_path))


def test_without_the_variable_it_is_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert (tmp_path / "home" / ".cache" / "tmformer") in built_library(pretending(tmp_path)).parents
