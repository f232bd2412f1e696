"""Documents as text: the machine is never changed, and what else is lost is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.formats.meaning import accepting_machines, meaning
from tests.machine.formats.test_expectations_writer import documents
from tmformer.errors import MachineError
from tmformer.machine import (
    FORMATS,
    Document,
    format_document,
    format_machine,
    parse,
    parse_document,
    read,
    shipped_names,
)

BB2 = read("bb2")
LINES = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12), max_size=4).map(
    "\n".join
)


@given(documents())
def test_yaml_keeps_everything(document: Document):
    written = format_document(document)
    assert written.left_out == ()
    assert parse_document(written.text) == document


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_document_is_written_and_read_back(name: str):
    document = read(name)
    assert parse_document(format_document(document).text) == document


@given(machine=accepting_machines(), comment=LINES, data=st.data())
def test_a_machine_is_read_back_from_every_format_that_expresses_it(machine, comment: str, data: st.DataObject):
    name = data.draw(st.sampled_from(sorted(FORMATS)))
    document = Document(machine, comment, input=(machine.blank,))
    try:
        format_machine(machine, name)
    except MachineError:
        with pytest.raises(MachineError):
            format_document(document, name)
        return
    written = format_document(document, name)
    back = parse_document(written.text, format_name=name)
    assert meaning(back.machine) == meaning(machine)
    kept = [line.strip() for line in back.comment.split("\n")] == [line.strip() for line in comment.split("\n")]
    assert kept == ("the comment" not in written.left_out)
    assert (back.words == document.words) == ("the input" not in written.left_out)


def test_what_is_left_out_is_named():
    document = replace(BB2, input=("1",))
    assert format_document(document, "bbchallenge").left_out == ("the name", "the input", "the expectations")
    assert format_document(BB2, "bbchallenge").text.splitlines()[-1] == "1RB1LB_1LA1RZ"
    jflap = replace(
        parse_document("{blank: □, start state: a, table: {a: {□: {R: accept}}, accept: }}"), comment="No room."
    )
    assert format_document(jflap, "automata").left_out == ("the comment",)
    assert format_document(replace(jflap, comment=""), "automata").left_out == ()


@pytest.mark.parametrize("comment", ["$START: B", "x\x1b[31m", "first\n; $START: halt"])
def test_a_comment_that_could_mean_more_is_left_out(comment: str):
    machine = parse("; $START: q\nq _ 1 r halt\nB _ 1 r halt")
    written = format_document(Document(machine, comment), "morphett")
    assert written.left_out == ("the comment",)
    assert parse_document(written.text).machine == machine


def test_an_unknown_format_is_refused():
    with pytest.raises(MachineError, match="did you mean 'morphett'"):
        format_document(BB2, "morphet")
