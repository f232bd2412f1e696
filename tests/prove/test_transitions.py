"""The transition table, read back from the gates."""

from dataclasses import replace

import pytest
from hypothesis import given

from tmformer.errors import ProofError
from tmformer.machine import Machine, Move, load, shipped_names
from tmformer.pipeline import compile
from tmformer.prove.transitions import Rules, Step, names, read_rules
from tmformer.strategies import machines
from tmformer.weights import Weights, sparse


def expected(machine: Machine) -> Rules:
    def step(state: str, symbol: str) -> Step | None:
        if not machine.has_transition(state, symbol):
            return None
        rule = machine.transition(state, symbol)
        return Step(machine.symbols.index(rule.write), rule.move, machine.states.index(rule.next_state))

    steps = tuple(tuple(step(state, symbol) for symbol in machine.symbols) for state in machine.states)
    return Rules(machine.states, machine.symbols, machine.one_way, steps)


@given(machines(one_way=True))
def test_what_is_read_is_the_machine(machine: Machine):
    assert read_rules(compile(machine, "cellular", steps=3), "a file") == expected(machine)
    if not machine.one_way:
        assert read_rules(compile(machine, "wei_ma", steps=3, radix=3), "a file") == expected(machine)


@pytest.mark.parametrize("name", [name for name in shipped_names() if load(name).tapes == 1])
def test_every_shipped_machine(name: str):
    machine = load(name)
    assert read_rules(compile(machine, "cellular", steps=3), name) == expected(machine)


def without_a_gate(weights: Weights, unit: int) -> Weights:
    (block,) = weights.blocks
    items = {place: value for place, value in block.mlp.w_out.items().items() if place[1] != unit}
    return replace(
        weights, blocks=(replace(block, mlp=replace(block.mlp, w_out=sparse(block.mlp.w_out.shape, items))),)
    )


def test_a_missing_gate_is_named():
    weights = compile(load("bb2"), "cellular", steps=6)
    with pytest.raises(ProofError, match=r"none for state 'A' and symbol '1'[\s\S]*bb2, the MLP of block 0"):
        read_rules(without_a_gate(weights, 2), "bb2")


def test_a_gate_at_which_the_machine_stops_is_none_of_a_transition():
    weights = compile(load("bb2"), "cellular", steps=6)
    assert read_rules(weights, "bb2").steps[2] == (None, None)
    assert read_rules(weights, "bb2").steps[0][0] == Step(1, Move.RIGHT, 1)
    assert names(weights.labels, "arriving") == ("A", "B", "Z")
    assert names(weights.labels, "own_cell") == ()
