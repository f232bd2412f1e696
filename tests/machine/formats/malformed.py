"""Malformed machine files: the text, the line and column that the error names, and words of its rule and of what it found.

Each refusal of the readers has at least one text here; `tests/errors` runs them all once more.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tmformer.errors import MachineError


@dataclass(frozen=True)
class Malformed:
    """A text and the error that it must give."""

    text: str
    where: str
    rule: str
    found: str
    remedy: str = ""


def refusal(malformed: Malformed, read: Callable[[str, str], object], file: str) -> MachineError:
    """The error with which a reader refuses the text, in the expected words; where it says so is left to the caller."""
    with pytest.raises(MachineError) as caught:
        read(malformed.text, file)
    error = caught.value
    assert malformed.rule.lower() in error.rule.lower()
    assert malformed.found in error.found
    assert malformed.remedy in error.remedy
    assert len(str(error)) < 1_000
    return error


def table(rules: str, rest: str = "") -> str:
    """A machine file of which only the table (line 3) and what follows it are of interest."""
    return f"blank: _\nstart state: q\ntable: {{{rules}}}\n{rest}"


GOOD = "q: {1: R, _: {write: 1, L: end}}, end: "


def expect(case: str) -> str:
    """A good machine file with one expectation, in line 5."""
    return table(GOOD, f"expect:\n  - {case}\n")


YAML: dict[str, Malformed] = {
    "a tab": Malformed("blank: _\n\tstart state: q\n", "2:1", "is YAML", "\\t", "never tabs"),
    "an open bracket": Malformed("blank: _\ntable: {q: {1: R}\n", "3:1", "is YAML", "expected"),
    "an open quote": Malformed("blank: '\n", "2:1", "is YAML", "end of stream"),
    "a colon too many": Malformed("blank: a: b\n", "1:9", "is YAML", "mapping values"),
    "a NUL": Malformed("blank: _\nname: \0\n", "2:7", "printable", "U+0000"),
    "half a character": Malformed("name: \ud800\n", "1:7", "printable", "U+D800"),
    "an anchor": Malformed("blank: &b _\n", "1:8", "plain YAML", "anchor &b"),
    "an alias": Malformed("blank: _\nname: *b\n", "2:7", "plain YAML", "alias *b"),
    "a tag that would build an object": Malformed("name: !!python/object/apply:os.system [ls]\n", "1:7", "plain YAML", "tag"),
    "a local tag": Malformed("name: !x y\n", "1:7", "plain YAML", "tag '!x'"),
    "two documents": Malformed("blank: _\n---\nblank: _\n", "2:1", "one plain YAML", "second document"),
    "deep nesting": Malformed("a: [[[[[[[[[[[[]]]]]]]]]]]]\n", "1:11", "deep nesting", "more than 8 levels"),
    "nothing": Malformed(" \n\n", "1:1", "describes a machine", "an empty text"),
    "comments only": Malformed("# one\n# two\n", "1:1", "describes a machine", "nothing but comments"),
    "too long": Malformed("#" * 2_000_001, "1:1", "short enough", "2,000,001 characters"),
    "a text": Malformed("increment\n", "1:1", "machine file is a mapping", "'increment'"),
    "a list": Malformed("- blank\n- _\n", "1:1", "machine file is a mapping", "a list"),
    "a key too many": Malformed(table(GOOD, "startt state: q\n"), "4:1", "only known keys", "'startt state'", "'start state'"),
    "a key twice": Malformed(table(GOOD, "blank: x\n"), "4:1", "comes once", "'blank' a second time (first at line 1)"),
    "a list as key": Malformed(table(GOOD, "[a, b]: x\n"), "4:1", "key of a machine file is a text", "a list"),
    "no blank": Malformed("start state: q\ntable: {q: }\n", "1:1", "`blank`", "no `blank`", "Add `blank:`"),
    "no start state": Malformed("blank: _\ntable: {q: }\n", "1:1", "`start state`", "no `start state`"),
    "no table": Malformed("blank: _\nstart state: q\n", "1:1", "`table`", "no `table`"),
    "an empty blank": Malformed(table(GOOD).replace("blank: _", "blank:"), "1:6", "blank is a text", "nothing"),
    "a long blank": Malformed(table(GOOD).replace("blank: _", "blank: ab"), "1:8", "one character", "'ab'", "symbols"),
    "a list as start state": Malformed(table(GOOD).replace(": q\n", ": [q]\n"), "2:14", "start state is a text", "a list"),
    "an unknown start state": Malformed(table(GOOD).replace(": q\n", ": endx\n"), "2:14", "start state is a declared", "'endx'", "'end'"),
    "an empty table": Malformed(table(""), "3:8", "at least one state", "an empty table"),
    "a table of nothing": Malformed("blank: _\nstart state: q\ntable:\n", "3:6", "table of states is a mapping", "nothing"),
    "a state twice": Malformed(table("q: , end: , q: "), "3:21", "table of states comes once", "'q' a second time"),
    "a text as body": Malformed(table("q: R"), "3:12", "body of a state", "'R'"),
    "a list as body": Malformed(table("q: [R]"), "3:12", "body of a state", "a list"),
    "two instructions for a symbol": Malformed(table("q: {1: R, 1: L}"), "3:19", "deterministic", "first at 3:13"),
    "the same by a list": Malformed(table("q: {[0, 1]: R, _: L, [1, 2]: L}"), "3:31", "deterministic", "'1' a second time"),
    "the same within a list": Malformed(table("q: {[0, 0]: R}"), "3:17", "deterministic", "'0' a second time"),
    "a mapping as symbol": Malformed(table("q: {{a: b}: R}"), "3:13", "symbol of the table is a text", "a mapping"),
    "a long symbol": Malformed(table("q: {10: R}"), "3:13", "one character", "'10'"),
    "a long symbol written": Malformed(table("q: {1: {write: 10, R}}"), "3:24", "one character", "'10'"),
    "a symbol not declared": Malformed(table("q: {2: R}", "symbols: [_, 1]\n"), "3:13", "`symbols:` declares", "'2'"),
    "a blank not declared": Malformed(table("q: {1: R}", "symbols: [0, 1]\n"), "1:8", "`symbols:` declares", "'_'"),
    "no direction": Malformed(table("q: {1: {write: 1}}"), "3:16", "exactly one direction", "none"),
    "two directions": Malformed(table("q: {1: {L: q, R: q}}"), "3:16", "exactly one direction", "L and R"),
    "an unknown direction": Malformed(table("q: {1: right}"), "3:16", "instruction is L, R, S", "'right'"),
    "an unknown synonym": Malformed(table("q: {1: yess}", "synonyms: {yes: {R: q}}\n"), "3:16", "synonym", "'yess'", "'yes'"),
    "no instruction": Malformed(table("q: {1: }"), "3:14", "instruction is L, R, S", "nothing"),
    "a list as instruction": Malformed(table("q: {1: [R]}"), "3:16", "instruction is L, R, S", "a list"),
    "an unknown key of an instruction": Malformed(table("q: {1: {writ: 1, R}}"), "3:17", "only known keys", "'writ'", "'write'"),
    "nothing written": Malformed(table("q: {1: {write: , R}}"), "3:22", "symbol written is a text", "nothing"),
    "a list as next state": Malformed(table("q: {1: {R: [q]}}"), "3:20", "next state is a text", "a list"),
    "an unknown next state": Malformed(table("q: {1: {R: endy}}, end: "), "3:20", "next state is a declared", "'endy'", "'end'"),
    "a synonym of a synonym": Malformed(table(GOOD, "synonyms: {a: {R: q}, b: a}\n"), "4:26", "no other synonym", "'a'"),
    "a synonym called S": Malformed(table(GOOD, "synonyms: {S: {R: q}}\n"), "4:12", "name of a direction", "'S'"),
    "a list of synonyms": Malformed(table(GOOD, "synonyms: [a]\n"), "4:11", "list of synonyms is a mapping", "a list"),
    "an unknown accepting state": Malformed(table(GOOD, "accept states: [endx]\n"), "4:17", "`accept states`", "'endx'", "'end'"),
    "an accepting state that goes on": Malformed(table(GOOD, "accept states: q\n"), "4:16", "`accept states`", "'q'"),
    "a halting state that goes on": Malformed(table(GOOD, "halt states: [q]\n"), "4:15", "`halt states`", "'q'"),
    "a mapping of states": Malformed(table(GOOD, "reject states: {a: b}\n"), "4:16", "`reject states` is a list", "a mapping"),
    "accepts and rejects": Malformed(
        table(GOOD, "accept states: [end]\nreject states: [end]\n"), "5:16", "not both", "'end' in both"
    ),
    "a mapping as input": Malformed(table(GOOD, "input: {a: b}\n"), "4:8", "the input is a list", "a mapping"),
    "a list within the input": Malformed(table(GOOD, "input: [[a]]\n"), "4:9", "symbol of the input is a text", "a list"),
    "an empty name": Malformed(table(GOOD, "name: ''\n"), "4:7", "the name is a text", "''"),
    "a mapping of expectations": Malformed(table(GOOD, "expect: {a: b}\n"), "4:9", "expectations is a list", "a mapping"),
    "a text as expectation": Malformed(expect("11"), "5:5", "an expectation is a mapping", "'11'"),
    "an unknown key of an expectation": Malformed(expect("{input: 1, ouctome: halted}"), "5:16", "only known keys", "'ouctome'"),
    "no input": Malformed(expect("{outcome: halted}"), "5:5", "`input` and `outcome`", "no `input`", "''"),
    "no outcome": Malformed(expect("{input: 1}"), "5:5", "`input` and `outcome`", "no `outcome`"),
    "a limit without steps": Malformed(expect("{input: 1, outcome: limit}"), "5:5", "`steps`", "no `steps`"),
    "an unknown outcome": Malformed(expect("{input: 1, outcome: halts}"), "5:25", "outcome is one", "'halts'", "'halted'"),
    "an input out of the alphabet": Malformed(expect("{input: 12, outcome: halted}"), "5:13", "input is in the machine's", "'2'"),
    "a tape out of the alphabet": Malformed(expect("{input: 1, outcome: halted, tape: 2}"), "5:39", "tape is in the", "'2'"),
    "a tape with blanks at its end": Malformed(expect("{input: 1, outcome: halted, tape: 1_}"), "5:39", "last non-blank", "'1_'"),
    "steps in words": Malformed(expect("{input: 1, outcome: halted, steps: six}"), "5:40", "whole number, 0 or more", "'six'"),
    "steps below zero": Malformed(expect("{input: 1, outcome: halted, steps: -1}"), "5:40", "whole number, 0 or more", "'-1'"),
    "very many steps": Malformed(expect(f"{{input: 1, outcome: halted, steps: {'9' * 5000}}}"), "5:40", "whole number", "'999"),
    "steps in other digits": Malformed(expect("{input: 1, outcome: halted, steps: ٣}"), "5:40", "whole number", "'٣'"),
    "half a cell": Malformed(expect("{input: 1, outcome: halted, head: 0.5}"), "5:39", "cell of the tape head", "'0.5'"),
    "an unknown last state": Malformed(expect("{input: 1, outcome: halted, state: endy}"), "5:40", "last state is one", "'endy'"),
    "accepted in other words": Malformed(expect("{input: 1, outcome: halted, accepted: yes}"), "5:43", "`accepted`", "'yes'"),
    "a fault in a shared document": Malformed(
        "name: x\nsource code: |\n  blank: _\n  start state: q\n  table: {q: R}\npositions: {q: {x: 1}}\n",
        "5:14", "body of a state", "'R'",
    ),
    "a fault in a shared document in quotes": Malformed(
        'source code: "blank: _\\nstart state: q\\ntable: {q: R}\\n"\n', "source code:3:12", "body of a state", "'R'"
    ),
    "no shared document": Malformed("source code: \n", "1:12", "source code is a text", "nothing"),
    "an unknown key beside the source code": Malformed("source code: a\nblank: _\n", "2:1", "only known keys", "'blank'"),
}  # fmt: skip
"""Texts that are read as YAML."""

ONE_LINE: dict[str, Malformed] = {
    "a cell cut short": Malformed("1RB1LB_1LA1R", "1:11", "cell is a digit", "'1R'", "three characters"),
    "an empty row": Malformed("1RB1LB__1LA1RZ", "1:8", "cell is a digit", "nothing"),
    "an empty last row": Malformed("1RB1LB_1LA1RZ_", "1:15", "cell is a digit", "nothing"),
    "a stay move": Malformed("1RB1LB_1SA1RZ", "1:8", "cell is a digit", "'1SA'", "YAML"),
    "small letters": Malformed("1rb1lb_1la1rz", "1:1", "cell is a digit", "'1rb'"),
    "a state that does not exist": Malformed("1RB1LC_1LA1RZ", "1:6", "row of the table or to Z", "'C'", "A, B, H, Z"),
    "a symbol without a column": Malformed("1RB1LB_2LA1RZ", "1:8", "column of the table", "'2'", "0, 1"),
    "rows of different lengths": Malformed("1RB1LB_1LA", "1:8", "one cell for each symbol", "2 in row 1"),
    "26 rows": Malformed("_".join(["1RA1RA"] * 26), "1:1", "at most 25 rows", "26 rows"),
    "11 columns": Malformed("1RA" * 11, "1:1", "at most 25 rows and 10 columns", "11 columns"),
    "a state beyond the rows": Malformed("1RA1RJ" + "_------" * 8, "1:6", "row of the table", "'J'"),
    "words after the table": Malformed("1RB1LB_1LA1RZ stops", "1:15", "cell is a digit", "'sto'"),
    "blanks in front, a fault behind": Malformed("  1RB1LB_1LA1RX", "1:15", "row of the table", "'X'"),
    "a fault below a comment": Malformed("# one\n1RB1LB_1LA1RX\n", "2:13", "row of the table", "'X'"),
}  # fmt: skip
"""Texts that are read as bbchallenge lines."""
