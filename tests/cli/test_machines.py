"""`tmformer machines`."""

import json

from tmformer.cli.machines import first_sentence
from tmformer.machine import shipped_names


def test_a_table(call):
    said = call("machines")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split() == ["name", "states", "symbols", "cases", "what", "it", "does"]
    assert [line.split()[0] for line in lines[1:]] == list(shipped_names())


def test_json(call):
    said = call("machines", "--json")
    rows = json.loads(said.out)["machines"]
    assert [row["name"] for row in rows] == list(shipped_names())
    assert all(list(row) == ["name", "states", "symbols", "cases", "comment"] and row["comment"] for row in rows)


def test_first_sentence():
    assert first_sentence("One two\nthree. Four.\n\nFive.") == "One two three."
    assert first_sentence("From 0, ... to A. Turing. More.") == "From 0, ... to A. Turing."
    assert first_sentence("no stop") == "no stop"
    assert first_sentence("") == ""
