"""What is seen every time covers what is promised, and nothing is lost."""

from itertools import combinations, product

import pytest

from tests.often import covering, first_of, long


def kept(cases: list) -> list[tuple]:
    return [case.values for case in cases if not case.marks]


@pytest.mark.parametrize("together", [1, 2])
def test_each_value_or_each_pair_is_seen_and_the_whole_product_is_there(together: int):
    values = ("abc", [True, False], range(4))
    cases = covering(*values, together=together)
    assert [case.values for case in cases] == list(product(*values))
    for axes in combinations(range(3), together):
        wanted = set(product(*(values[axis] for axis in axes)))
        assert {tuple(case[axis] for axis in axes) for case in kept(cases)} == wanted
    assert len(kept(cases)) <= (4, 12)[together - 1] + 1


def test_others_are_long():
    assert [case.marks[0].name for case in long([1, (2, 3)])] == ["long", "long"]
    assert [case.values for case in long([1, (2, 3)])] == [(1,), (2, 3)]
    often, *others = first_of(1, "abc")
    assert often == "a"
    assert [case.values for case in others] == [("b",), ("c",)]
    assert kept(covering([1], [2])) == [(1, 2)]
