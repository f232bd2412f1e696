"""A state is a value: engines make new ones and leave old ones as they were."""

from tests.squares.checkers import MADE, Run, dense
from tmformer.decode import Exact, State
from tmformer.machine import parse
from tmformer.program import RUNNING

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)


def test_a_state_can_be_advanced_twice():
    prompt = MADE.encode_configuration(BB2.weights.labels, BB2.start)
    for engine in (dense(BB2.weights), Exact(BB2.weights)):
        begun = engine.start(prompt)
        assert isinstance(begun, State)
        assert (begun.loops, begun.outcome) == (0, RUNNING)
        first, second = engine.advance(begun, 3), engine.advance(begun, 3)
        assert engine.stream(first) == engine.stream(second) != engine.stream(begun) == prompt
