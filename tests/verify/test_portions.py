"""Portions in a folder: whole, or done again; never those of another enumeration."""

from pathlib import Path

import pytest

from tmformer.errors import VerifyError
from tmformer.verify.census import Census, Record
from tmformer.verify.portions import Portion, Portions

WHICH = {"states": 2, "steps": 8}
PORTION = Portion(Census(10, {1: 4, 12: 1}, Record(6, 1, ("a",))), {"transformer": 0.1})


def test_what_is_written_is_read(tmp_path: Path):
    portions = Portions(tmp_path / "new" / "folder", WHICH)
    assert portions.read(0) is None
    portions.write(0, PORTION)
    assert portions.read(0) == PORTION
    assert portions.read(1) is None
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["portion-000000.json"]


def test_without_a_folder_nothing_is_kept():
    portions = Portions(None, WHICH)
    portions.write(0, PORTION)
    assert portions.read(0) is None


def test_a_damaged_file_is_recognised(tmp_path: Path):
    notes: list[str] = []
    portions = Portions(tmp_path, WHICH, notes.append)
    portions.write(3, PORTION)
    path = tmp_path / "portion-000003.json"
    whole = path.read_bytes()
    damaged = [
        whole[:-20],
        b"",
        whole.replace(b'"machines": 10', b'"machines": 11'),
        whole.replace(b'"1": 4', b'"1": 5'),
    ]
    for number, data in enumerate(damaged, start=1):
        assert data != whole
        path.write_bytes(data)
        assert portions.read(3) is None
        assert len(notes) == number
        assert str(path) in notes[-1]
    portions.write(3, PORTION)
    assert portions.read(3) == PORTION


def test_those_of_another_enumeration_are_refused(tmp_path: Path):
    Portions(tmp_path, WHICH).write(0, PORTION)
    with pytest.raises(VerifyError, match="belongs to one enumeration"):
        Portions(tmp_path, WHICH | {"steps": 9}).read(0)
