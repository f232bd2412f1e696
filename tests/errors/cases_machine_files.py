"""What the readers and writers of machine files refuse: all malformed texts, and what is no machine at all."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from tests.errors.sites import Case
from tests.machine.formats.malformed import ONE_LINE, YAML
from tmformer.machine import Case as Expected
from tmformer.machine import Outcome, check_case, format_machine, load, parse, parse_document, shipped, sources
from tmformer.machine.formats import bbchallenge

BB2 = parse("1RB1LB_1LA1RZ")
HERE = Path(__file__)


def too_long() -> object:
    with patch.object(sources, "_MAX_BYTES", 10):
        return load(HERE)


def not_utf8() -> object:
    with patch.object(sources, "_bytes", lambda *_: b"\xff"):
        return load(HERE)


TEXTS: dict[str, Case] = {
    name: partial(parse_document, malformed.text) for name, malformed in [*YAML.items(), *ONE_LINE.items()]
}
SEVERAL = "{{blank: _, start state: a, {more}tapes: 2, table: {{a: {{{rule}}}, b: }}}}"
TAPES: dict[str, Case] = {
    name: partial(parse_document, SEVERAL.format(rule=rule, more=more))
    for name, rule, more in [
        ("no move on each tape", "[_, x]: {state: b}", ""),
        ("a move that is none", "[_, x]: {move: [L, Q]}", ""),
        ("a symbol too few for the tapes", "[_]: {move: [L, R]}", ""),
        ("more inputs than tapes in a file", "", "further inputs: [x, x], "),
        ("as many tapes expected as there are", "", "expect: [{input: '', outcome: halted, further tapes: []}], "),
    ]
}
CASES: dict[str, Case] = {
    **TEXTS,
    **TAPES,
    "two lines": lambda: bbchallenge.parse("1RB1LB_1LA1RZ\n1RB1LB_1LA1RZ"),
    "unknown format": lambda: format_machine(BB2, "no such format"),
    "beyond a format": lambda: format_machine(replace(BB2, blank="1"), "bbchallenge"),
    "a name too long to write": lambda: format_machine(replace(BB2, name="x" * 2_000)),
    "no machine": lambda: load("no such machine"),
    "a folder": lambda: load(HERE.parent),
    "a file too long": too_long,
    "a file that is no text": not_utf8,
    "no shipped machine": lambda: shipped.shipped_file("no such machine"),
    "a limit without steps": lambda: Expected((), Outcome.LIMIT),
    "an expectation that is not met": lambda: check_case(BB2, Expected((), Outcome.HALTED, steps=7)),
}
