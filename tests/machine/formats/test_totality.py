"""Whether a run can end for want of a transition."""

from dataclasses import replace
from itertools import product

from hypothesis import given

from tests.machine.formats.meaning import accepting_machines
from tmformer.machine import Machine, Move, Transition
from tmformer.machine.formats.totality import can_be_undefined, described_gap


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


def test_a_gap_is_described_unless_it_rejects():
    rules = (Transition("q", "a", "a", Move.LEFT, "end"),)
    machine = Machine(("q", "end"), ("a", "b"), "b", "q", rules, ("end",))
    assert "state 'q' reading 'b'" in described_gap(machine)
    assert described_gap(replace(machine, undefined_rejects=True)) == ""
    assert described_gap(replace(machine, transitions=(*rules, replace_symbol(rules[0], "b")))) == ""


def replace_symbol(rule: Transition, symbol: str) -> Transition:
    return Transition(rule.state, symbol, rule.write, rule.move, rule.next_state)
