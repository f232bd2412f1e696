"""Machines are validated on construction: each rule is seen to pass and to fail."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition, check_machine
from tmformer.strategies import machines

GO = Transition("go", "_", "1", Move.RIGHT, "end")
FLIP = Machine(("go", "end"), ("_", "1"), "_", "go", (GO,), halting=("end",), name="flip")


def test_a_machine_is_a_value():
    assert replace(FLIP) == FLIP
    assert hash(replace(FLIP)) == hash(FLIP)
    with pytest.raises(FrozenInstanceError):
        FLIP.blank = "1"  # type: ignore[misc]


def test_lookup():
    assert FLIP.has_transition("go", "_")
    assert not FLIP.has_transition("go", "1")
    assert FLIP.transition("go", "_") is GO


def test_moves():
    assert [move.letter for move in Move] == ["L", "S", "R"]
    assert [move.value for move in Move] == [-1, 0, 1]


@given(machines())
def test_the_repr_of_a_machine_evaluates_to_it(machine: Machine):
    assert eval(repr(machine)) == machine  # noqa: S307


@given(machines())
def test_drawn_machines_are_well_formed(machine: Machine):
    check_machine(machine)


FAULTS = {
    "no states": ({"states": ()}, "at least one state", "none"),
    "empty name": ({"states": ("go", "end", "")}, "at least one character", "''"),
    "not a text": ({"states": ("go", "end", 3)}, "at least one character", "3"),
    "state twice": ({"states": ("go", "end", "go")}, "declared once", "'go'"),
    "symbol twice": ({"symbols": ("_", "1", "1")}, "declared once", "'1'"),
    "blank": ({"blank": "0"}, "blank", "'0'"),
    "start": ({"start": "og"}, "start state", "'og'"),
    "halting": ({"halting": ("end", "endx")}, "halting state", "'endx'"),
    "halting twice": ({"halting": ("end", "end")}, "halting state is declared once", "'end'"),
    "accepting": ({"accepting": ("go",)}, "accepting state", "'go'"),
    "accepting twice": ({"accepting": ("end", "end")}, "accepting state is declared once", "'end'"),
    "rejecting": ({"rejecting": ("go",)}, "rejecting state", "'go'"),
    "both": ({"accepting": ("end",), "rejecting": ("end",)}, "not both", "'end'"),
    "target": ({"transitions": (replace(GO, next_state="endx"),)}, "lead to a declared state", "'endx'"),
    "source": ({"transitions": (replace(GO, state="gone"),)}, "leave a declared state", "'gone'"),
    "written": ({"transitions": (replace(GO, writes=("x",)),)}, "symbol read or written", "'x'"),
    "read": ({"transitions": (replace(GO, reads=("x",)),)}, "symbol read or written", "'x'"),
    "leaves a halting state": ({"transitions": (GO, replace(GO, state="end"))}, "halting state has no", "'end'"),
    "nondeterministic": ({"transitions": (GO, replace(GO, writes=("_",)))}, "deterministic", "'go'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str):
    changes, rule, found = FAULTS[name]
    with pytest.raises(MachineError) as caught:
        replace(FLIP, **changes)
    assert rule in caught.value.rule
    assert found in caught.value.found
    assert "flip" in caught.value.where
    assert len(caught.value.remedy) > 8


def test_a_near_name_is_proposed():
    with pytest.raises(MachineError, match="did you mean 'end'"):
        replace(FLIP, transitions=(replace(GO, next_state="endx"),))


def test_a_missing_transition_is_refused_by_name():
    with pytest.raises(MachineError, match="state 'go' reading '1'"):
        FLIP.transition("go", "1")


def test_ten_thousand_states():
    states = tuple(f"q{index}" for index in range(10_000))
    rules = tuple(Transition(state, "0", "0", Move.RIGHT, "q0") for state in states)
    assert Machine(states, ("0",), "0", "q0", rules).transition("q9999", "0").next_state == "q0"
