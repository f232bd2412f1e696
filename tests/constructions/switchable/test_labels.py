"""The registers of two machines are disjoint, and of one kind of tape."""

from hypothesis import given
from hypothesis import strategies as st

from tests.constructions.switchable.pairs import CHOICES, compile_pair, pairs
from tmformer.constructions.switchable.labels import named, state_of
from tmformer.machine import Machine
from tmformer.program import Feedback, OneHot, check_program
from tmformer.weights import Layout


@given(pair=pairs(), steps=st.integers(0, 40), cells=st.integers(1, 9))
def test_each_machine_has_a_register_of_its_own(pair: tuple[Machine, Machine], steps: int, cells: int):
    program = compile_pair(*pair, steps=steps, cells=cells)
    check_program(program)
    labels, layout = program.labels, Layout(program.labels.registers)
    for choice, machine in zip(CHOICES, pair, strict=True):
        assert labels.register(state_of(choice)).type == OneHot(machine.states)
    assert set(layout.spans["a.state"]).isdisjoint(layout.spans["b.state"])
    said = [named(choice, state) for choice, machine in zip(CHOICES, pair, strict=True) for state in machine.states]
    assert labels.register("now").type == OneHot(tuple(said))
    assert len(set(said)) == len(said)
    assert labels.register("symbol").type == OneHot(tuple(dict.fromkeys((*pair[0].symbols, *pair[1].symbols))))


@given(pair=pairs())
def test_the_token_and_both_states_are_fed_back_as_they_are(pair: tuple[Machine, Machine]):
    labels = compile_pair(*pair, steps=3).labels
    kept = {Feedback(name, name) for name in ("choice", "a.state", "b.state", "step")}
    assert kept <= set(labels.feedback)
    assert [each.register for each in labels.stop.signals] == ["now"]


@given(pair=pairs())
def test_start_admits_any_token_and_any_state_of_each(pair: tuple[Machine, Machine]):
    *_, start = compile_pair(*pair, steps=3).labels.admissible
    assert {"choice", "a.state", "b.state"} <= set(start.any)
    assert not start.free
