"""The layout as a whole: what it takes, and that it grows until there is room."""

import pytest

from tests.show.diagram.seen import compared, faults, seen
from tmformer.errors import ShowError
from tmformer.machine import Machine, Move, Transition, read
from tmformer.show.diagram import MOST_STATES, MOST_TRANSITIONS, as_svg, lay_out
from tmformer.show.diagram.layout import label_size


def complete(count: int) -> Machine:
    """Each state leads to each, by a symbol of its own."""
    symbols = tuple(str(index) for index in range(count))
    states = tuple(f"q{index}" for index in range(count))
    rules = [
        Transition(state, symbol, symbols[(index + 1) % count], Move.LEFT, states[index])
        for state in states
        for index, symbol in enumerate(symbols)
    ]
    return Machine(states, symbols, "0", "q0", tuple(rules))


def test_all_to_all_is_drawn_in_a_larger_picture():
    small, large = lay_out(complete(3)), lay_out(complete(7))
    picture = seen(as_svg(large))
    assert len(picture.arrows) == 49
    assert faults(picture) == []
    assert not any(compared(picture, complete(7)))
    assert large.width > 2 * small.width


@pytest.mark.long
def test_the_largest_that_is_drawn():
    states = tuple(f"q{index}" for index in range(MOST_STATES))
    symbols = tuple(str(index) for index in range(MOST_TRANSITIONS // MOST_STATES))
    rules = [
        Transition(state, symbol, symbol, Move.LEFT, states[(7 * one * one + 13 * other + one) % MOST_STATES])
        for one, state in enumerate(states)
        for other, symbol in enumerate(symbols)
    ]
    machine = Machine(states, symbols, "0", "q0", tuple(rules))
    picture = seen(as_svg(lay_out(machine)))
    assert faults(picture) == []
    assert not any(compared(picture, machine))


def test_one_state_more_and_one_transition_more_are_refused_by_name():
    states = tuple(f"q{index}" for index in range(MOST_STATES + 1))
    with pytest.raises(ShowError, match="at most 60 states"):
        lay_out(Machine(states, ("0",), "0", "q0", ()))
    symbols = tuple(str(index) for index in range(MOST_TRANSITIONS + 1))
    rules = tuple(Transition("a", symbol, symbol, Move.LEFT, "a") for symbol in symbols)
    with pytest.raises(ShowError, match="at most 300 transitions") as caught:
        lay_out(Machine(("a",), symbols, "0", "a", rules))
    assert caught.value.found == "301 transitions"


def test_a_diagram_knows_its_machine():
    machine = read("prime").machine
    diagram = lay_out(machine)
    assert [state.kind for state in diagram.states[-2:]] == ["accepting", "rejecting"]
    assert {state.kind for state in diagram.states[:-2]} == {"working"}
    for drawn in diagram.arrows:
        assert machine.states[drawn.source] == drawn.arrow.source
        assert machine.states[drawn.target] == drawn.arrow.target
        width, height = label_size(drawn.arrow)
        assert drawn.box.right - drawn.box.left == pytest.approx(width)
        assert drawn.box.bottom - drawn.box.top == pytest.approx(height)
