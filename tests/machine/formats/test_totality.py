"""Whether a run can end for want of a transition."""

from itertools import product

from hypothesis import given

from tests.machine.formats.meaning import accepting_machines
from tmformer.machine import Machine
from tmformer.machine.formats.totality import can_be_undefined


@given(accepting_machines(max_tapes=2))
def test_it_can_where_a_pair_has_no_transition(machine: Machine):
    running = [state for state in machine.states if state not in machine.halting]
    words = list(product(machine.symbols, repeat=machine.tapes))
    assert can_be_undefined(machine) is not all(
        machine.has_transition(state, *word) for state in running for word in words
    )


@given(accepting_machines(max_tapes=2, total=True))
def test_it_cannot_in_a_total_machine(machine: Machine):
    assert not can_be_undefined(machine)
