"""Tables for README, and how often something is timed."""

import itertools
import time

import pytest

from benchmarks.tables import markdown, three_digits
from benchmarks.timing import timed


def test_a_table():
    rows = [{"a": "1", "b": "---"}, {"a": "2", "b": ""}]
    assert markdown(rows) == "| a | b |\n|---|---|\n| 1 | --- |\n| 2 |  |"


@pytest.mark.parametrize(
    ("number", "told"),
    [(47_176_870.0, "47,200,000"), (1234.5, "1,230"), (99.96, "100"), (0.01234, "0.0123"), (4.0, "4")],
)
def test_three_digits(number: float, told: str):
    assert three_digits(number) == told


@pytest.mark.parametrize(("each", "calls"), [(0.0, 5), (1.0, 3), (5.0, 1)])
def test_the_first_call_is_apart_and_the_rest_end_with_their_seconds(
    each: float, calls: int, monkeypatch: pytest.MonkeyPatch
):
    now = itertools.chain(
        [0.0, 9.0], (at for call in itertools.count() for at in (10 + call * 10, 10 + call * 10 + each))
    )
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    times = timed(lambda: None, most=5, seconds=3.0)
    assert (times.first, times.each) == (9.0, (each,) * calls)
    assert times.best == times.median == each
