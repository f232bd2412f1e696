"""The folder of an export: whole or not at all, and never in the place of something else."""

import json
from pathlib import Path

import pytest

from tests.export.networks import exported
from tmformer.errors import ExportError
from tmformer.export import KINDS, check_place, folder, write_export
from tmformer.export.huggingface import write_huggingface
from tmformer.export.torch import write_torch
from tmformer.precision import Certificate


@pytest.fixture
def network():
    return exported("bb2").network


def test_each_folder_has_names_and_certificate(network, tmp_path):
    files = write_export(network, "torch", tmp_path / "out")
    assert {path.name for path in files} == {path.name for path in (tmp_path / "out").iterdir()}
    assert Certificate.load(tmp_path / "out" / "certificate.json") == network.certificate
    names = json.loads((tmp_path / "out" / "names.json").read_text(encoding="utf-8"))
    assert names["kind"] == "torch"
    assert sorted(names["files"]) == sorted(path.name for path in files)
    assert names["coordinates"] == network.names["coordinates"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_equal_networks_give_equal_bytes(network, tmp_path):
    one, other = (write_export(network, "torch", tmp_path / name) for name in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_an_earlier_export_and_an_empty_folder_are_replaced(network, tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    write_export(network, "torch", place)
    (place / "__pycache__").mkdir()
    (place / "__pycache__" / "model.cpython-311.pyc").write_bytes(b"")
    first = (place / "names.json").read_bytes()
    write_export(exported("bb3").network, "torch", place)
    assert (place / "names.json").read_bytes() != first
    assert not (place / "__pycache__").exists()


def test_a_writer_that_fails_leaves_what_was_there(network, tmp_path, monkeypatch):
    write_export(network, "torch", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def fail(_: object, place: Path) -> list[Path]:
        (place / "model.py").write_text("half", encoding="utf-8")
        raise OSError("the disk is full")

    monkeypatch.setattr(folder, "_writer", lambda _: fail)
    for place in ("out", "new"):
        with pytest.raises(ExportError, match="disk is full"):
            write_export(network, "torch", tmp_path / place)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_cannot_be_exchanged_comes_back(network, tmp_path, monkeypatch):
    write_export(network, "torch", tmp_path / "out")
    rename, calls = Path.rename, []

    def fail_second(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_second)
    with pytest.raises(ExportError):
        write_export(network, "torch", tmp_path / "out")
    assert (tmp_path / "out" / "names.json").is_file()


@pytest.mark.parametrize("what", ["notes", "names of another", "notes beside an export", "a file", "a link", "nowhere"])
def test_what_is_no_export_of_ours_is_left_alone(network, tmp_path, what):
    place = tmp_path / "out"
    if what == "a file":
        place.write_text("mine", encoding="utf-8")
    elif what == "a link":
        (tmp_path / "there").mkdir()
        place.symlink_to(tmp_path / "there")
    elif what == "nowhere":
        place = tmp_path / "missing" / "out"
    else:
        if what == "notes beside an export":
            write_export(network, "torch", place)
        place.mkdir(exist_ok=True)
        name = "names.json" if what == "names of another" else "notes.txt"
        (place / name).write_text('["mine"]', encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for refused in (lambda: check_place(place), lambda: write_export(network, "torch", place)):
        with pytest.raises(ExportError, match="new folder, an empty one"):
            refused()
    assert sorted(tmp_path.rglob("*")) == before


def test_each_kind_has_a_writer_of_its_own():
    assert [folder._writer(kind) for kind in ("torch", "huggingface")] == [write_torch, write_huggingface]


def test_the_kinds_are_those_of_the_command():
    assert tuple(KINDS) == ("torch", "onnx", "huggingface", "stablehlo")
