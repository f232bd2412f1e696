"""`tmformer info`."""

import json
import re

import pytest

from tmformer.machine import FORMATS

TANGLED = """
name: tangled
blank: _
start state: q
symbols: [_, x, unused]
input: xx
table:
  q: {x: R, _: {write: x, L: accept}}
  lost: {x: {R: q}, _: {R: astray}}
  astray: {}
  accept:
halt states: [accept]
accept states: [accept]
reject states: []
"""


def rows(out: str) -> dict[str, str]:
    """The rows of both tables by their names."""
    parts = (re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in out.splitlines())
    return {name: text for name, *texts in parts for text in texts}


def test_what_is_seen_of_a_machine(call):
    said = call("info", TANGLED)
    assert (said.status, said.err) == (0, "")
    found = {" ".join(line.split()) for line in said.out.splitlines()}
    assert found >= {
        "machine tangled",
        "states 4: q, lost, astray, accept",
        "start state q",
        "halting accept",
        "rejecting none",
        "symbols 3: '_', 'x', 'unused'",
        "tapes 1, without an end on both sides",
        "transitions 4",
        "input [x]x",
        "unreachable lost, astray",
        "dead rules lost x -> x R q, lost _ -> _ R astray",
        "no rule 1, where a run ends as undefined: q reading 'unused'",
        "never written 'unused'",
        "never read 'unused'",
        "turingmachine.io expresses it",
        "bbchallenge cannot express the symbols '_ x unused'",
        "morphett cannot express accepting or rejecting states",
    }


def test_json(call):
    said = call("info", TANGLED, "--json", "--one-way", "--start", "lost", "--head", "1")
    value = json.loads(said.out)
    assert (value["start"], value["one_way"], value["head"]) == ("lost", True, 1)
    assert (value["unreachable"], value["dead_rules"], value["pairs_without_rule"]) == ([], [], 5)
    assert (value["input"], value["never_read"]) == ([["x", "x"]], ["unused"])
    assert list(value["formats"]) == list(FORMATS)
    assert value["formats"]["turingmachine.io"] == {"expresses": True, "refusal": None, "left_out": []}
    assert value["formats"]["jflap"]["refusal"] == "one-way tapes"


def test_what_a_format_has_no_room_for(call):
    out = rows(call("info", "bb2").out)
    assert out["bbchallenge"].endswith("expresses it; has no room for the expectations")
    assert out["turingmachine.io"] == "expresses it"


def test_long_lists_are_cut(call):
    table = ", ".join(f"q{number}: {{_: R}}" for number in range(50))
    out = rows(call("info", f"blank: _\nstart state: q0\ntable: {{{table}}}").out)
    assert out["states"].endswith("q23, and 26 more")
    assert out["unreachable"].endswith(", and 25 more")
    symbols = ", ".join(map(str, range(10)))
    many = f"blank: 0\ntapes: 9\nstart state: a\nsymbols: [{symbols}]\nhalt states: []\ntable: {{a: {{}}}}"
    assert rows(call("info", many).out)["no rule"].endswith(", and 999,999,994 more")


def test_a_missing_rule_that_rejects_is_said(call):
    out = rows(call("info", "blank: _\nstart state: a\nundefined rejects: true\ntable: {a: {x: R}}").out)
    assert out["no rule"] == "1, which rejects: a reading '_'"


@pytest.mark.parametrize(
    "words",
    [
        ["nope"],
        ["a.safetensors"],
        ["bb2", "--start", "Q"],
        ["bb2", "--head", "9" * 20],
        ["bb2", "--one-way", "--head", "-1"],
        ["bb2", "--from", "bbchalenge"],
    ],
)
def test_refused(call, words):
    said = call("info", *words)
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
