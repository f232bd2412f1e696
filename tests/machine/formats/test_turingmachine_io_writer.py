"""Machines as YAML: what is written is short, plain to any YAML reader, and read back as it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import Machine, Move, Transition, format_machine, parse, trace

NAMES = [
    "yes",
    "0011",
    "null",
    "~",
    "a: b",
    "- x",
    "#",
    "'",
    '"\\',
    "\t",
    "\x00\x85\u2028",
    " a ",
    "é",
    "🙂",
    "\u202ex",
    "<<",
    "accept",
    "L",
    "[a]",
]


def machine(first: str, second: str, blank: str, other: str) -> Machine:
    rules = (Transition(first, blank, other, Move.STAY, second), Transition(first, other, blank, Move.LEFT, first))
    return Machine((first, second), (other, blank), blank, first, rules, (second,), name=first + other)


@given(st.lists(st.sampled_from(NAMES), min_size=4, max_size=4, unique=True))
def test_any_name_is_read_back(names: list[str]):
    first, second, blank, other = names
    assert parse(format_machine(machine(first, second, blank, other))) == machine(first, second, blank, other)


@given(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5))
def test_any_text_is_read_back(first: str, blank: str):
    written = machine(first, f"{first}'", blank, f"{blank}x")
    assert parse(format_machine(written)) == written


def test_only_the_keys_that_are_needed():
    plain = parse("{blank: _, start state: q, table: {q: {_: R, 1: {write: _, L: accept}}, accept: }}")
    assert format_machine(plain) == (
        "blank: '_'\nstart state: q\ntable:\n  q:\n    '_': R\n    1: {write: '_', L: accept}\n  accept:\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"halting": (), "accepting": ()},
        {"accepting": ()},
        {"accepting": (), "rejecting": ("accept",)},
        {"symbols": ("1", "_")},
        {"symbols": ("_", "1", "2")},
        {"states": ("accept", "q")},
        {"name": "yes"},
    ],
)
def test_what_differs_is_said(change: dict):
    plain = parse("{blank: _, start state: q, table: {q: {_: R, 1: {write: _, L: accept}}, accept: }}")
    changed = replace(plain, **change)
    assert parse(format_machine(changed)) == changed


def test_transitions_are_written_state_by_state():
    """Their order has no meaning, and is not kept."""
    source = parse("1RB1LB_1LA1RZ")
    mixed = replace(source, transitions=source.transitions[::-1])
    again = parse(format_machine(mixed))
    assert set(again.transitions) == set(mixed.transitions)
    assert trace(again, (), max_steps=9) == trace(mixed, (), max_steps=9)


def test_a_name_too_long_for_a_line_is_refused():
    with pytest.raises(MachineError, match="at most 1,000 characters") as caught:
        format_machine(replace(parse("1RB1LB_1LA1RZ"), name="x" * 1_001))
    assert "1,001" in caught.value.found
    assert caught.value.where
    assert parse(format_machine(replace(parse("1RB1LB_1LA1RZ"), name="x" * 1_000))).name == "x" * 1_000
