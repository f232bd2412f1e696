"""Doty's YAML: what each part means, and what is refused where."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.malformed import Malformed, refusal
from tests.machine.formats.malformed_further import DOTY, doty
from tests.machine.formats.test_markup import check_refused_at_once
from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Outcome, Transition, trace
from tmformer.machine.formats.doty import is_likely, parse
from tmformer.machine.formats.doty_writer import format_machine

COUNT = """# Counts the a's of the first tape
# on the second one.
states: [q, qA, qR]
input_alphabet: [a, b]
tape_alphabet_extra: [0]
start_state: q
accept_state: qA
reject_state: qR

delta:
  q:
    ?_: [q, ?_, RS]    # any symbol
    a_: [q, a0, RR]
    __: [qA, __, SS]
"""


def test_a_whole_machine():
    document = parse(COUNT)
    assert document.comment == "Counts the a's of the first tape\non the second one."
    stay, right = Move.STAY, Move.RIGHT
    assert document.machine == Machine(
        states=("q", "qA", "qR"),
        symbols=("a", "b", "0", "_"),
        blank="_",
        start="q",
        transitions=(
            Transition("q", ("a", "_"), ("a", "0"), (right, right), "q"),
            Transition("q", ("_", "_"), ("_", "_"), (stay, stay), "qA"),
            Transition("q", ("b", "_"), ("b", "_"), (right, stay), "q"),
            Transition("q", ("0", "_"), ("0", "_"), (right, stay), "q"),
        ),
        halting=("qA", "qR"),
        accepting=("qA",),
        rejecting=("qR",),
        tapes=2,
        one_way=True,
        undefined_rejects=True,
    )
    run = trace(document.machine, "abaa", max_steps=99)
    assert (run.outcome, run.steps, run.accepted) == (Outcome.HALTED, 5, True)
    assert ["".join(tape.symbols) for tape in run.final.tapes] == ["abaa", "000"]


def test_a_missing_rule_rejects():
    run = trace(parse(doty()).machine, "x", max_steps=9)
    assert (run.outcome, run.steps, run.accepted) == (Outcome.UNDEFINED, 0, False)


def test_the_rejecting_state_halts_and_rejects():
    run = trace(parse(doty("q: {a: [n, a, S]}")).machine, "a", max_steps=9)
    assert (run.outcome, run.steps, run.accepted) == (Outcome.HALTED, 1, False)


def test_a_left_move_at_cell_0_stays():
    run = trace(parse(doty("q: {a: [q, x, L], x: [y, a, R]}")).machine, "aa", max_steps=9)
    assert (run.steps, run.final.head, run.final.tape) == (2, 1, ("a", "a"))


@pytest.mark.parametrize("rules", ["{?: [y, ?, R]}", "{? : [y, ?, R]}", "{'?': [y, '?', R]}", '{"?": [y, "?", R]}'])
def test_a_question_mark_needs_no_quotes(rules: str):
    machine = parse(doty(f"q: {rules}")).machine
    assert {(rule.symbol, rule.write) for rule in machine.transitions} == {(symbol, symbol) for symbol in "ax_"}


def test_scalars_are_texts():
    machine = parse(doty("00: {0: [no, 1, R]}", states="[00, no, yes]", input_alphabet="[0, 1]", start_state="00",
                         accept_state="yes", reject_state="no")).machine  # fmt: skip
    assert machine.transitions == (Transition("00", "0", "1", Move.RIGHT, "no"),)


def test_the_number_of_tapes_may_be_said():
    assert parse(doty(num_tapes="1")) == parse(doty())


def test_a_listed_blank_keeps_its_place():
    assert parse(doty(tape_alphabet_extra="[_, x]")).machine.symbols == ("a", "_", "x")
    assert parse(doty(tape_alphabet_extra="[x]")).machine.symbols == ("a", "x", "_")


def test_another_start_state():
    assert parse(doty(), start="n").machine.start == "n"
    with pytest.raises(MachineError, match="'p'"):
        parse(doty(), start="p")


PATTERNS = ["".join(pair) for pair in product("a_?", repeat=2)]
actions = st.tuples(
    st.sampled_from(["q", "y", "n"]), st.sampled_from(["__", "a_", "??", "?a"]), st.sampled_from(["LR", "SS"])
)


def machine_or_error(text: str) -> Machine | MachineError:
    try:
        return parse(text).machine
    except MachineError as error:
        return error


@given(st.dictionaries(st.sampled_from(PATTERNS), actions, min_size=1, max_size=5))
def test_wildcards_mean_what_the_simulator_says(drawn: dict[str, tuple[str, str, str]]):
    """Against the definition: the rule without ``?``; if there is none, those with it, which must agree."""
    rules = {
        reads: (
            state,
            "".join("a" if write == "?" != read else write for read, write in zip(reads, writes, strict=True)),
            moves,
        )
        for reads, (state, writes, moves) in drawn.items()
    }
    text = doty("q: {" + ", ".join(f"{reads}: [{', '.join(action)}]" for reads, action in rules.items()) + "}",
                tape_alphabet_extra="[]")  # fmt: skip
    expected: dict[str, set[tuple[str, str, str]]] = {}
    for symbols in map("".join, product("a_", repeat=2)):
        fitting = [
            reads for reads in rules if all(read in ("?", symbol) for read, symbol in zip(reads, symbols, strict=True))
        ]
        expected[symbols] = {
            (rules[reads][0], "".join(symbol if write == "?" else write for symbol, write in zip(symbols, rules[reads][1], strict=True)),
             rules[reads][2])
            for reads in ([symbols] if symbols in fitting else fitting)
        }  # fmt: skip
    machine = machine_or_error(text)
    if isinstance(machine, MachineError):
        assert "nondeterministic" in machine.rule
        assert any(len(effects) > 1 for effects in expected.values())
        return
    for symbols, effects in expected.items():
        found = machine.transition("q", *symbols) if machine.has_transition("q", *symbols) else None
        moves = "".join(move.letter for move in found.moves) if found else ""
        assert effects == ({(found.next_state, "".join(found.writes), moves)} if found else set())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COUNT, True),
        (doty(), True),
        ("{states: [q], 'accept_state': q}", True),
        ("blank: _\nstart state: q\ntable: {accept_state: , reject_state: }", False),
        ("table:\n  accept_state:\n  reject_state:\n", False),
        ("<structure/>", False),
    ],
)
def test_what_looks_like_it(text: str, *, expected: bool):
    assert is_likely(text) is expected


@pytest.mark.parametrize("malformed", DOTY.values(), ids=DOTY)
def test_a_malformed_text_is_refused_where_it_is_malformed(malformed: Malformed):
    assert refusal(malformed, parse, "mine.yaml").where == f"mine.yaml:{malformed.where}"


@pytest.mark.parametrize(
    "key", ["states", "input_alphabet", "tape_alphabet_extra", "start_state", "accept_state", "reject_state", "delta"]
)
def test_every_key_is_needed(key: str):
    text = "".join(line for line in doty().splitlines(keepends=True) if not line.startswith(f"{key}:"))
    with pytest.raises(MachineError, match=f"no `{key}`"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["'?' * 100_000_000", "'[' * 1_900_000", "'a: &a [*a, *a]'", "'x: !!python/object:os.system q'"]
)
def test_hostile_files_are_refused_at_once(text: str):
    check_refused_at_once("doty", text)


def test_a_text_with_every_character_of_private_use_is_no_crash():
    every = "".join(map(chr, range(0xE000, 0xF900)))
    assert parse(f"# {every}\n{doty()}").machine == parse(doty()).machine


PIECES = ["", "?", "??", ": ", ", ", "[", "]", "{", "}", "'", '"', "#", "&a ", "*a", "!!x ", "- ", "_", "a", "\n", "\t", "\0", "\ue000", "\ud800", "🙂",
          "qA", "L", "num_tapes: 2\n", "---\n"]  # fmt: skip
damages = st.lists(st.tuples(st.integers(0, 350), st.integers(0, 8), st.sampled_from(PIECES)), min_size=1, max_size=4)


@given(st.sampled_from([COUNT, doty()]), damages)
def test_damage_is_refused_or_harmless_never_a_crash(text: str, damage: list[tuple[int, int, str]]):
    for start, length, piece in damage:
        text = text[:start] + piece + text[start + length :]
    machine = machine_or_error(text)
    if isinstance(machine, MachineError):
        assert re.search(r":\d+:\d+$", machine.where)
    else:
        assert set(parse(format_machine(machine)).machine.transitions) == set(machine.transitions)
