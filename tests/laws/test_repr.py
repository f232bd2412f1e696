"""eval(repr(x)) == x, for machines, configurations, programs and weights: what is printed can be pasted back."""

from hypothesis import given, settings
from hypothesis import strategies as st

import tmformer.machine
import tmformer.program
import tmformer.weights
from tests.laws.strange import strange_machines
from tests.program.drawn import programs
from tests.squares.checkers import Run, runs
from tmformer.machine import Machine
from tmformer.program import Program
from tmformer.strategies import configurations, machines
from tmformer.weights import lower

NAMES = {
    name: getattr(room, name)
    for room in (tmformer.machine, tmformer.program, tmformer.weights)
    for name in room.__all__
}


@given(st.one_of(machines(), strange_machines()))
def test_machines(machine: Machine):
    assert eval(repr(machine), dict(NAMES)) == machine  # noqa: S307 - that is the law


@given(st.data())
def test_configurations(data: st.DataObject):
    now = data.draw(configurations(data.draw(machines())))
    assert eval(repr(now), dict(NAMES)) == now  # noqa: S307 - that is the law


@settings(max_examples=20)
@given(runs(max_states=3, max_symbols=2))
def test_programs_and_weights(case: Run):
    program = case.program
    assert eval(repr(program), dict(NAMES)) == program  # noqa: S307 - that is the law
    assert eval(repr(lower(program)), dict(NAMES)) == lower(program)  # noqa: S307 - that is the law


@settings(max_examples=20)
@given(strange_machines())
def test_programs_with_strange_names(machine: Machine):
    program = Run(machine, (), 0, 0, 2, 2).program
    assert eval(repr(program), dict(NAMES)) == program  # noqa: S307 - that is the law


@settings(max_examples=30)
@given(programs())
def test_programs_of_every_word(program: Program):
    assert eval(repr(program), dict(NAMES)) == program  # noqa: S307 - that is the law
