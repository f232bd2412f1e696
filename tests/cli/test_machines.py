"""`tmformer machines`."""

import json

from tmformer.cli.machines import first_sentence
from tmformer.machine import read, shipped_names


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


def test_a_search_finds_every_word_in_name_or_comment(call):
    def found(*words: str) -> list[str]:
        return [row["name"] for row in json.loads(call("machines", "--search", *words, "--json").out)["machines"]]

    assert found("") == list(shipped_names())
    assert found("BB2") == ["bb2", "bb2x3"]
    assert found("champion TWO beavers") == ["bb2"]
    said = {name: f"{name} {read(name).comment}".lower() for name in shipped_names()}
    both = [name for name in said if "binary" in said[name] and "adds" in said[name]]
    assert found("Adds binary") == found("binary adds") == both
    text = call("machines", "--search", "adds binary")
    assert [line.split()[0] for line in text.out.splitlines()[1:]] == both


def test_a_search_that_finds_nothing(call):
    assert call("machines", "--search", "champion zzz") == (
        1,
        "",
        "no machine that comes with tmformer speaks of 'champion zzz'\n",
    )
    assert call("machines", "--search", "zzz", "--json") == (1, '{"machines": []}\n', "")


def test_first_sentence():
    assert first_sentence("One two\nthree. Four.\n\nFive.") == "One two three."
    assert first_sentence("From 0, ... to A. Turing. More.") == "From 0, ... to A. Turing."
    assert first_sentence("no stop") == "no stop"
    assert first_sentence("") == ""
