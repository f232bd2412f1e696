"""YAML as plain values: every scalar is text, and every value knows its place."""

import pytest

from tmformer.errors import MachineError
from tmformer.machine.formats.located import (
    Entries,
    Items,
    Located,
    Place,
    Text,
    described,
    fields_of,
    items_of,
    scan,
    shown,
    text_of,
)


def plain(value: Located) -> object:
    if isinstance(value, Text):
        return value.value
    if isinstance(value, Items):
        return [plain(item) for item in value.values]
    return [(plain(key), plain(entry)) for key, entry in value.pairs]


@pytest.mark.parametrize(
    "scalar", ["0011", "1_0", "0x1F", "1e3", "1:30", "yes", "No", "null", "~", "true", "2024-01-01", ".inf", "<<", "="]
)
def test_scalars_are_text(scalar: str):
    assert plain(scan(f"{{a: {scalar}}}", "x")) == [("a", scalar)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[a, 'b c', \"\\x01\\u00e9\"]", ["a", "b c", "\x01é"]),
        ("a:\nb: ''\n", [("a", ""), ("b", "")]),
        ("{[0, 1]: R, 0: {write: 1, L}}", [(["0", "1"], "R"), ("0", [("write", "1"), ("L", "")])]),
        ("a: |\n  b\n  c\n", [("a", "b\nc\n")]),
        ("\ufeffa: 1", [("a", "1")]),
        ("%YAML 1.1\n---\na: 'no'\n...\n", [("a", "no")]),
        ("حالة: 状態 # right to left\n", [("حالة", "状態")]),
    ],
)
def test_values(text: str, value: object):
    assert plain(scan(text, "x")) == value


def test_places_count_from_1():
    value = scan("a: 1\nbc:\n  - d\n  -   e\n", "file.yaml")
    assert isinstance(value, Entries)
    second = value.pairs[1][1]
    assert isinstance(second, Items)
    assert [str(item.place) for item in second.values] == ["file.yaml:3:5", "file.yaml:4:7"]
    assert value.place == Place("file.yaml", 1, 1)


def test_missing_is_not_empty():
    value = scan("a:\nb: ''\n", "x")
    assert isinstance(value, Entries)
    assert [described(entry) for _, entry in value.pairs] == ["nothing", "''"]


def test_what_is_found_is_shown_short_and_safe():
    assert shown("\u202eabc") == "'\\u202eabc'"
    assert len(shown("x" * 10**6)) < 60


@pytest.mark.parametrize("text", ["[a]", "{a: b}", "{a: }"])
def test_kinds_are_checked(text: str):
    value = scan(f"{{x: {text}}}", "x")
    assert isinstance(value, Entries)
    entry = value.pairs[0][1]
    with pytest.raises(MachineError, match="The thing is a text"):
        text_of(entry, "the thing")
    for check in (items_of, fields_of):
        if not isinstance(entry, Items if check is items_of else Entries):
            with pytest.raises(MachineError, match="The thing is a"):
                check(entry, "the thing")
