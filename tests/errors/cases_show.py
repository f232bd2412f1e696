"""What cannot be drawn so that anybody could read it."""

import builtins
from unittest.mock import patch

from tests.errors.sites import Case
from tmformer.machine import Machine, Move, Transition, initial_configuration
from tmformer.show import (
    MOST_PLACES,
    MOST_STATES,
    MOST_TRANSITIONS,
    Page,
    SpaceTime,
    lay_out,
    margins_picture,
    space_time,
)


def walk(states: int, symbols: int) -> Machine:
    """A machine of this size that goes from each state to the next."""
    names, alphabet = [f"q{index}" for index in range(states)], [f"s{index}" for index in range(symbols)]
    rules = [
        Transition(state, symbol, symbol, Move.RIGHT, names[(index + 1) % states])
        for index, state in enumerate(names)
        for symbol in alphabet
    ]
    return Machine(tuple(names), tuple(alphabet), "s0", "q0", tuple(rules))


def without_matplotlib() -> bytes:
    """A picture where matplotlib is not installed."""
    importing = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(f"No module named {name!r}")
        return importing(name, *rest)  # type: ignore[arg-type]

    with patch.object(builtins, "__import__", refuse):
        return margins_picture(Page("svg"), "t", [], "block")


def too_many_places() -> SpaceTime:
    """Two configurations of a tape that is half as long as a picture has places, and a cell more."""
    start = initial_configuration("A", ("1",), "0", head=MOST_PLACES // 2)
    return space_time([start, start], ("0", "1"))


CASES: dict[str, Case] = {
    "too many states": lambda: lay_out(walk(MOST_STATES + 1, 1)),
    "too many transitions": lambda: lay_out(walk(2, MOST_TRANSITIONS // 2 + 1)),
    "no matplotlib": without_matplotlib,
    "more cells than a picture has places": too_many_places,
}
