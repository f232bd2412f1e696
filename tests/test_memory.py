"""Sizes in words."""

import pytest

from tmformer.memory import computer_memory, shown_bytes


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_234_567, "1.23 MB"), (10**30, "1 QB"), (10**40, "1e+10 QB")],
)
def test_bytes_in_words(count: int, words: str):
    assert shown_bytes(count) == words


def test_a_computer_has_memory():
    assert computer_memory() > 2**20
