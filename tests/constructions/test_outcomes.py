"""Outcomes: the stop table has each pair that ends a run, once, and its words are read back as they were meant."""

from hypothesis import given

from tmformer.constructions import name_outcome, read_outcome
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.machine import Machine, Outcome, accepted, configuration, outcome
from tmformer.strategies import machines


@given(machines())
def test_the_stop_table_is_the_reference_at_every_pair(machine: Machine):
    table = {(state, symbol): said for state, symbol, said in stop_outcomes(machine)}
    assert len(table) == len(stop_outcomes(machine))
    for state in machine.states:
        for symbol in machine.symbols:
            now = configuration(state, 0, {0: symbol}, machine.blank)
            ended, accepts = read_outcome(table.get((state, symbol), "running"))
            assert (ended, accepts) == (outcome(machine, now), accepted(machine, now))


def test_names_and_outcomes_are_inverse():
    for said in ("halted", "accepted", "rejected", "undefined", "running"):
        assert name_outcome(*read_outcome(said)) == said
    assert read_outcome("outside") == (Outcome.LIMIT, None)
