"""The shipped machines are found in the checkout, and by the same names in an installed package."""

import pytest

from tests.corpus.corpus import MACHINES
from tmformer.errors import MachineError
from tmformer.machine import shipped, shipped_names


def test_names_are_file_stems():
    assert shipped_names() == tuple(sorted(path.stem for path in MACHINES.glob("*.yaml")))


def test_the_file_of_a_name():
    assert shipped.shipped_file("bb2").read_text(encoding="utf-8").startswith("# The champion")


def test_an_unknown_name_is_refused_with_a_near_one():
    with pytest.raises(MachineError, match="did you mean 'increment'") as caught:
        shipped.shipped_file("incremnt")
    assert caught.value.found == "'incremnt'"
    assert caught.value.where


def test_an_installed_package_has_them_inside(monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "only.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "shipped" / "README.md").write_text("", encoding="utf-8")
    monkeypatch.setattr(shipped, "files", lambda _: tmp_path)
    assert shipped_names() == ("only",)


def test_without_the_folder_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(shipped, "files", lambda _: tmp_path)
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    assert shipped_names() == ()
