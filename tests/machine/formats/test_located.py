"""Values know their place, and are checked for their kind."""

import pytest

from tmformer.errors import MachineError
from tmformer.machine.formats.located import (
    Entries,
    Items,
    Place,
    described,
    fields_of,
    items_of,
    shown,
    text_of,
)
from tmformer.machine.formats.scanning import scan


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
