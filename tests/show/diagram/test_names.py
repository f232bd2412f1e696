"""Names in a picture: visible, short, told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.show.diagram.names import columns, quoted, shorten, shown_names, visible

ANY = st.text(st.sampled_from("ab\\ x0…␣'\n") | st.characters(codec="utf-8"), min_size=1, max_size=16)


@given(st.lists(ANY, min_size=1, max_size=12, unique=True), st.integers(4, 12))
def test_shown_names_are_short_and_no_two_alike(names: list[str], limit: int):
    shown = shown_names(names, limit)
    assert list(shown) == names
    assert len(set(shown.values())) == len(names)
    assert all(columns(name) <= limit and name.isprintable() for name in shown.values())


def test_a_name_that_looks_like_a_numbered_one_is_still_told_apart():
    names = ["abcdefgh", "abcdefgi", "abcd…1", "ab\\x00", "ab\x00"]
    assert len(set(shown_names(names, 6).values())) == len(names)
    assert shown_names(["a", "b…"], 6) == {"a": "a", "b…": "b…"}


@pytest.mark.parametrize(("name", "seen"), [("q 0", "q 0"), (" ", "␣"), ("a ", "a␣"), ("\x1b", "\\x1b"), ("é", "é")])
def test_visible(name: str, seen: str):
    assert visible(name) == seen


def test_wide_letters_count_twice():
    assert [columns(text) for text in ("ab", "漢字", "a→b", "😀")] == [2, 4, 3, 2]


def test_quotes():
    assert quoted("(") == "("
    assert quoted("a'b") == "'a\\'b'"


def test_what_is_shortened_keeps_its_end():
    assert shorten("abc", 3) == "abc"
    assert shorten("abcdef", 5, "12") == "ab…12"
