"""What a user may give as a machine, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus.corpus import MACHINES
from tmformer.errors import MachineError
from tmformer.machine import load, parse, read, sources

YAML = "# Says nothing.\nblank: _\nstart state: q\ntable: {q: {_: R}}\n"


def test_a_path_as_text_and_as_object(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert read(path) == read(str(path))
    assert load(path).name == "mine"
    assert read(path).comment == "Says nothing."


def test_the_name_in_a_file_wins(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: yours\n{YAML}", encoding="utf-8")
    assert load(path).name == "yours"


def test_a_shipped_name():
    assert read("bb4") == read(MACHINES / "bb4.yaml")


def test_text():
    assert load("1RB1LB_1LA1RZ").states == ("A", "B", "Z")
    assert load(YAML).name == "machine"
    assert load(YAML.replace("\n", "\r\n")) == load(YAML)
    assert load("{blank: _, start state: q, table: {q: {_: R}}}") == parse(YAML)
    state = "<state id='0' name='q'><initial/></state>"
    assert load(f"<structure><type>turing</type><automaton>{state}</automaton></structure>").states == ("q",)


def test_a_file_in_any_format_and_with_a_byte_order_mark(tmp_path: Path):
    (tmp_path / "bb.txt").write_text("1RB1LB_1LA1RZ\n", encoding="utf-8-sig")
    assert load(tmp_path / "bb.txt") == parse("1RB1LB_1LA1RZ")


def test_a_file_wins_over_a_shipped_name_but_a_folder_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copy").mkdir()
    assert load("copy").name == "copy"
    (tmp_path / "sort").write_text(YAML, encoding="utf-8")
    assert load("sort").states == ("q",)


REFUSED = {
    "no such name": ("incremnt", "did you mean 'increment'"),
    "no such file": ("no/such/increment.yaml", "did you mean 'increment'"),
    "nothing": ("", "an empty text"),
    "blanks": ("  ", "an empty text"),
    "impossible name": ("a\0b", "no file here"),
    "very long name": ("x" * 5_000, "no file here"),
    "looks like bbchallenge": ("1RB1LX_1LA1RZ", "state 'X'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str):
    argument, part = REFUSED[name]
    with pytest.raises(MachineError) as caught:
        read(argument)
    error = caught.value
    assert part in str(error)
    assert all((error.rule, error.found, error.where, error.remedy))
    assert len(error.found) < 200


FILES = {
    "empty": (b"", "an empty text", ":1:1"),
    "comments only": (b"# nothing\n# here\n", "nothing but comments", ":1:1"),
    "binary": (b"\x7fELF\x00\x01\n\xff\xfe", "the byte 0xFF", ":2:1"),
    "utf-16": ("blank: _".encode("utf-16"), "the byte 0xFF", ":1:1"),
    "latin-1": ("name: café".encode("latin-1"), "the byte 0xE9", ":1:10"),
    "nul": (b"blank: \0", "U+0000", ":1:8"),
}


@pytest.mark.parametrize("name", FILES)
def test_refused_files(name: str, tmp_path: Path):
    content, found, where = FILES[name]
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(MachineError) as caught:
        read(path)
    assert found in caught.value.found
    assert caught.value.where == f"{path}{where}"
    assert caught.value.remedy


def test_folders_and_missing_files_are_refused(tmp_path: Path):
    with pytest.raises(MachineError, match="Is a directory"):
        read(str(tmp_path))
    with pytest.raises(MachineError, match="No such file"):
        read(tmp_path / "missing.yaml")
    with pytest.raises(MachineError, match="null"):
        read(Path("a\0b"))


def test_a_file_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "_MAX_BYTES", 10)
    (tmp_path / "mine.yaml").write_text(YAML, encoding="utf-8")
    with pytest.raises(MachineError, match="more than 10 bytes"):
        read(tmp_path / "mine.yaml")


def test_the_room_is_light():
    """Neither numbers nor YAML are loaded for a one-line machine."""
    code = (
        "import sys, tmformer.machine as m; m.load('1RB1LB_1LA1RZ');"
        "print(sorted({'numpy', 'jax', 'flax', 'ruamel.yaml', 'hypothesis'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=MACHINES.parent
    )
    assert shown.stdout.strip() == "[]"
