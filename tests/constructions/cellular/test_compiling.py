"""Cellular: a machine and its network, step for step."""

import pytest

from tests.squares.checkers import MADE
from tmformer.decode import Dense, Exact
from tmformer.machine import Configuration, Tape, load, trace
from tmformer.pipeline import compile as compile_machine


@pytest.mark.parametrize("regime", ["saturated", "graded"])
def test_the_bb4_champion_takes_107_blocks(regime: str):
    """Not one less: after 106 blocks it is running, and after 107 it has halted with 13 ones."""
    machine = load("bb4")
    weights = compile_machine(machine, steps=107)
    start = MADE.encode_configuration(weights.labels, Configuration("A", (Tape(0, 0, (), "0"),)))
    for engine in (Dense(weights, regime=regime), *([Exact(weights)] if regime == "saturated" else [])):
        before = engine.advance(engine.start(start), 106)
        after = engine.advance(before, 1000)
        assert (before.steps, before.outcome) == (106, "running")
        assert (after.steps, after.outcome) == (107, "halted")
        expected = trace(machine, (), max_steps=1000)
        assert MADE.decode_configuration(weights.labels, engine.stream(after)) == expected.final
        assert expected.final.tape.count("1") == 13
    assert weights.labels.loops * len(weights.blocks) == 107
