"""The JSON of automata-lib: what it means, and what it refuses as the library does."""

import json
from typing import Any

import pytest

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Outcome, Transition, parse_document, trace
from tmformer.machine.formats.automata import is_likely, parse

ONES: dict[str, Any] = {
    "class": "DTM",
    "states": ["go", "dead", "end"],
    "input_symbols": ["1", "0"],
    "tape_symbols": ["1", "0", "."],
    "transitions": {"go": {"1": ["go", "1", "R"], ".": ["end", "0", "N"]}},
    "initial_state": "go",
    "blank_symbol": ".",
    "final_states": ["end"],
}
COPY: dict[str, Any] = ONES | {
    "class": "MNTM",
    "n_tapes": 2,
    "transitions": {"go": {"1.": [["go", [["1", "R"], ["1", "R"]]]], "..": [["end", [[".", "N"], [".", "L"]]]]}},
}


def test_a_whole_machine():
    machine = parse(json.dumps(ONES)).machine
    assert machine == Machine(
        states=("go", "dead", "end"),
        symbols=("1", "0", "."),
        blank=".",
        start="go",
        transitions=(Transition("go", "1", "1", Move.RIGHT, "go"), Transition("go", ".", "0", Move.STAY, "end")),
        halting=("end",),
        accepting=("end",),
        undefined_rejects=True,
    )
    assert trace(machine, "11", max_steps=9).accepted is True
    stuck = trace(machine, "10", max_steps=9)
    assert (stuck.outcome, stuck.accepted) == (Outcome.UNDEFINED, False)


def test_several_tapes():
    machine = parse(json.dumps(COPY)).machine
    assert machine.tapes == 2
    assert machine.transition("go", "1", ".") == Transition(
        "go", ("1", "."), ("1", "1"), (Move.RIGHT, Move.RIGHT), "go"
    )
    assert trace(machine, "111", max_steps=9).final.tapes[1].symbols == ("1", "1", "1")


def test_the_start_state_may_be_told():
    assert parse(json.dumps(ONES), start="dead").machine.start == "dead"
    with pytest.raises(MachineError, match="'end', which is not"):
        parse(json.dumps(ONES), start="end")


def test_it_is_recognised_whatever_comes_first():
    for first, value in COPY.items():
        assert is_likely(json.dumps({first: value}))
    assert not is_likely('{"blank": 0}')
    assert not is_likely("")
    assert parse_document(json.dumps(ONES)).machine.accepting == ("end",)


def row(result: object, read: str = "1", state: str = "go") -> dict[str, object]:
    return {"transitions": {state: {read: result}}}


DAMAGED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another class": (ONES, {"class": "DFA"}, "'DFA'"),
    "nondeterministic": (ONES, {"class": "NTM"}, "'NTM'"),
    "an unknown key": (ONES, {"name": "x"}, "'name'"),
    "tapes of a DTM": (ONES, {"n_tapes": 1}, "'n_tapes'"),
    "no tapes of an MNTM": (ONES, {"class": "MNTM"}, "no 'n_tapes'"),
    "too many tapes": (COPY, {"n_tapes": 101}, "'101'"),
    "tapes in words": (COPY, {"n_tapes": "two"}, "'two'"),
    "a state twice": (ONES, {"states": ["go", "go", "end"]}, "a second time"),
    "a long symbol": (ONES, {"tape_symbols": ["1", "0", ".", "10"]}, "'10'"),
    "an unknown input symbol": (ONES, {"input_symbols": ["x"]}, "'x', which is not"),
    "nothing but input symbols": (ONES, {"input_symbols": ["1", "0", "."]}, "all tape symbols"),
    "an unknown blank": (ONES, {"blank_symbol": "_"}, "'_', which is not"),
    "an unknown final state": (ONES, {"final_states": ["stop"]}, "'stop', which is not"),
    "a final start state": (ONES, {"initial_state": "end"}, "'end', which is not"),
    "transitions of a final state": (ONES, row(["go", "1", "R"], state="end"), "transitions of 'end'"),
    "transitions of an unknown state": (ONES, row(["go", "1", "R"], state="nowhere"), "'nowhere'"),
    "an unknown symbol read": (ONES, row(["go", "1", "R"], read="x"), "'x' for 1 tape"),
    "two symbols read on one tape": (ONES, row(["go", "1", "R"], read="11"), "'11' for 1 tape"),
    "one symbol read on two tapes": (COPY, row([["go", [["1", "R"], ["1", "R"]]]]), "'1' for 2 tapes"),
    "an unknown next state": (ONES, row(["nowhere", "1", "R"]), "'nowhere'"),
    "an unknown symbol written": (ONES, row(["go", "x", "R"]), "'x', which is not"),
    "a move of another format": (ONES, row(["go", "1", "S"]), "'S', which is not"),
    "a result of two": (ONES, row(["go", "1"]), "2"),
    "a branch": (COPY, row([["go", [["1", "R"]] * 2], ["end", [["1", "R"]] * 2]], read="11"), "2 results"),
    "no result": (COPY, row([], read="11"), "0 results"),
    "an action too few": (COPY, row([["go", [["1", "R"]]]], read="11"), "1"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_not_well_formed_is_refused(name: str):
    fields, change, found = DAMAGED[name]
    with pytest.raises(MachineError) as caught:
        parse(json.dumps(fields | change, indent=1), "f.json")
    assert found in caught.value.found
    assert caught.value.where.startswith("f.json:")


@pytest.mark.parametrize("key", ONES)
def test_each_key_is_needed(key: str):
    with pytest.raises(MachineError, match=f"no '{key}'"):
        parse(json.dumps({name: value for name, value in ONES.items() if name != key}))
