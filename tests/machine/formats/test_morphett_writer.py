"""Machines as text of the Morphett simulator: what is written is read back, and what cannot be written is refused by name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.meaning import meaning, renamed
from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition, parse_document
from tmformer.machine.formats.morphett import parse
from tmformer.machine.formats.morphett_writer import format_machine
from tmformer.strategies import machines

MACHINE = parse("0 1 * r 0\n0 _ 1 l halt").machine
WORDS = st.text(st.characters(exclude_characters=" ;"), min_size=1, max_size=4).filter(str.isprintable)


@st.composite
def expressible(draw: st.DrawFn) -> Machine:
    """Any machine of the simulator, with names of any kind."""
    machine = replace(draw(machines()), accepting=(), rejecting=())
    names = draw(
        st.lists(
            WORDS.filter(lambda name: name != "*" and name[:4].lower() != "halt"), min_size=5, max_size=5, unique=True
        )
    )
    ends = [f"{draw(st.sampled_from(['halt', 'Halt', 'HALT']))}{end}" for end in machine.halting]
    running = [state for state in machine.states if state not in machine.halting]
    characters = st.characters(max_codepoint=0xFFFF, exclude_characters=" ;*_").filter(str.isprintable)
    symbols = draw(st.lists(characters, min_size=4, max_size=4, unique=True))
    others = [symbol for symbol in machine.symbols if symbol != machine.blank]
    names = dict(zip(running, names, strict=False)) | dict(zip(machine.halting, ends, strict=True))
    return renamed(machine, names, dict(zip(others, symbols, strict=False)) | {machine.blank: "_"})


@given(expressible())
def test_what_is_written_is_read_back(machine: Machine):
    text = format_machine(machine)
    assert meaning(parse(text).machine) == meaning(machine)
    assert meaning(parse_document(text).machine) == meaning(machine)


def test_a_rejection_that_cannot_happen_is_not_lost():
    total = parse("0 * * r 0").machine
    assert meaning(parse(format_machine(replace(total, undefined_rejects=True))).machine) == meaning(total)


def test_names_that_no_transition_speaks_of_are_declared():
    machine = replace(
        MACHINE, states=("0", "p", "q", "halt", "haltx"), symbols=("_", "1", "2"), start="q", halting=("halt", "haltx")
    )
    text = format_machine(machine)
    assert text.count("never used") == 4
    assert meaning(parse(text).machine) == meaning(machine)


BEYOND = {
    "2 tapes": replace(MACHINE, tapes=2, transitions=()),
    "--one-way": replace(MACHINE, one_way=True),
    "accepting": replace(MACHINE, accepting=("halt",)),
    "rejecting": replace(MACHINE, rejecting=("halt",)),
    "rejected for want": replace(MACHINE, undefined_rejects=True, transitions=()),
    "the blank '1'": replace(MACHINE, blank="1"),
    "the symbol '*'": replace(MACHINE, symbols=("_", "1", "*")),
    "the symbol ';'": replace(MACHINE, symbols=("_", "1", ";")),
    "the symbol ' '": replace(MACHINE, symbols=("_", "1", " ")),
    "the symbol '12'": replace(MACHINE, symbols=("_", "1", "12")),
    "the symbol '\\x01'": replace(MACHINE, symbols=("_", "1", "\x01")),
    "the symbol '\U0001f600'": replace(MACHINE, symbols=("_", "1", "\U0001f600")),
    "the state '*'": replace(MACHINE, states=("0", "*", "halt")),
    "the state 'a b'": replace(MACHINE, states=("0", "a b", "halt")),
    "the state 'a;b'": replace(MACHINE, states=("0", "a;b", "halt")),
    "the state 'halted', which does not halt": replace(MACHINE, states=("0", "halted", "halt")),
    "the state 'end', which halts": replace(MACHINE, states=("0", "end", "halt"), halting=("halt", "end")),
}


@pytest.mark.parametrize("found", BEYOND)
def test_what_cannot_be_written_is_refused(found: str):
    with pytest.raises(MachineError, match="Morphett simulator has") as caught:
        format_machine(BEYOND[found])
    assert found in caught.value.found


def test_a_stay_move_is_a_star():
    machine = replace(MACHINE, transitions=(Transition("0", "1", "1", Move.STAY, "halt"),))
    assert format_machine(machine) == "0 1 1 * halt\n"
