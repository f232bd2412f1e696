"""Which parameters of a test every run of the tests sees; the others are long: the same check once more, on something else."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from operator import getitem

import pytest

LONG = pytest.mark.long


def long(each: Iterable[object]) -> Iterator[object]:
    """Parameters that only `make test-long` sees; a tuple is the parameters of one case."""
    return (pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=LONG) for one in each)


def first_of(often: int, each: Iterable[object]) -> list[object]:
    """So many of them every time, the others long."""
    items = list(each)
    return [*items[:often], *long(items[often:])]


def covering(*values: Iterable[object], together: int = 1) -> list[object]:
    """The product of the values, of which enough stay that each value is seen, or each pair of values; the others are long."""
    lists = [list(each) for each in values]
    kept = _kept([len(each) for each in lists], together)
    return [pytest.param(*case, marks=() if stays else LONG) for case, stays in zip(product(*lists), kept, strict=True)]


def _kept(sizes: list[int], together: int) -> list[bool]:
    """Which cases of a product are needed: the one that shows the most that is new, and seldom seen values, again and again."""
    cases = list(product(*map(range, sizes)))
    axes = list(combinations(range(len(sizes)), together))
    shows = [{(some, tuple(case[axis] for axis in some)) for some in axes} for case in cases]
    missing, kept = set[object]().union(*shows), [False] * len(cases)
    seen = [Counter[int]() for _ in sizes]
    while missing:
        rank = [(len(new & missing), -sum(map(getitem, seen, case))) for new, case in zip(shows, cases, strict=True)]
        best = rank.index(max(rank))
        missing -= shows[best]
        kept[best] = True
        for counted, value in zip(seen, cases[best], strict=True):
            counted[value] += 1
    return kept
