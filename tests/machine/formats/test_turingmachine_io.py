"""The YAML of turingmachine.io and our keys: what each says about the machine."""

import pytest

from tmformer.machine import Machine, Move, Transition, parse, parse_document

SMALL = "blank: ' '\nstart state: q\ntable:\n  q: {[0,1]: R, ' ': {write: x, L: yes}}\n  yes:\n"


def test_a_whole_file():
    document = parse_document(f"# What it does.\n#\n#   How.\n\n# Not this.\n{SMALL}name: mine\ninput: 0011\n")
    assert document.machine == Machine(
        states=("q", "yes"),
        symbols=(" ", "0", "1", "x"),
        blank=" ",
        start="q",
        transitions=(
            Transition("q", "0", "0", Move.RIGHT, "q"),
            Transition("q", "1", "1", Move.RIGHT, "q"),
            Transition("q", " ", "x", Move.LEFT, "yes"),
        ),
        halting=("yes",),
        name="mine",
    )
    assert document.comment == "What it does.\n\n  How."
    assert document.input == ("0", "0", "1", "1")


def test_the_alphabet_holds_what_the_input_holds():
    assert parse(SMALL + "input: 0z\n").symbols == (" ", "0", "1", "x", "z")
    assert parse(SMALL + "symbols: [x, ' ', 1, 0, word]\n").symbols == ("x", " ", "1", "0", "word")
    assert parse(SMALL + "symbols: 'x 10'\n").symbols == ("x", " ", "1", "0")


@pytest.mark.parametrize(
    ("keys", "halting", "accepting", "rejecting"),
    [
        ("", ("accept", "reject", "stop"), ("accept",), ("reject",)),
        ("accept states: [stop]\n", ("accept", "reject", "stop"), ("stop",), ()),
        ("reject states: [reject, reject]\n", ("accept", "reject", "stop"), (), ("reject",)),
        ("accept states: []\n", ("accept", "reject", "stop"), (), ()),
        ("halt states: stop\n", ("stop",), (), ()),
        ("halt states: []\n", (), (), ()),
    ],
)
def test_halting_states(keys: str, halting: tuple[str, ...], accepting: tuple[str, ...], rejecting: tuple[str, ...]):
    machine = parse(f"blank: _\nstart state: q\ntable: {{q: {{_: R}}, accept: , reject: , stop: {{}}}}\n{keys}")
    assert (machine.halting, machine.accepting, machine.rejecting) == (halting, accepting, rejecting)


def test_a_state_called_accept_that_goes_on_does_not_accept():
    assert parse("{blank: _, start state: accept, table: {accept: {_: R}}}").accepting == ()


@pytest.mark.parametrize("style", ["|", "|-", "'"])
def test_a_shared_document(style: str):
    code = "{blank: _, start state: q, table: {q: {_: R}}}"
    inner = f"'{code}'" if style == "'" else f"{style}\n    # Inside.\n    {code}\n"
    document = parse_document(f"name: shared\nsource code: {inner}\npositions:\n  q: {{x: 1.5, y: 2, fixed: false}}\n")
    assert document.machine.name == "shared"
    assert document.machine.states == ("q",)
    assert document.comment == ("Inside." if style.startswith("|") else "")


def test_texts_stay_texts():
    machine = parse("blank: 0\nstart state: 'yes'\ntable: {yes: {0: {write: 1, R: no}, 1: {R: null}}, no: , null: }\n")
    assert machine.states == ("yes", "no", "null")
    assert machine.symbols == ("0", "1")


def test_other_scripts():
    machine = parse("blank: ' '\nstart state: بداية\ntable:\n  بداية: {'é': R, '🙂': {write: é, L: 终}}\n  终:\n")
    assert machine.states == ("بداية", "终")
    assert machine.symbols == (" ", "é", "🙂")
