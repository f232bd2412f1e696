"""What a page is told: the machine, the configurations, the network."""

from itertools import pairwise

import pytest

import tmformer
from tests.show.explorer.pages import HOSTILE, hostile, recorded
from tmformer.show.explorer.description import describe, describe_machine, describe_network
from tmformer.weights import name_blocks


def test_configurations_are_told_by_what_changes():
    recording = recorded("balanced_parentheses", "(()")
    run = describe(recording)["run"]
    cells = {run["tapes"][0]["first"] + index: symbol for index, symbol in enumerate(run["tapes"][0]["symbols"])}
    for step, now in enumerate(recording.configurations):
        assert (run["states"][step], run["heads"][0][step]) == (now.state, now.head)
        assert all(cells.get(cell, run["blank"]) == now.read(cell) for cell in range(-5, 9))
        if step < recording.steps:
            cells[run["heads"][0][step]] = run["written"][0][step]
    assert (run["steps"], run["outcome"], run["accepted"]) == (recording.steps, "halted", False)


def test_the_matrices_are_those_of_the_weights():
    weights = recorded("bb2", construction="wei_ma").weights
    told = describe_network(weights)
    for block, own, names in zip(told["blocks"], weights.blocks, name_blocks(weights), strict=True):
        assert block["units"] == names["units"]
        for head, matrices in zip(block["heads"], own.heads, strict=True):
            for part, matrix in head["matrices"].items():
                exact = getattr(matrices, part)
                assert {(row, column): value for row, column, value in matrix["entries"]} == exact.items()
                assert tuple(matrix["shape"]) == exact.shape
    assert [each["first"] for each in told["registers"]] == [span[0] for span in weights.layout.spans.values()]
    assert sum(each["width"] for each in told["registers"]) == told["d_model"] == len(told["coordinates"])


def test_a_machine_with_its_transitions_and_its_diagram():
    told = describe_machine(tmformer.load_machine("balanced_parentheses"))
    machine = tmformer.load_machine("balanced_parentheses")
    assert [each[0] for each in told["transitions"]] == [each.state for each in machine.transitions]
    assert {each[3][0] for each in told["transitions"]} <= {"L", "R", "S"}
    assert told["diagram"].startswith("<svg")
    assert told["diagram"].count('data-arrow="') >= 2
    assert set(told["accepting"]) == set(machine.accepting)


@pytest.mark.parametrize("states", [61, 300])
def test_what_cannot_be_drawn_says_why(states: int):
    names = tuple(f"q{index}" for index in range(states))
    rules = tuple(
        tmformer.machine.Transition(one, "0", "0", tmformer.machine.Move.RIGHT, other) for one, other in pairwise(names)
    )
    told = describe_machine(tmformer.machine.Machine(names, ("0",), "0", "q0", rules))
    assert told["diagram"] is None
    assert f"{states}" in told["undrawn"]


def test_names_are_told_as_they_are():
    told = describe(hostile())
    assert told["machine"]["states"] == list(HOSTILE.states)
    assert told["run"]["states"][0] == HOSTILE.start


def test_weights_alone_have_no_machine():
    weights = tmformer.compile(tmformer.load_machine("bb2"), steps=6)
    told = describe(tmformer.record(weights))
    assert told["machine"] is None
    assert told["run"]["machine"] == "bb2"
