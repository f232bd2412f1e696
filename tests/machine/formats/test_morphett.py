"""The text of the Morphett simulator: its rules, its wildcards, and what it says outside the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Outcome, Transition, trace
from tmformer.machine.formats import morphett
from tmformer.machine.formats.morphett import head_of_input, is_likely, parse

DECREMENT = "; binary decrement, n > 0\n; most significant digit first\n0 * * r 0\n0 _ _ l 1\n1 0 1 l 1\n1 1 0 l halt\n"


def test_a_whole_machine():
    document = parse(DECREMENT)
    assert document.comment == "binary decrement, n > 0\nmost significant digit first"
    assert document.machine == Machine(
        states=("0", "1", "halt"),
        symbols=("_", "0", "1"),
        blank="_",
        start="0",
        transitions=(
            Transition("0", "_", "_", Move.LEFT, "1"),
            Transition("0", "0", "0", Move.RIGHT, "0"),
            Transition("0", "1", "1", Move.RIGHT, "0"),
            Transition("1", "0", "1", Move.LEFT, "1"),
            Transition("1", "1", "0", Move.LEFT, "halt"),
        ),
        halting=("halt",),
    )


def test_it_decrements():
    run = trace(parse(DECREMENT).machine, "1000", max_steps=100)
    assert (run.outcome, run.steps, run.final.tape, run.final.first) == (Outcome.HALTED, 9, tuple("0111"), 0)


@pytest.mark.parametrize(
    "line",
    ["0 1 2 r q !", "  0\t1  2 R\u00a0q;comment", "0 1 2 r q ! ; stop here", "\ufeff0 1 2 r q\r", "0 1 2 r q;"],
)
def test_ways_to_write_a_rule(line: str):
    assert parse(line).machine.transitions == (Transition("0", "1", "2", Move.RIGHT, "q"),)


@pytest.mark.parametrize(
    ("name", "halts"), [("halt", True), ("HALT-x", True), ("Halted", True), ("hal", False), ("nohalt", False)]
)
def test_a_name_halts(name: str, *, halts: bool):
    machine = parse(f"0 _ x * {name}").machine
    assert (name in machine.halting) is halts
    assert trace(machine, (), max_steps=5).outcome is (Outcome.HALTED if halts else Outcome.UNDEFINED)


def test_a_rule_of_a_halting_state_is_never_used_and_declares_names():
    machine = parse("0 _ _ r halt\nhalt a b r q\nhalt _ _ r 0").machine
    assert machine.transitions == (Transition("0", "_", "_", Move.RIGHT, "halt"),)
    assert machine.symbols == ("_", "a", "b")
    assert machine.states == ("0", "q", "halt")


def test_a_wildcard_state_never_applies_in_a_halting_state():
    machine = parse("0 _ 1 r halt\n* * x l 0").machine
    assert {rule.state for rule in machine.transitions} == {"0"}
    assert trace(machine, (), max_steps=9).steps == 1


def test_a_wildcard_state_applies_in_states_that_are_only_reached():
    machine = parse("0 _ 1 r p\n* 1 2 l halt").machine
    assert machine.transition("p", "1").write == "2"
    assert not machine.has_transition("p", "_")


def test_a_wildcard_state_is_a_start_state_too():
    machine = parse("* _ 1 r *").machine
    assert machine.transitions == (Transition("0", "_", "1", Move.RIGHT, "0"),)
    assert parse("* _ 1 r *", start="q7").machine.states == ("q7",)


@pytest.mark.parametrize(
    ("reads", "missing", "writes"),
    [
        ("a", "", "1"),
        ("a", "p a", "2"),
        ("a", "p *", "1"),
        ("a", "p a,p *", "3"),
        ("a", "p a,p *,* a", "4"),
        ("b", "", "2"),
        ("b", "p *", "4"),
    ],
)
def test_the_rule_that_says_most_comes_first(reads: str, missing: str, writes: str):
    rules = {"p a": "1", "p *": "2", "* a": "3", "* *": "4"}
    lines = [f"{left} {write} r halt" for left, write in reversed(rules.items()) if left not in missing.split(",")]
    machine = parse("\n".join(["halt b * * *", "halt a * * *", *lines]), start="p").machine
    assert machine.transition("p", reads).write == writes


NAMES, SYMBOLS = ["0", "p", "*"], ["_", "a", "b", "*"]


@st.composite
def rule_tables(draw: st.DrawFn) -> dict[tuple[str, str], tuple[str, str, str]]:
    lefts = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(SYMBOLS)), min_size=3, unique=True))
    right = st.tuples(st.sampled_from(SYMBOLS), st.sampled_from("lr*"), st.sampled_from([*NAMES, "halt"]))
    return {left: draw(right) for left in lefts}


def simulated(rules: dict[tuple[str, str], tuple[str, str, str]], tape: str, steps: int) -> list[tuple[str, int, str]]:
    """A second reading of what wildcards mean: looked up at each step, and never expanded."""
    state, cell, cells, seen = "0", 0, dict(enumerate(tape)), []
    for _ in range(steps + 1):
        read = cells.get(cell, "_")
        seen.append((state, cell, "".join(cells.get(index, "_") for index in range(-9, 15))))
        found = None
        for left in [(state, read), (state, "*"), ("*", read), ("*", "*")]:
            if found is None and left in rules:
                found = rules[left]
        if found is None or state.startswith("halt"):
            break
        cells[cell] = read if found[0] == "*" else found[0]
        cell += {"l": -1, "r": 1, "*": 0}[found[1]]
        state = state if found[2] == "*" else found[2]
    return seen


@given(rule_tables(), st.text("_ab", max_size=4))
def test_wildcards_mean_what_they_mean_step_by_step(rules: dict[tuple[str, str], tuple[str, str, str]], tape: str):
    lines = ["halt a b * *"]  # so that all symbols are declared
    lines += [" ".join((*left, *right)) for left, right in rules.items()]
    try:
        machine = parse("\n".join(lines)).machine
    except MachineError as error:
        assert "of which no rule speaks" in error.found  # noqa: PT017 - the only refusal there is
        assert not any(state in {"0", "*"} or right[2] == "0" for (state, _), right in rules.items())
        return
    run = trace(machine, tuple(tape), max_steps=8)
    assert [
        (now.state, now.head, "".join(now.read(cell) for cell in range(-9, 15))) for now in run.configurations
    ] == simulated(rules, tape, 8)


def test_the_start_state():
    text = "q _ x r halt\n"
    assert parse(text, start="q").machine.start == "q"
    assert parse(f"; $START: q\n{text}").machine.start == "q"
    assert parse(f"; $START: q\n{text}").comment == ""
    assert parse(f"; $START: other\n{text}", start="q").machine.start == "q"
    assert parse(f"0 x x r q\n; $START: q\n{text}").machine.start == "0"  # below the first rule it is a comment
    for start in (None, "r", "*", "a b", ""):
        with pytest.raises(MachineError, match="--start STATE") as caught:
            parse(text, "f.tm", start=start)
        assert caught.value.where == "f.tm:1:1"


def test_the_start_state_may_halt():
    assert trace(parse("; $START: halt\n0 _ _ r halt").machine, (), max_steps=3).steps == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("011", ("011", 0)),
        ("*011", ("011", 0)),
        ("01*1", ("011", 2)),
        ("011*", ("011", 3)),
        ("", ("", 0)),
        ("*", ("", 0)),
        ("0 1", ("0_1", 0)),
    ],
)
def test_a_mark_in_the_input_is_the_tape_heads_cell(text: str, expected: tuple[str, int]):
    assert head_of_input(text) == expected


def test_two_marks_are_refused():
    with pytest.raises(MachineError, match="One \\*") as caught:
        head_of_input("0*1*")
    assert caught.value.where == "the input, character 4"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DECREMENT, True), ("; only a comment", True), ("\n\n  0 1 1 r 0", True), ("0 ab 1 r 1", True), ("0 1 1 r", True), ("0 1 1 up 0", True),
        ("", False), ("blank: _", False), ("start state: q", False), ("# a b r c", False), ("{a: 1}", False), ("<structure>", False),
        ("1RB 1LB 1LA 1RZ", False), ("name: l r l x", False), ("- a b r c", True), ("increment", False),
    ],
)  # fmt: skip
def test_what_looks_like_it(text: str, *, expected: bool):
    assert is_likely(text) is expected


def test_wildcards_that_stand_for_too_much_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(morphett, "MAX_TRANSITIONS", 5)
    assert len(parse("0 a b r 1\n1 * * r 1\n").machine.transitions) == 4
    with pytest.raises(MachineError, match="at most 5 transitions") as caught:
        parse("0 a b r 1\n1 * * r 1\n2 * * r 1\n")
    assert caught.value.where == "text:2:1"
    assert len(parse("".join(f"0 {symbol} x r 0\n" for symbol in "abcdefgh")).machine.transitions) == 8
