"""JSON to values that know their place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine.formats.json_scanning import scan_json
from tmformer.machine.formats.located import Entries, Items, Located, Text

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t"\\\u2028\x01'))
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


def plain(value: Located) -> object:
    if isinstance(value, Text):
        return value.value
    if isinstance(value, Items):
        return [plain(item) for item in value.values]
    return {plain(key): plain(item) for key, item in value.pairs}


@given(VALUES, st.sampled_from([None, 1]))
def test_it_reads_what_json_writes(value: object, indent: int | None):
    """Escaped throughout: a character that does not print is refused where it stands as itself."""
    try:
        assert plain(scan_json(json.dumps(value, indent=indent), "text")) == value
    except MachineError as error:
        assert "levels" in error.found  # noqa: PT017 - the only refusal there is


@pytest.mark.parametrize("text", ["0", "-12", "1.5e-3", "0.25"])
def test_a_number_is_text(text: str):
    assert plain(scan_json(text, "text")) == text


def test_places_are_those_of_the_values():
    value = scan_json('{\n  "a": ["b",\n "c"], "d": {}}\n', "f.json")
    assert isinstance(value, Entries)
    (_, first), (key, second) = value.pairs
    assert isinstance(first, Items)
    assert [str(item.place) for item in (value, first, *first.values, key, second)] == [
        "f.json:1:1", "f.json:2:8", "f.json:2:9", "f.json:3:2", "f.json:3:8", "f.json:3:13",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "where", "wanted", "found"),
    [
        ("", "1:1", "a text in double quotes", "the end of the text"),
        ("[1,]", "1:4", "a text in double quotes", "']'"),
        ("[1 2]", "1:4", "a comma or ]", "'2'"),
        ('{"a" 1}', "1:6", "a colon", "'1'"),
        ("{a: 1}", "1:2", "a key in double quotes", "'a'"),
        ('{"a": 1', "1:8", "a comma or }", "the end"),
        ("[\n'a']", "2:1", "a text in double quotes", "\"'a'\""),
        ("null", "1:1", "a text in double quotes", "'null'"),
        ("[true]", "1:2", "a text in double quotes", "'true'"),
        ('"a', "1:1", "a text in double quotes", "'\"a'"),
        ('"a\nb"', "1:1", "a text in double quotes", "'\"a'"),
        ('"\\x"', "1:1", "a text in double quotes", "x"),
        ("01", "1:2", "the end of the text", "'1'"),
        ("NaN", "1:1", "a text", "'NaN'"),
        ('"\\ud800"', "1:1", "whole characters", "ud800"),
        ("[]\n[]", "2:1", "the end of the text", "'['"),
        ("[" * 50 + "]" * 50, "1:9", "no deeper", "more than 8 levels"),
        ("\v1", "1:1", "printable", "U+000B"),
        ("\u20031", "1:1", "a text", "\\u2003"),
    ],
)
def test_what_is_no_json_is_refused_where_it_stands(text: str, where: str, wanted: str, found: str):
    with pytest.raises(MachineError) as caught:
        scan_json(text, "f.json")
    assert caught.value.where == f"f.json:{where}"
    assert wanted in caught.value.rule
    assert found in caught.value.found
