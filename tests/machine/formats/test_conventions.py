"""The words of the table against the readers: a missing rule, a final state and a left move at cell 0, in each format."""

from dataclasses import replace

import pytest

from tests.machine.formats.meaning import renamed
from tmformer.errors import MachineError
from tmformer.machine import (
    FORMATS,
    Document,
    Machine,
    Move,
    Outcome,
    Transition,
    format_machine,
    parse_document,
    trace,
    with_blank,
)
from tmformer.machine.formats.conventions import (
    ACCEPTS,
    BOTH,
    CONVENTIONS,
    GOES_ON,
    HALTS,
    REJECTS,
    STAYS,
    UNDEFINED,
    as_markdown,
)

XML = "<structure><type>turing</type><automaton><state id='0' name='q'><initial/></state><state id='1' name='f'><final/></state>"
XML += "<transition><from>0</from><to>0</to><read>a</read><write>a</write><move>L</move></transition>"
XML += "<transition><from>0</from><to>1</to><read>b</read><write>b</write><move>R</move></transition></automaton></structure>"
JSON = '{"class": "DTM", "states": ["q", "f"], "input_symbols": ["a", "b"], "tape_symbols": ["a", "b", "."], "transitions": '
JSON += '{"q": {"a": ["q", "a", "L"], "b": ["f", "b", "R"]}}, "initial_state": "q", "blank_symbol": ".", "final_states": ["f"]}'
DOTY = "{states: [q, f, n], input_alphabet: [a, b], tape_alphabet_extra: [], start_state: q, accept_state: f, reject_state: n, "
DOTY += "delta: {q: {a: [q, a, L], b: [f, b, R]}}}"
TEXTS = {
    "turingmachine.io": ("{blank: _, start state: q, table: {q: {a: L, b: {R: f}}, f: }}", "a", "b"),
    "bbchallenge": ("---0LA1RZ", "1", "2"),
    "morphett": ("q a a l q\nq b b r halt", "a", "b"),
    "jflap": (XML, "a", "b"),
    "automata": (JSON, "a", "b"),
    "doty": (DOTY, "a", "b"),
}
"""In each format: on the first symbol go left, on the second go to the final state; there is no rule for the blank."""


def document(name: str) -> Document:
    return parse_document(TEXTS[name][0], format_name=name, start="q" if name == "morphett" else None)


def test_there_are_words_for_every_format():
    assert set(CONVENTIONS) == set(FORMATS) == set(TEXTS)
    assert [len(line.split(" | ")) for line in as_markdown().splitlines()[2:]] == [7] * len(FORMATS)


@pytest.mark.parametrize("name", TEXTS)
def test_a_missing_rule(name: str):
    run = trace(document(name).machine, (), max_steps=1)
    assert (run.outcome, run.steps) == (Outcome.UNDEFINED, 0)
    assert CONVENTIONS[name].missing.startswith(REJECTS if run.accepted is False else UNDEFINED)


@pytest.mark.parametrize("name", TEXTS)
def test_a_final_state(name: str):
    run = trace(document(name).machine, TEXTS[name][2], max_steps=1)
    assert run.outcome is Outcome.HALTED
    word = CONVENTIONS[name].final
    assert word.startswith((ACCEPTS, BOTH) if run.accepted else HALTS)
    assert word.startswith(BOTH) == bool(document(name).machine.rejecting)


@pytest.mark.parametrize("name", TEXTS)
def test_a_left_move_at_cell_0(name: str):
    run = trace(document(name).machine, TEXTS[name][1], max_steps=1)
    assert CONVENTIONS[name].edge.startswith({-1: GOES_ON, 0: STAYS}[run.final.head])


@pytest.mark.parametrize("name", TEXTS)
def test_what_its_files_are_called_is_how_it_is_read(name: str):
    text, suffix = TEXTS[name][0], CONVENTIONS[name].suffix.strip("`")
    text = "; $START: q\n" + text if name == "morphett" else text
    assert parse_document(text, f"mine{suffix}").machine == document(name).machine
    assert parse_document(text, "mine").machine == document(name).machine


def changed(base: Machine) -> dict[str, Machine]:
    """The machine with one thing more that a format may not express, and how the table calls that."""
    first, rest = base.transitions[0], base.transitions[1:]
    doubled = tuple(
        Transition(rule.state, rule.reads * 2, rule.writes * 2, rule.moves * 2, rule.next_state)
        for rule in base.transitions
    )
    return {
        "stay moves": replace(base, transitions=(replaced(first, Move.STAY), *rest)),
        "several tapes": replace(base, tapes=2, transitions=doubled),
        "long symbols": renamed(base, {}, {base.symbols[-1]: "long"}),
        "another blank": with_blank(base, "%"),
        "two-way tapes" if base.one_way else "one-way tapes": replace(base, one_way=not base.one_way),
        "accepting": replace(base, accepting=base.halting, rejecting=()),
        "halting without accepting": replace(base, accepting=(), rejecting=()),
    }


def replaced(rule: Transition, move: Move) -> Transition:
    return Transition(rule.state, rule.reads, rule.writes, move, rule.next_state)


IMPLIED = {
    ("bbchallenge", "long symbols"): "other symbols",
    ("doty", "accepting"): "other than one accepting",
    ("doty", "halting without accepting"): "other than one accepting",
}
"""What the table says of a format in words of its own."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_machine_is_refused_for_what_the_table_says_and_for_nothing_else(name: str):
    base, cannot = document(name).machine, CONVENTIONS[name].cannot
    assert format_machine(base, name)
    for thing, machine in changed(base).items():
        if IMPLIED.get((name, thing), thing) in cannot and machine != base:
            with pytest.raises(MachineError):
                format_machine(machine, name)
        else:
            assert format_machine(machine, name), thing
