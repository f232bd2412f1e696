"""YAML as plain values: every scalar is text."""

import pytest

from tmformer.machine.formats.located import Items, Located, Text
from tmformer.machine.formats.scanning import scan


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
