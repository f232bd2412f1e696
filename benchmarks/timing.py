"""How long something takes: once to get ready, then again and again for a while."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Times(NamedTuple):
    """Seconds.

    Args:
        first: of the first call, compilation included.
        each: of the calls after it.
    """

    first: float
    each: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the calls after the first."""
        return statistics.median(self.each)

    @property
    def best(self) -> float:
        """Of the calls after the first."""
        return min(self.each)


def timed(run: Callable[[], object], *, most: int = 5, seconds: float = 3.0) -> Times:
    """The first call, then at most so many more while they take less than so many seconds together; one at least."""
    first = _seconds(run)
    each = [_seconds(run)]
    while len(each) < most and sum(each) < seconds:
        each.append(_seconds(run))
    return Times(first, tuple(each))


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
