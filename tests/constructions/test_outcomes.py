"""Outcomes: the stop table has each pair that ends a run, once, and its words are read back as they were meant."""

import msgspec
import pytest
from hypothesis import given

from tmformer.constructions import construction, name_outcome, read_outcome
from tmformer.constructions.outcomes import check_words, stop_outcomes
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, Outcome, accepted, configuration, load, outcome
from tmformer.program import OneHot
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


@pytest.mark.parametrize("name", ["cellular", "wei_ma"])
def test_words_that_no_machine_has_are_refused(name: str):
    labels = construction(name).compile(load("bb2"), steps=2).labels
    states, symbols = OneHot(("A", "B", "Z")), OneHot(("0", "1"))
    check_words(labels, states, symbols)
    odd = msgspec.structs.replace(labels.stop, outcomes=(("Z", "0", "odd"),))
    for other, found in (
        (msgspec.structs.replace(labels, parameters={**labels.parameters, "start": "Q"}), "a start state"),
        (msgspec.structs.replace(labels, parameters={**labels.parameters, "blank": "Q"}), "a start state"),
        (msgspec.structs.replace(labels, stop=odd), "the outcome 'odd'"),
    ):
        with pytest.raises(ConstructionError, match=f"the {name} construction writes") as error:
            check_words(other, states, symbols)
        assert found in error.value.found
