"""XML as elements that know their place, and nothing that reaches out of the file or grows."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine.formats import markup
from tmformer.machine.formats.markup import Element, check_children, only, parse_markup

HOSTILE = {
    "billion laughs": "'<!DOCTYPE a [<!ENTITY x0 \"ha\">' + ''.join(f'<!ENTITY x{i + 1} \"{f\"&x{i};\" * 10}\">' for i in range(12))"
    " + ']><a>&x12;</a>'",
    "quadratic": "'<!DOCTYPE a [<!ENTITY x \"' + 'x' * 100_000 + '\">]><a>' + '&x;' * 100_000 + '</a>'",
    "a line of 100 MB": "'<a>x' * 25_000_000",
    "100 MB of elements": "'<a/>' * 25_000_000",
    "deep": "'<a>' * 600_000",
}
MEASURE = """
import re, time
from pathlib import Path
from tmformer.errors import MachineError
from tmformer.machine.formats import {format}
text = {text}
begin = time.perf_counter()
try:
    {format}.parse(text, "x")
except MachineError as error:
    seconds, status = time.perf_counter() - begin, Path("/proc/self/status").read_text()
    print(error.where, seconds, int(re.search("VmHWM:\\s*([0-9]+) kB", status)[1]) / 1024)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(name: str):
    check_refused_at_once("jflap", HOSTILE[name])


def check_refused_at_once(name: str, text: str):
    """Time and memory are measured in a process of its own; making the text counts as memory, not as time."""
    code = MEASURE.format(format=name, text=text)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    where, seconds, megabytes = done.stdout.split()
    assert where.startswith("x:1:")
    assert float(seconds) < 0.8
    assert float(megabytes) < 200


def test_a_document_type_is_refused_before_its_entities():
    """Nothing behind its first line is looked at: it is not even XML."""
    for text in ("<!DOCTYPE a SYSTEM 'secret.txt'><a/>", "<!DOCTYPE a [\n<!ENTITY % x SYSTEM 'x'> %x; <<< ]>"):
        with pytest.raises(MachineError, match="no document type") as caught:
            parse_markup(text, "x")
        assert caught.value.where == "x:1:1"


def test_places_count_characters():
    root = parse_markup("\ufeff<é>\n  🙂<b c='1'/>\r\n<d/></é>", "x")
    assert [str(child.place) for child in root.children] == ["x:2:4", "x:3:1"]


def test_a_declaration_of_another_encoding_means_nothing():
    assert parse_markup("<?xml version='1.0' encoding='latin-1'?><a>é</a>", "x").text == "é"


def test_elements_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(markup, "MAX_ELEMENTS", 3)
    assert len(parse_markup("<a><b/><c/></a>", "x").children) == 2
    with pytest.raises(MachineError, match="not too many") as caught:
        parse_markup("<a><b/><c/><d/></a>", "x")
    assert caught.value.found == "more than 3 elements"
    assert caught.value.where == "x:1:12"


def test_one_element_of_a_name():
    root = parse_markup("<a><b/><c/><c/></a>", "x")
    assert only(root, "b") is root.children[0]
    assert only(root, "d") is None
    with pytest.raises(MachineError, match="holds one <c>"):
        only(root, "c")
    with pytest.raises(MachineError, match="known elements") as caught:
        check_children(root, ("b", "cc"))
    assert "did you mean 'cc'" in caught.value.remedy


def written(element: Element) -> str:
    inside = "".join(map(written, element.children))
    return f"<{element.name}>{element.text}{inside}</{element.name}>"


trees = st.recursive(st.sampled_from("abc").map(lambda name: f"<{name}>x</{name}>"),
                     lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"<d>{''.join(parts)}</d>"), max_leaves=6)  # fmt: skip


@given(trees)
def test_what_is_in_the_text_is_in_the_elements(text: str):
    if text.count("<d>") < markup.MAX_DEPTH:
        assert written(parse_markup(text, "x")) == text
