"""The `expect:` list of a machine file."""

from tmformer.machine import Case, Document, Outcome, parse_document

TEXT = """
blank: _
start state: q
symbols: [_, 1, red]
accept states: end
table: {q: {1: R, _: {write: 1, L: end}}, end: }
"""


def read(cases: str) -> Document:
    return parse_document(TEXT + cases)


def test_every_key():
    full = "{input: 11, outcome: halted, steps: 3, state: end, tape: 111, head: -1, accepted: true, start head: -2}"
    assert read(f"expect: [{full}]").cases == (
        Case(("1", "1"), Outcome.HALTED, 3, "end", ("1", "1", "1"), -1, True, -2),
    )


def test_what_is_not_said_is_not_compared():
    assert read("expect: [{input: , outcome: undefined}]").cases == (Case((), Outcome.UNDEFINED),)


def test_symbols_as_text_and_as_lists():
    cases = read(
        "expect: [{input: 1_1, outcome: halted, tape: ''}, {input: [red, 1], outcome: halted, tape: []}]"
    ).cases
    assert [case.input for case in cases] == [("1", "_", "1"), ("red", "1")]
    assert [case.tape for case in cases] == [(), ()]


def test_no_expectations():
    assert read("").cases == read("expect:\n").cases == read("expect: []\n").cases == ()
