"""Machines as JSON of automata-lib: what is written is read back, and what cannot be written is refused by name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.meaning import accepting_machines, meaning, renamed
from tmformer.errors import MachineError
from tmformer.machine import Machine, format_machine, parse, parse_document
from tmformer.machine.formats.automata_writer import arguments

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
CHARACTERS = st.characters(exclude_categories=["Cs"])


@given(accepting_machines(max_tapes=3) | accepting_machines(total=True), st.data())
def test_what_is_written_is_read_back(machine: Machine, data: st.DataObject):
    """Names of any kind, quotes and characters that do not print among them."""
    names = data.draw(st.lists(NAMES, min_size=len(machine.states), max_size=len(machine.states), unique=True))
    symbols = data.draw(st.lists(CHARACTERS, min_size=len(machine.symbols), max_size=len(machine.symbols), unique=True))
    machine = renamed(
        machine, dict(zip(machine.states, names, strict=True)), dict(zip(machine.symbols, symbols, strict=True))
    )
    text = format_machine(machine, "automata")
    read = parse_document(text).machine
    assert meaning(read) == meaning(machine)
    assert (read.states, read.symbols, read.halting) == (machine.states, machine.symbols, machine.halting)


MACHINE = replace(parse("1RB---_1LA1RZ"), accepting=("Z",), undefined_rejects=True)
BEYOND = {
    "one-way": replace(MACHINE, one_way=True),
    "'Z', which halts and does not accept": replace(MACHINE, accepting=()),
    "'Y', which halts": replace(MACHINE, states=("A", "B", "Y", "Z"), halting=("Y", "Z"), rejecting=("Y",)),
    "not rejected": replace(MACHINE, undefined_rejects=False),
    "the symbol '10'": replace(MACHINE, symbols=("0", "1", "10")),
    "the start state 'Z'": replace(MACHINE, start="Z"),
}


@pytest.mark.parametrize("found", BEYOND)
def test_what_cannot_be_written_is_refused(found: str):
    with pytest.raises(MachineError, match="automata-lib has two-way tapes") as caught:
        arguments(BEYOND[found])
    assert found in caught.value.found


def test_a_machine_that_is_never_stuck_need_not_say_what_that_means():
    machine = replace(parse("1RB1LB_1LA1RZ"), accepting=("Z",))
    assert meaning(parse(format_machine(machine, "automata"))) == meaning(machine)
