"""What cannot be drawn so that anybody could read it."""

from tests.errors.sites import Case
from tmformer.machine import Machine, Move, Transition
from tmformer.show import MOST_STATES, MOST_TRANSITIONS, lay_out


def walk(states: int, symbols: int) -> Machine:
    """A machine of this size that goes from each state to the next."""
    names, alphabet = [f"q{index}" for index in range(states)], [f"s{index}" for index in range(symbols)]
    rules = [
        Transition(state, symbol, symbol, Move.RIGHT, names[(index + 1) % states])
        for index, state in enumerate(names)
        for symbol in alphabet
    ]
    return Machine(tuple(names), tuple(alphabet), "s0", "q0", tuple(rules))


CASES: dict[str, Case] = {
    "too many states": lambda: lay_out(walk(MOST_STATES + 1, 1)),
    "too many transitions": lambda: lay_out(walk(2, MOST_TRANSITIONS // 2 + 1)),
}
