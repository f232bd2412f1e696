"""What the readers and writers of the formats of other tools refuse: all malformed files, and what no file shows."""

import json
import sys
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

from automata.tm.dtm import DTM
from automata.tm.mntm import MNTM

from tests.errors.sites import Case
from tests.machine.formats.test_automata import DAMAGED
from tests.machine.formats.test_malformed import EXPECTED, FOLDER
from tmformer.machine import format_machine, from_automata, parse, parse_document, read
from tmformer.machine.formats import automata, bbchallenge, json_scanning, morphett
from tmformer.machine.sources import Reading

BB2 = parse("1RB1LB_1LA1RZ")
FIELDS = {"input_symbols": {"0"}, "tape_symbols": {"0", "."}, "blank_symbol": "."}


def too_many_wildcards() -> object:
    with patch.object(morphett, "MAX_TRANSITIONS", 1):
        return morphett.parse("0 a b r 0\n0 * * r 0")


def branching() -> object:
    transitions = {"q": {("0",): [("f", (("0", "R"),)), ("q", (("0", "R"),))]}}
    return from_automata(
        MNTM(**FIELDS, states={"q", "f"}, initial_state="q", final_states={"f"}, n_tapes=1, transitions=transitions)
    )


def states_alike() -> object:
    transitions = {0: {".": ("0", ".", "R")}}
    return from_automata(DTM(**FIELDS, states={0, "0"}, initial_state=0, final_states={"0"}, transitions=transitions))


def no_library() -> object:
    with patch.dict(sys.modules, {"automata.tm.dtm": None}):
        return from_automata(None)


CASES: dict[str, Case] = {
    **{name: partial(read, FOLDER / name, Reading(format_name=name.split("/", maxsplit=1)[0])) for name in EXPECTED},
    **{
        f"automata with {name}": partial(automata.parse, json.dumps(fields | change))
        for name, (fields, change, _) in DAMAGED.items()
    },
    "automata without a class": lambda: automata.parse("{}"),
    "deep JSON": lambda: json_scanning.scan_json("[" * 20, "text"),
    "JSON with half a character": lambda: json_scanning.scan_json('"\\ud800"', "text"),
    "JSON without a colon": lambda: json_scanning.scan_json('{"a" 1}', "text"),
    "JSON without an end": lambda: json_scanning.scan_json("[1", "text"),
    "two JSON texts": lambda: json_scanning.scan_json("1 1", "text"),
    "beyond automata": lambda: format_machine(BB2, "automata"),
    "a branching MNTM": branching,
    "states of one text": states_alike,
    "no automaton": lambda: from_automata(SimpleNamespace()),
    "no automata-lib": no_library,
    "a long line of bbchallenge": lambda: bbchallenge.parse("1RB" + " " * 5_000),
    "a long line of YAML": lambda: parse_document("a: " + "b" * 200_000),
    "no rules": lambda: morphett.parse("; nothing"),
    "a start state that is not there": lambda: morphett.parse("0 _ _ r 0", start="q"),
    "wildcards for too much": too_many_wildcards,
    "two marks of the tape head": lambda: morphett.head_of_input("*0*"),
    "beyond morphett": lambda: format_machine(replace(BB2, blank="1"), "morphett"),
}
