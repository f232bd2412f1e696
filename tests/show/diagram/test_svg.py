"""State diagrams as SVG: every transition is drawn, once, and nothing overlaps; asserted on the file."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.show.diagram.seen import astray, compared, faults, seen
from tmformer.machine import Machine, Move, Transition, read, shipped_names
from tmformer.show.diagram import as_svg, lay_out
from tmformer.strategies import machines

GALLERY = Path(__file__).parents[3] / "benchmarks" / "results"
HOSTILE = st.text(
    st.sampled_from("<>&\"'{}\\_^#%$~→,()[]*;- \t\n\x00\x1b␣…éאب漢😀\u202e\ufffe\xa0") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=14,
)


@given(machines(max_states=5))
@settings(max_examples=8)
def test_every_transition_is_drawn_once_and_nothing_overlaps(machine: Machine):
    picture = seen(as_svg(lay_out(machine)))
    assert compared(picture, machine) == (Counter(), Counter())
    assert faults(picture) == []
    assert astray(picture) == []


@given(machines(max_states=3, max_symbols=3, tapes=2))
@settings(max_examples=10)
def test_so_with_two_tapes(machine: Machine):
    picture = seen(as_svg(lay_out(machine)))
    assert compared(picture, machine) == (Counter(), Counter())
    assert faults(picture) == []


@pytest.mark.parametrize(
    "name", [name for name in shipped_names() if name not in ("binary_addition", "binary_multiplication")]
)
def test_of_the_machines_that_are_shipped_too(name: str):
    machine = read(name).machine
    text = as_svg(lay_out(machine))
    picture = seen(text)
    assert [state.title for state in picture.states] == list(machine.states)
    assert [len(state.radii) for state in picture.states] == [
        1 + (state in machine.halting) for state in machine.states
    ]
    ends = {*machine.accepting, *machine.rejecting}
    assert [state.signs for state in picture.states] == [int(state in ends) for state in machine.states]
    assert (faults(picture), astray(picture)) == ([], [])
    assert len(picture.arrows) == len({(rule.state, rule.next_state) for rule in machine.transitions})


@pytest.mark.parametrize("name", ["bb5", "prime"])
def test_the_gallery_is_what_is_drawn_today(name: str):
    text = (GALLERY / f"diagram_{name}.svg").read_text(encoding="utf-8")
    assert text == as_svg(lay_out(read(name).machine))


@given(st.lists(HOSTILE, min_size=3, max_size=3, unique=True), st.lists(HOSTILE, min_size=2, max_size=2, unique=True))
@settings(max_examples=20)
def test_names_of_any_kind_are_drawn_apart(states: list[str], symbols: list[str]):
    a, b, end = states
    zero, one = symbols
    rules = (
        Transition(a, zero, one, Move.RIGHT, a),
        Transition(a, one, one, Move.LEFT, b),
        Transition(b, zero, zero, Move.STAY, a),
        Transition(b, one, zero, Move.LEFT, end),
    )
    machine = Machine((a, b, end), (zero, one), zero, a, rules, halting=(end,), name=a)
    picture = seen(as_svg(lay_out(machine)))
    assert len({state.name for state in picture.states}) == 3
    assert faults(picture) == []
    lines = [line for label in picture.labels for line in label.lines]
    assert len(lines) == len(set(lines)) == 4
    assert [line[-1] for line in lines] == ["R", "L", "S", "L"]


def test_a_picture_is_in_the_reader_s_colours_and_the_same_each_time():
    machine = read("prime").machine
    text = as_svg(lay_out(machine))
    assert text == as_svg(lay_out(replace(machine, name="prime")))
    dark = text.partition("prefers-color-scheme:dark")[2]
    assert dark
    for name in re.findall(r"class=\"(\w)\"", text):
        assert f".{name}" in text.partition("</style>")[0]


def test_one_state_without_transitions():
    picture = seen(as_svg(lay_out(Machine(("a",), ("0",), "0", "a", ()))))
    assert (len(picture.states), picture.arrows, faults(picture)) == (1, [], [])


def test_planted_faults_are_told():
    """A transition that is not drawn or drawn wrong, labels on each other, on a state, out of the picture, or swapped."""
    machine = read("bb5").machine
    picture = seen(as_svg(lay_out(machine)))
    first, second, *others = picture.labels
    less = replace(machine, transitions=machine.transitions[1:])
    assert compared(seen(as_svg(lay_out(less))), machine) == (Counter({("A", "0", "1", "R", "B"): 1}), Counter())
    wrong = replace(first, lines=("0→1,L",))
    missing, extra = compared(replace(picture, labels=[wrong, second, *others]), machine)
    assert (missing, extra) == (Counter({("A", "0", "1", "R", "B"): 1}), Counter({("A", "0", "1", "L", "B"): 1}))

    def shifted(by: complex) -> list[str]:
        return faults(replace(picture, labels=[replace(first, box=first.box.moved(by)), second, *others]))

    assert any("overlap" in fault and "labels" in fault for fault in shifted(second.box.centre - first.box.centre))
    assert any("overlaps state A" in fault for fault in shifted(picture.states[0].centre - first.box.centre))
    assert any("out of the picture" in fault for fault in shifted(-2000 + 0j))
    swapped = [replace(first, box=second.box), replace(second, box=first.box), *others]
    assert len(astray(replace(picture, labels=swapped))) == 2


def test_what_xml_takes_for_its_own_is_escaped():
    rules = (Transition('a"<', "<", "&", Move.LEFT, 'a"<'), Transition('a"<', "&", "]]>", Move.LEFT, 'a"<'))
    picture = seen(as_svg(lay_out(Machine(('a"<',), ("<", "&", "]]>"), "<", 'a"<', rules, name="<&>"))))
    assert [state.name for state in picture.states] == ['a"<']
    assert [label.lines for label in picture.labels] == [("<→&,L", "&→]]>,L")]
