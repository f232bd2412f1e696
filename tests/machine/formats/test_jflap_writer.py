"""Machines as JFLAP's files: read back as they were, and refused by name where JFLAP cannot express them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition
from tmformer.machine import parse as parse_any
from tmformer.machine.formats.jflap import parse
from tmformer.machine.formats.jflap_labels import BLANK
from tmformer.machine.formats.jflap_writer import format_machine
from tmformer.strategies import machines


def rename(machine: Machine, names: dict[str, str]) -> tuple[Transition, ...]:
    """The transitions with other names for the symbols."""
    return tuple(
        Transition(
            rule.state, tuple(names[read] for read in rule.reads), tuple(names[write] for write in rule.writes),
            rule.moves, rule.next_state,
        )
        for rule in machine.transitions
    )  # fmt: skip


def expressible(machine: Machine, letters: str = "abcdefgh") -> Machine:
    """The machine with the blank and the acceptance of JFLAP, and no symbol that no transition mentions."""
    names = dict(zip(machine.symbols, letters, strict=False)) | {machine.blank: BLANK}
    rules = rename(machine, names)
    used = {symbol for rule in rules for symbol in (*rule.reads, *rule.writes)} | {BLANK}
    return replace(
        machine, symbols=tuple(name for name in names.values() if name in used), blank=BLANK, transitions=rules,
        accepting=machine.halting, rejecting=(), undefined_rejects=True,
    )  # fmt: skip


def check_read_back(machine: Machine):
    """Everything but the order of the symbols."""
    again = parse(format_machine(machine)).machine
    assert set(again.symbols) == set(machine.symbols)
    assert replace(again, symbols=machine.symbols) == machine


@given(st.integers(1, 3).flatmap(lambda tapes: machines(tapes=tapes, max_states=3, max_symbols=3)))
def test_what_is_written_is_read_back(machine: Machine):
    check_read_back(expressible(machine))


characters = st.characters(
    max_codepoint=0xFFFF, exclude_characters=f"~!}}{BLANK}\x7f\ufffe\uffff", exclude_categories=["Cs", "Cc"]
)


@given(machines(max_states=2, max_symbols=3), st.lists(characters | st.sampled_from("\t\n\r <&>\"',"), min_size=3, max_size=3, unique=True),
       st.text(characters | st.sampled_from("\t\n\r <&>\"'🙂"), min_size=1))  # fmt: skip
def test_any_symbol_and_any_name_is_read_back(machine: Machine, letters: list[str], name: str):
    drawn = expressible(machine, "".join(letters))
    state = drawn.states[0]
    if name not in drawn.states:
        names = {each: name if each == state else each for each in drawn.states}
        drawn = replace(
            drawn, states=tuple(names.values()), start=names[drawn.start],
            transitions=tuple(replace_states(rule, names) for rule in drawn.transitions),
        )  # fmt: skip
    check_read_back(drawn)


@pytest.mark.parametrize("odd", [*"\t\n\r <>&\"',", "]]>", "&lt;", "<!--", "é🙂"])
def test_what_xml_would_misread_is_escaped(odd: str):
    names, symbol = {"go": f" {odd} ", "end": odd * 2}, odd[0] if odd[0] <= "\uffff" else "a"
    rule = Transition(names["go"], symbol, BLANK, Move.LEFT, names["end"])
    check_read_back(
        replace(GOOD, states=tuple(names.values()), start=names["go"], symbols=(BLANK, symbol), transitions=(rule,),
                halting=(names["end"],), accepting=(names["end"],))
    )  # fmt: skip


def replace_states(rule: Transition, names: dict[str, str]) -> Transition:
    return Transition(names[rule.state], rule.reads, rule.writes, rule.moves, names[rule.next_state])


RULE = Transition("go", "a", "a", Move.RIGHT, "end")
GOOD = Machine(("go", "end"), (BLANK, "a"), BLANK, "go", (RULE,), ("end",), ("end",), undefined_rejects=True)
BEYOND = {
    "a blank of another name": (replace(GOOD, symbols=(BLANK, "a"), blank="a"), "the blank 'a'"),
    "one-way tapes": (replace(GOOD, one_way=True), "one-way tapes"),
    "six tapes": (replace(GOOD, tapes=6, transitions=()), "6 tapes"),
    "a state that only halts": (replace(GOOD, accepting=()), "the state 'end'"),
    "a state that rejects": (replace(GOOD, accepting=(), rejecting=("end",)), "the state 'end'"),
    "a long symbol": (replace(GOOD, symbols=(BLANK, "a", "bc")), "the symbol 'bc'"),
    "a symbol of two characters in Java": (replace(GOOD, symbols=(BLANK, "a", "🙂")), "the symbol '🙂'"),
    "a symbol that XML cannot hold": (replace(GOOD, symbols=(BLANK, "a", "\x01")), r"the symbol '\x01'"),
    "a tilde": (replace(GOOD, symbols=(BLANK, "a", "~")), "the symbol '~'"),
    "an exclamation mark": (replace(GOOD, symbols=(BLANK, "a", "!")), "the symbol '!'"),
    "a brace": (replace(GOOD, symbols=(BLANK, "a", "}")), "the symbol '}'"),
    "a symbol that nobody mentions": (replace(GOOD, symbols=(BLANK, "a", "b")), "'b', which no transition"),
    "a name that XML cannot hold": (
        replace(GOOD, states=("\x00", "end"), start="\x00", transitions=(replace_states(RULE, {"go": "\x00", "end": "end"}),)),
        r"the state '\x00'",
    ),
    "an undefined end": (replace(GOOD, undefined_rejects=False), "state 'go' reading '□'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEYOND)
def test_what_cannot_be_written_is_refused_by_name(name: str):
    machine, found = BEYOND[name]
    with pytest.raises(MachineError, match="JFLAP file expresses") as caught:
        format_machine(machine)
    assert found in caught.value.found
    assert caught.value.where == machine.name


def test_a_table_without_gaps_needs_no_meaning_for_them():
    full = replace(GOOD, transitions=(RULE, Transition("go", BLANK, "a", Move.LEFT, "end")), undefined_rejects=False)
    assert parse(format_machine(full)).machine == replace(full, undefined_rejects=True)


def test_the_champion_is_not_written():
    """Its halting state says nothing about acceptance, and its blank is 0."""
    with pytest.raises(MachineError, match="the blank '0'"):
        format_machine(parse_any("1RB1LB_1LA1RZ"))


def test_states_stand_on_a_circle():
    states = tuple(f"q{number}" for number in range(12))
    text = format_machine(Machine(states, (BLANK,), BLANK, "q0", (), undefined_rejects=True))
    places = [(float(x), float(y)) for x, y in re.findall(r"<x>(.*?)</x><y>(.*?)</y>", text)]
    assert len(places) == 12
    assert min(abs(complex(*a) - complex(*b)) for a in places for b in places if a != b) > 80
