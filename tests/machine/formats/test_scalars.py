"""Texts as scalars of YAML: any reader gets the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine.formats.located import Items, Text
from tmformer.machine.formats.scalars import MAX_NAME, scalar, scalars
from tmformer.machine.formats.scanning import scan


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4))
def test_texts_are_read_back(texts: list[str]):
    value = scan(scalars(tuple(texts)), "x")
    assert isinstance(value, Items)
    assert [item.value for item in value.values if isinstance(item, Text)] == texts


@given(st.text(min_size=1, max_size=5))
def test_ruamel_gets_a_text_too(text: str):
    """With types: nothing that we write is a number, a date or a truth value to it."""
    from ruamel.yaml import YAML

    if not text.isdigit() or len(text) > 1:
        assert YAML(typ="safe", pure=True).load(f"[{scalar(text)}]") == [text]


def test_only_what_needs_quotes_has_them():
    assert (
        scalars(("q0", "no", "1", "10", "_", "it's", "a\tb")) == "[q0, 'no', 1, '10', '_', 'it''s', \"a\\U00000009b\"]"
    )
    assert scalar("q0", is_quoted=True) == "'q0'"


def test_a_long_text_is_refused():
    assert scalar("x" * MAX_NAME)
    with pytest.raises(MachineError, match="at most 1,000 characters"):
        scalar("x" * (MAX_NAME + 1))
