"""Machines as Doty's YAML: read back as they were, and refused by name where the format cannot express them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.test_jflap_writer import rename
from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition
from tmformer.machine.formats.doty import parse
from tmformer.machine.formats.doty_writer import format_machine
from tmformer.strategies import machines


def expressible(machine: Machine, letters: str = "abcdefgh") -> Machine:
    """The machine with Doty's blank, tapes and halting states, its rules state by state and its blank the last symbol."""
    names = dict(zip(machine.symbols, letters, strict=False)) | {machine.blank: "_"}
    running = tuple(state for state in machine.states if state not in machine.halting)
    rules = rename(machine, names)
    ends = {state: "yes" if state == "yes" else "no" for state in machine.halting}
    moved = (Transition(r.state, r.reads, r.writes, r.moves, ends.get(r.next_state, r.next_state)) for r in rules)
    return Machine(
        states=(*running, "yes", "no"),
        symbols=(*(name for name in names.values() if name != "_"), "_"),
        blank="_",
        start=machine.start,
        transitions=tuple(moved),
        halting=("yes", "no"),
        accepting=("yes",),
        rejecting=("no",),
        tapes=machine.tapes,
        one_way=True,
        undefined_rejects=True,
    )


@given(st.integers(1, 3).flatmap(lambda tapes: machines(tapes=tapes, max_states=3, max_symbols=3)))
def test_what_is_written_is_read_back(machine: Machine):
    written = expressible(machine)
    if written.transitions:
        assert parse(format_machine(written)).machine == written


characters = st.characters(max_codepoint=0xFFFF, exclude_characters="?_", exclude_categories=["Cs"])


@given(
    machines(max_states=2, max_symbols=3, undefined=False), st.lists(characters, min_size=3, max_size=3, unique=True)
)
def test_any_symbol_is_read_back(machine: Machine, letters: list[str]):
    written = expressible(machine, "".join(letters))
    assert parse(format_machine(written)).machine == written


RULE = Transition("go", "a", "a", Move.RIGHT, "y")
GOOD = Machine(
    ("go", "y", "n"), ("a", "_"), "_", "go", (RULE,), ("y", "n"), ("y",), ("n",), one_way=True, undefined_rejects=True
)
BEYOND = {
    "two-way tapes": (replace(GOOD, one_way=False), "two-way tapes"),
    "a blank of another name": (replace(GOOD, blank="a"), "the blank 'a'"),
    "no accepting state": (replace(GOOD, accepting=()), "0 accepting states"),
    "two rejecting states": (replace(GOOD, states=("go", "y", "n", "m"), halting=("y", "n", "m"), rejecting=("n", "m")), "2 rejecting"),
    "a state that only halts": (replace(GOOD, states=("go", "y", "n", "m"), halting=("y", "n", "m")), "the state 'm'"),
    "a long symbol": (replace(GOOD, symbols=("a", "bc", "_")), "the symbol 'bc'"),
    "a symbol of two characters in JavaScript": (replace(GOOD, symbols=("a", "🙂", "_")), "the symbol '🙂'"),
    "the wildcard": (replace(GOOD, symbols=("a", "?", "_")), "the symbol '?'"),
    "no input symbol": (replace(GOOD, symbols=("_",), transitions=()), "no symbol but the blank"),
    "no rule": (replace(GOOD, transitions=()), "no transition"),
    "an undefined end": (replace(GOOD, undefined_rejects=False), "state 'go' reading '_'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEYOND)
def test_what_cannot_be_written_is_refused_by_name(name: str):
    machine, found = BEYOND[name]
    with pytest.raises(MachineError, match="Doty's format expresses") as caught:
        format_machine(machine)
    assert found in caught.value.found
    assert caught.value.where == machine.name


def test_a_table_without_gaps_needs_no_meaning_for_them():
    full = replace(GOOD, transitions=(RULE, Transition("go", "_", "a", Move.LEFT, "n")), undefined_rejects=False)
    assert parse(format_machine(full)).machine == replace(full, undefined_rejects=True)
