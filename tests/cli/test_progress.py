"""How far a run is, by a clock of the test."""

import pytest

from tmformer.cli.progress import Pace, _duration
from tmformer.machine import Configuration, Tape, configuration

NOW = configuration("A", -2, {0: "1", 4: "1"}, "0")


class Clock:
    """Seconds that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(pace: Pace, clock: Clock, looks: list[tuple[float, int]]) -> list[str]:
    found: list[str] = []
    for seconds, steps in looks:
        clock.now = 100 + seconds
        found.append(pace.line(steps, NOW))
    return found


def test_nothing_is_said_in_the_first_two_seconds():
    clock = Clock()
    found = lines(Pace(None, clock), clock, [(0, 0), (1, 1000), (1.9, 1900), (2, 2000)])
    assert found == ["", "", "", "2,000 machine steps, 1,000 steps/s, 7 cells"]


def test_the_time_left_is_said_where_it_is_known():
    clock = Clock()
    found = lines(Pace(1_000_000, clock), clock, [(0, 0), (10, 10_000), (1000, 1_000_000)])
    assert found[1:] == [
        "10,000 machine steps, 1,000 steps/s, 16:30 left at most, 7 cells",
        "1,000,000 machine steps, 1,000 steps/s, 0:00 left at most, 7 cells",
    ]


def test_the_speed_is_that_of_late_also_where_a_run_went_on_from_a_checkpoint():
    clock = Clock()
    looks = [(3.0, 5_000_000), *((10.0 + second, 5_000_000 + 100 * second) for second in range(20))]
    found = lines(Pace(None, clock), clock, looks)
    assert found[0] == "5,000,000 machine steps, 7 cells"
    assert found[-1] == "5,001,900 machine steps, 100 steps/s, 7 cells"


def test_a_clock_that_stands_still_divides_nothing():
    clock = Clock()
    assert lines(Pace(9, clock), clock, [(5, 1), (5, 2)]) == [f"{steps} machine steps, 7 cells" for steps in (1, 2)]


def test_the_cells_of_all_tapes_are_counted():
    clock = Clock()
    pace = Pace(None, clock)
    clock.now += 9
    assert pace.line(1, Configuration("A", (Tape(0, 0, ("1",) * 5, "0"), Tape(3, 0, (), "0")))).endswith(", 6 cells")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0:00"), (61, "1:01"), (3599.6, "1:00:00"), (360_000, "100:00:00")]
)
def test_durations(seconds: float, text: str):
    assert _duration(seconds) == text
