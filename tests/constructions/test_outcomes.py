"""Outcomes: the stop table has each pair that ends a run, once, and its words are read back as they were meant."""

from dataclasses import replace
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import construction, name_outcome, read_outcome
from tmformer.constructions.outcomes import check_words, stop_outcomes
from tmformer.errors import ConstructionError
from tmformer.machine import Configuration, Machine, Outcome, accepted, load, outcome, tape
from tmformer.program import OneHot
from tmformer.strategies import machines


@given(
    st.integers(1, 3).flatmap(lambda tapes: machines(tapes=tapes, max_states=3, min_symbols=1, max_symbols=4 - tapes)),
    st.booleans(),
)
def test_the_stop_table_is_the_reference_at_every_pair(machine: Machine, undefined_rejects: bool):
    """With several tapes, at every state and combination of symbols."""
    machine = replace(machine, undefined_rejects=undefined_rejects)
    table = {(state, *read): said for state, *read, said in stop_outcomes(machine)}
    assert len(table) == len(stop_outcomes(machine))
    for state in machine.states:
        for read in product(machine.symbols, repeat=machine.tapes):
            now = Configuration(state, tuple(tape(0, {0: symbol}, machine.blank) for symbol in read))
            ended, accepts = read_outcome(table.get((state, *read), "running"))
            assert (ended, accepts) == (outcome(machine, now), accepted(machine, now))


def test_names_and_outcomes_are_inverse():
    for said in ("halted", "accepted", "rejected", "undefined", "undefined-rejected", "running"):
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
