"""The objects of automata-lib, against the library itself: configuration by configuration."""

import sys
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from automata.base.exceptions import RejectionException
from automata.fa.dfa import DFA
from automata.tm.dtm import DTM
from automata.tm.mntm import MNTM
from automata.tm.ntm import NTM
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.meaning import accepting_machines, meaning
from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition, from_automata, parse, to_automata, trace
from tmformer.machine.configuration import Configuration

STEPS = 12

ZEROS = DTM(
    states={"q0", "q1"}, input_symbols={"0"}, tape_symbols={"0", "."}, initial_state="q0", blank_symbol=".", final_states={"q1"},
    transitions={"q0": {"0": ("q0", ".", "R"), ".": ("q1", ".", "N")}},
)  # fmt: skip


def run_there(automaton: Any, text: str) -> tuple[list[Any], bool | None]:
    """The library's configurations, and whether it accepts; None where it still runs after STEPS."""
    seen: list[Any] = []
    try:
        steps = islice(automaton.read_input_stepwise(text), STEPS + 1)
        seen.extend(next(iter(now)) if isinstance(now, set) else now for now in steps)
    except RejectionException:
        return seen, False
    return seen, True if seen[-1].state in automaton.final_states else None


def same_cells(theirs: Any, now: Configuration, index: int) -> bool:
    """One tape of the library's, which drops where cell 0 was: compared from the tape head outward."""
    ours = now.tapes[index]
    return all(
        (theirs.tape[there] if 0 <= there < len(theirs.tape) else theirs.blank_symbol) == ours.read(ours.head + offset)
        for offset in range(-2 * STEPS, 2 * STEPS + 1)
        for there in (theirs.current_position + offset,)
    )


def check_runs(automaton: Any, machine: Machine, text: str) -> None:
    seen, accepts = run_there(automaton, text)
    run = trace(machine, tuple(text), max_steps=STEPS)
    assert run.accepted is accepts
    assert len(seen) == len(run.configurations)
    for there, now in zip(seen, run.configurations, strict=True):
        assert there.state == now.state
        tapes = there.tapes if machine.tapes > 1 else (there.tape,)
        assert all(same_cells(tape, now, index) for index, tape in enumerate(tapes))


@given(accepting_machines(max_tapes=3), st.text("ab_", max_size=4))
def test_it_runs_as_the_library_does(machine: Machine, text: str):
    """From our machine to theirs and back: each run is the same, and so is the machine."""
    text = "".join(symbol for symbol in text if symbol in machine.symbols)
    automaton = to_automata(machine)
    assert type(automaton) is (DTM if machine.tapes == 1 else MNTM)
    check_runs(automaton, machine, text)
    check_runs(automaton, from_automata(automaton), text)
    assert meaning(from_automata(automaton)) == meaning(machine)


def test_a_machine_of_the_library():
    assert from_automata(ZEROS) == Machine(
        ("q0", "q1"), (".", "0"), ".", "q0",
        (Transition("q0", "0", ".", Move.RIGHT, "q0"), Transition("q0", ".", ".", Move.STAY, "q1")),
        ("q1",), ("q1",), undefined_rejects=True,
    )  # fmt: skip
    assert to_automata(from_automata(ZEROS)).input_parameters == ZEROS.input_parameters


def test_the_order_is_always_the_same():
    states = {f"s{index}" for index in range(50)}
    machine = from_automata(
        DTM(
            states={"start", "z", *states}, input_symbols=set(), tape_symbols={"0", "1", "2", "."}, initial_state="start",
            blank_symbol="1", final_states={"z"}, transitions={"s7": {}, "start": {}},
        )
    )  # fmt: skip
    assert machine.states == ("start", "s7", *sorted(states - {"s7"}), "z")
    assert machine.symbols == ("1", ".", "0", "2")


def test_states_that_are_no_texts():
    automaton = DTM(
        states={0, (1, 2)}, input_symbols=set(), tape_symbols={"."}, initial_state=0, blank_symbol=".", final_states={(1, 2)},
        transitions={0: {".": ((1, 2), ".", "R")}},
    )  # fmt: skip
    assert from_automata(automaton).states == ("0", "(1, 2)")


def test_states_that_are_one_as_texts_are_refused():
    automaton = DTM(
        states={0, "0"}, input_symbols=set(), tape_symbols={"."}, initial_state=0, blank_symbol=".", final_states={"0"},
        transitions={0: {".": ("0", ".", "R")}},
    )  # fmt: skip
    with pytest.raises(MachineError, match="differ as texts"):
        from_automata(automaton)


def test_what_branches_is_refused():
    result = ("q1", (("0", "R"),))
    fields: dict[str, Any] = {
        "states": {"q0", "q1"}, "input_symbols": {"0"}, "tape_symbols": {"0", "."}, "initial_state": "q0", "blank_symbol": ".",
        "final_states": {"q1"},
    }  # fmt: skip
    for results in ([result, ("q0", (("0", "R"),))], []):
        with pytest.raises(MachineError, match=f"{len(results)} results"):
            from_automata(MNTM(**fields, n_tapes=1, transitions={"q0": {("0",): results}}))
    with pytest.raises(MachineError, match="class NTM"):
        from_automata(NTM(**fields, transitions={"q0": {"0": {("q1", "0", "R")}}}))


def test_other_automata_are_refused():
    dfa = DFA(states={"q"}, input_symbols={"0"}, transitions={"q": {"0": "q"}}, initial_state="q", final_states={"q"})
    for other in (dfa, None, "DTM", DTM):
        with pytest.raises(MachineError, match="is a DTM, or an MNTM"):
            from_automata(other)


def test_what_the_library_cannot_express_is_refused():
    with pytest.raises(MachineError, match="halts and does not accept"):
        to_automata(parse("1RB1LB_1LA1RZ"))
    with pytest.raises(MachineError, match="one-way"):
        to_automata(replace(from_automata(ZEROS), one_way=True))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "automata.tm.dtm", None)
    for call in (lambda: from_automata(ZEROS), lambda: to_automata(parse("1RB---_1LA---"))):
        with pytest.raises(MachineError, match="need automata-lib") as caught:
            call()
        assert "tmformer[automata]" in caught.value.remedy
