"""Colours."""

import pytest

from tmformer.show.pictures.palette import colours, ink_on


@pytest.mark.parametrize("count", [1, 2, 8, 9, 100])
def test_each_symbol_has_a_colour_of_its_own(count):
    found = colours(count)
    assert len(set(found)) == len(found) == count
    assert {ink_on(colour) for colour in found} <= {"#1a1a1a", "#ffffff"}
