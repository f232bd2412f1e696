"""JFLAP's files: what each means, and what is refused where."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.malformed import Malformed, refusal
from tests.machine.formats.malformed_further import JFLAP, jff
from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Outcome, Transition, trace
from tmformer.machine.formats.jflap import is_likely, parse
from tmformer.machine.formats.jflap_labels import BLANK
from tmformer.machine.formats.jflap_writer import format_machine

HERE = Path(__file__).parent
CORPUS = json.loads((HERE / "jflap_cases.json").read_text(encoding="utf-8"))


def rule(leaves: int, leads: int, read: str, write: str, move: str) -> str:
    label = f"<read>{read}</read><write>{write}</write><move>{move}</move>"
    return f"<transition><from>{leaves}</from><to>{leads}</to>{label}</transition>"


def test_a_whole_machine():
    machine = parse(jff(rule(0, 0, "a", "~", "R") + rule(0, 1, "", "b", "S"))).machine
    assert machine == Machine(
        states=("go", "end"),
        symbols=(BLANK, "a", "b"),
        blank=BLANK,
        start="go",
        transitions=(
            Transition("go", "a", "a", Move.RIGHT, "go"),
            Transition("go", BLANK, "b", Move.STAY, "end"),
        ),
        halting=("end",),
        accepting=("end",),
        undefined_rejects=True,
    )


@pytest.mark.parametrize("case", CORPUS["cases"], ids=lambda case: f"{case['machine']} {case['inputs']}")
def test_the_corpus(case: dict):
    machine = parse(CORPUS["machines"][case["machine"]]).machine
    first, *further = (tuple(word) for word in case["inputs"])
    run = trace(machine, first, tuple(further), max_steps=5_000)
    assert run.outcome is (Outcome.HALTED if case["accepted"] else Outcome.UNDEFINED)
    assert (run.steps, run.final.state, run.accepted) == (case["steps"], case["state"], case["accepted"])
    assert ["".join(tape.symbols) for tape in run.final.tapes] == case["tapes"]
    assert parse(format_machine(machine)).machine == machine


def test_a_missing_transition_rejects():
    run = trace(parse(jff(rule(0, 0, "a", "a", "R"))).machine, "aa", max_steps=9)
    assert (run.outcome, run.steps, run.accepted) == (Outcome.UNDEFINED, 2, False)


def test_a_final_state_accepts_at_once():
    run = trace(
        parse(jff("").replace("<initial/>", "").replace("<final/>", "<initial/><final/>")).machine, "", max_steps=9
    )
    assert (run.outcome, run.steps, run.accepted) == (Outcome.HALTED, 0, True)


def test_the_tape_goes_on_to_the_left():
    run = trace(parse(jff(rule(0, 1, "a", "b", "L"))).machine, "a", max_steps=9)
    assert (run.final.head, run.final.tape) == (-1, ("b",))


def test_rules_with_an_exclamation_mark_are_tried_last():
    machine = parse(jff(rule(0, 1, "!b", "c", "R") + rule(0, 0, "a", "~", "L"))).machine
    assert (machine.transition("go", "a").write, machine.transition("go", "a").next_state) == ("a", "go")
    assert (machine.transition("go", "c").write, machine.transition("go", BLANK).write) == ("c", "c")
    assert not machine.has_transition("go", "b")


def test_a_variable_is_written_as_it_was_read():
    machine = parse(jff(rule(0, 0, "a,b}v", "v", "R") + rule(0, 1, "", "c", "S"))).machine
    assert [machine.transition("go", symbol).write for symbol in ("a", "b", BLANK)] == ["a", "b", "c"]
    assert "v" not in machine.symbols


def test_rules_that_do_the_same_do_not_contradict():
    assert parse(jff(rule(0, 1, "a", "a", "R") + rule(0, 1, "~", "~", "R"))).machine.has_transition("go", BLANK)


LABELS = ["", "a", "b", "~", "!", "!a", "!b", "a,b}v", "b}v"]
rules = st.lists(
    st.tuples(st.just(0), st.sampled_from([0, 1]), st.sampled_from(LABELS), st.sampled_from(["", "a", "~"]), st.sampled_from("LR")),
    max_size=4,
)  # fmt: skip


def matches(label: str, symbol: str) -> bool:
    """Whether JFLAP lets a symbol pass, from its own words."""
    if label == "~":
        return True
    if label.startswith("!"):
        return symbol != (label[1:] or BLANK)
    return symbol in (label.partition("}")[0].split(",") if "}" in label else [label or BLANK])


def machine_or_error(text: str) -> Machine | MachineError:
    try:
        return parse(text).machine
    except MachineError as error:
        return error


@given(rules)
def test_labels_mean_what_jflap_says(given_rules: list[tuple[int, int, str, str, str]]):
    """Against the definition: of the rules that match, those without ``!``; if there are none, those with it."""
    others = "<state id='2'/>" + rule(2, 2, "a", "a", "R") + rule(2, 2, "b", "b", "R")
    text = jff(others + "".join(rule(*each) for each in given_rules))
    expected: dict[str, set[tuple[str, str, str]]] = {}
    for symbol in (BLANK, "a", "b"):
        fitting = [each for each in given_rules if matches(each[2], symbol)]
        first = [each for each in fitting if not each[2].startswith("!")] or fitting
        expected[symbol] = {
            (symbol if write == "~" else write or BLANK, move, ("go", "end")[leads])
            for _, leads, _, write, move in first
        }
    machine = machine_or_error(text)
    if isinstance(machine, MachineError):
        assert "nondeterministic" in machine.rule
        assert any(len(effects) > 1 for effects in expected.values())
        return
    for symbol, effects in expected.items():
        found = machine.transition("go", symbol) if machine.has_transition("go", symbol) else None
        assert effects == ({(found.write, found.move.letter, found.next_state)} if found else set())


def test_names_that_are_missing_or_not_unique():
    extra = "<state id='7' name='go'/><state id='8'/><state id='9' name=''/>"
    assert parse(jff(extra)).machine.states == ("q0", "end", "q7", "q8", "q9")


def test_another_start_state():
    machine = parse(jff(rule(0, 1, "a", "a", "R")).replace("<initial/>", ""), start="end").machine
    assert machine.start == "end"
    with pytest.raises(MachineError, match="did you mean 'end'"):
        parse(jff(""), start="end2")


BLOCKS = """<?xml version="1.0" encoding="UTF-8" standalone="no"?><!--Created with JFLAP 6.4.--><structure>&#13;
<type>turing</type>&#13;
<automaton>&#13;
<block id="0" name="q0">&#13;
<tag>Machine0</tag>&#13;
<x>41.0</x><y>59.0</y><initial/></block>
<block id="1" name="q1"><tag>Machine1</tag><final/></block>
<transition><from>0</from><to>1</to><read>r</read><write/><move>R</move></transition>
<!--The list of automata-->&#13;
<Machine0/>&#13;
<Machine1/>
</automaton>&#13;
<note><text>Erases an r.</text><x>1</x><y>2</y></note></structure>"""


def test_jflap_6_and_7_call_states_blocks():
    document = parse(BLOCKS)
    assert document.comment == "Erases an r."
    assert document.machine.transitions == (Transition("q0", "r", BLANK, Move.RIGHT, "q1"),)
    assert parse(BLOCKS.replace("<type>turing<", "<type>turingbb<")) == document


def test_the_files_of_jflap_4_have_no_automaton():
    plain = jff(rule(0, 1, "a", "b", "L"))
    assert parse(plain.replace("<automaton>", "").replace("</automaton>", "")) == parse(plain)


def test_what_looks_like_it():
    assert is_likely("\ufeff\n<?xml version='1.0'?>")
    assert not is_likely("<<: x")
    assert not is_likely("1RB1LB_1LA1RZ")


@pytest.mark.parametrize("malformed", JFLAP.values(), ids=JFLAP)
def test_a_malformed_text_is_refused_where_it_is_malformed(malformed: Malformed):
    assert refusal(malformed, parse, "mine.jff").where == f"mine.jff:{malformed.where}"


PIECES = ["", "<", ">", "/", "'", '"', "&", ";", "]]>", "<!--", "<!DOCTYPE a>", "<?x?>", "~", "!", "}", ",", "a", "1", "\n", "\0", "é", "🙂",
          "\ud800", "<final/>", "<initial/>", "<read>", "</state>", "<state id='1'/>", "tape='2'", "<tapes>2</tapes>"]  # fmt: skip
damages = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 8), st.sampled_from(PIECES)), min_size=1, max_size=4)


@given(st.sampled_from([BLOCKS, *CORPUS["machines"].values()]), damages)
def test_damage_is_refused_or_harmless_never_a_crash(text: str, damage: list[tuple[int, int, str]]):
    for start, length, piece in damage:
        text = text[:start] + piece + text[start + length :]
    machine = machine_or_error(text)
    if isinstance(machine, MachineError):
        assert re.search(r":\d+:\d+$", machine.where)
    else:
        assert written_or_refused(machine)


def written_or_refused(machine: Machine) -> bool:
    try:
        text = format_machine(machine)
    except MachineError as error:
        return "JFLAP file expresses" in error.rule
    return parse(text).machine == machine
