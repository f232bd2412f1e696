"""Whatever a text holds, only four-part errors with a place come out of a reader, or a machine that can be written and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.fuzzing import check_text, seeds
from tmformer.errors import MachineError
from tmformer.machine import FORMATS, Machine, format_machine, parse_document
from tmformer.machine.formats import bbchallenge
from tmformer.strategies import machines

ODD = "\x00\t\r\n\x85\u2028\ufeff\u202e\ud800²🙂'\"\\[]{}<>!&*#;:,|~?@%-_ 0aLRlrhH"

WORDS = ["0", "q", "*", "_", "a", "l", "r", "!", ";", "halt", "HALT", "ab", "🙂"]


@st.composite
def damaged(draw: st.DrawFn, format_name: str) -> str:
    """A text of a format with a few pieces taken out, put in, or doubled."""
    texts = seeds(format_name)
    text = draw(st.sampled_from(texts))
    pieces = st.sampled_from([*ODD, *"\n".join(texts).split()])
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(pieces | st.just("") | st.just(2 * text[start:stop])) + text[stop:]
    return text


@pytest.mark.parametrize("format_name", FORMATS)
@given(st.data())
def test_damage_is_refused_or_harmless(format_name: str, data: st.DataObject):
    check_text(data.draw(damaged(format_name)), format_name)


@pytest.mark.parametrize("format_name", FORMATS)
@given(st.data())
def test_texts_of_its_characters_are_refused_or_machines(format_name: str, data: st.DataObject):
    alphabet = sorted({*ODD, *"".join(seeds(format_name))})
    check_text(data.draw(st.text(st.sampled_from(alphabet), max_size=60)), format_name)


@given(st.text(st.sampled_from("0123LRSABHZ-._ \t#Halt"), max_size=40))
def test_a_line_of_bbchallenge(text: str):
    check_text(text, "bbchallenge")


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), max_size=6))
def test_lines_of_morphett(lines: list[str]):
    check_text("\n".join(lines), "morphett")


@pytest.mark.parametrize("format_name", FORMATS)
@given(machines())
def test_a_machine_is_written_and_read_back_or_refused(format_name: str, machine: Machine):
    try:
        text = format_machine(machine, format_name)
    except MachineError:
        return
    check_text(text, format_name)
    parse_document(text, format_name=format_name)


def test_it_can_fail(monkeypatch: pytest.MonkeyPatch):
    """A planted fault: a reader that lets an error of Python's through, and one that gives no place."""
    monkeypatch.setattr(bbchallenge, "_cells", lambda row, place: [(row[3], place)])
    with pytest.raises(IndexError):
        check_text("1RB", "bbchallenge")
    monkeypatch.setattr(bbchallenge, "MAX_LINE", 0)
    monkeypatch.setattr(bbchallenge, "Place", lambda *_: "somewhere")
    with pytest.raises(AssertionError):
        check_text("1RB", "bbchallenge")
