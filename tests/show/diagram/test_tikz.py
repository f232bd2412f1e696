"""State diagrams as TikZ: one path an arrow, every name escaped, every brace closed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmformer.machine import Machine, Move, Transition, read
from tmformer.show.diagram import as_tikz, lay_out
from tmformer.show.diagram.tikz import escaped
from tmformer.strategies import machines

SPECIAL = "\\{}_^~#%&$'`\"-<>,→␣…"


def balance(text: str) -> list[int]:
    """How many braces are open after each character, escaped ones and comments left out."""
    depth, found = 0, list[int]()
    for each in re.sub(r"\\[{}%\\]|(?m:^%.*$)", "", text):
        depth += {"{": 1, "}": -1}.get(each, 0)
        found.append(depth)
    return found


def drawn(text: str) -> tuple[int, int, int]:
    """How many arrows, circles and labels there are."""
    return text.count("\\draw[arrow]"), text.count(" circle["), text.count("\\node[said]")


@given(machines(max_states=4))
@settings(max_examples=6)
def test_there_is_a_path_for_each_arrow_and_a_circle_for_each_state(machine: Machine):
    diagram = lay_out(machine)
    text = as_tikz(diagram)
    arrows = len(diagram.arrows)
    assert drawn(text) == (arrows + 1, len(machine.states) + len(machine.halting), arrows)
    assert text.startswith("% State diagram of machine")
    assert text.index("\\documentclass[tikz") < text.index("\\begin{document}") < text.index("\\end{tikzpicture}")
    assert [
        line for line in text.splitlines() if line.startswith(("\\draw", "\\node")) and not line.endswith(";")
    ] == []
    assert balance(text)[-1] == 0
    assert min(balance(text)) == 0


@given(st.text(st.sampled_from(SPECIAL + "ab ") | st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
def test_what_is_escaped_holds_nothing_that_latex_takes_for_its_own(text: str):
    found = escaped(text)
    bare = re.sub(r"\$\\to\$|\\(?:text\w+|ldots)\{\}|\\[{}_#%&$]|\{[-<>,]\}", "", found)
    assert not set(bare) & set(SPECIAL)
    assert min([*balance(found), 0]) == 0


@pytest.mark.parametrize(
    ("text", "found"), [("a_b", r"a\_b"), ("→", r"$\to$"), ("\\{", r"\textbackslash{}\{"), ("--", "{-}{-}")]
)
def test_examples(text: str, found: str):
    assert escaped(text) == found


def test_no_line_of_a_label_is_taken_for_an_option_of_the_line_s_end():
    rules = tuple(Transition("a", symbol, "0", Move.LEFT, "b") for symbol in ("0", "[", "*"))
    rules += (Transition("b", "*", "[", Move.RIGHT, "b"), Transition("b", "[", "*", Move.RIGHT, "b"))
    text = as_tikz(lay_out(Machine(("a", "b"), ("0", "[", "*"), "0", "a", rules)))
    assert r"{*$\to$[{,}R}\\{[$\to$*{,}R}" in text
    assert r"\\[" not in text
    assert r"\\*" not in text


def test_accepting_and_rejecting_states_differ_without_colour():
    text = as_tikz(lay_out(read("prime").machine))
    assert text.count("circled, accepting") == text.count("circled, rejecting") == 3
    assert drawn(text)[1] == 12 + 2


def test_the_checks_can_fail():
    assert min(balance("}{")) < 0
    assert balance("{\\}")[-1] == 1
    assert drawn("\\draw[arrow] (0,0);") == (1, 0, 0)
