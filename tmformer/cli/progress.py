"""How far a run is, and how fast it goes: a line that is there once a run takes longer than two seconds."""

import time
from collections import deque
from collections.abc import Callable
from typing import final

from tmformer.machine import Configuration

_SILENCE = 2.0  # seconds in which nothing is said
_LOOKS = (
    8  # looks over which the speed is taken: about the last two thirds of a run, where a look is after an eighth of it
)


@final
class Pace:
    """How far a run is.

    Args:
        limit: the most machine steps, None if it is not known.
        clock: the time in seconds.
    """

    def __init__(self, limit: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._begun = clock()
        self._looks: deque[tuple[float, int]] = deque(maxlen=_LOOKS)

    def line(self, steps: int, now: Configuration) -> str:
        """Machine steps, machine steps a second, cells used, time left where it is known; nothing in the first two seconds.

        Args:
            steps: machine steps so far, more each time.
            now: the configuration after them.
        """
        at = self._clock()
        self._looks.append((at, steps))
        if at - self._begun < _SILENCE:
            return ""
        parts = [f"{steps:,} machine steps", *self._speed(at, steps), f"{_cells(now):,} cells"]
        return ", ".join(parts)

    def _speed(self, at: float, steps: int) -> list[str]:
        """Machine steps a second, and the time left at this speed."""
        before, earlier = self._looks[0]
        if at <= before or steps <= earlier:
            return []
        speed = (steps - earlier) / (at - before)
        left = [] if self._limit is None else [f"{_duration((self._limit - steps) / speed)} left at most"]
        return [f"{speed:,.0f} steps/s", *left]


def _cells(now: Configuration) -> int:
    """The cells in use, of all tapes together."""
    return sum(last - first + 1 for first, last in (tape.used for tape in now.tapes))


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds.

    >>> _duration(59.7), _duration(3725)
    ('1:00', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
