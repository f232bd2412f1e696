"""Inputs and expectations as YAML: what is written is read back."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.machine.formats.meaning import renamed
from tmformer.machine import Case, Document, Machine, Outcome, format_machine, parse_document
from tmformer.machine.formats.expectations_writer import format_inputs
from tmformer.machine.formats.scalars import MAX_NAME
from tmformer.strategies import inputs, machines

NAMES = st.sampled_from([{}, {"1": "long one", "0": "'"}, {"0": " ", "1": "#"}, {"0": "yes", "1": "~"}, {"1": "\t"}])


def stripped(word: tuple[str, ...], blank: str) -> tuple[str, ...]:
    """A word without the blanks at both ends, as a tape has it."""
    kept = [index for index, symbol in enumerate(word) if symbol != blank]
    return word[kept[0] : kept[-1] + 1] if kept else ()


@st.composite
def cases(draw: DrawFn, machine: Machine) -> Case:
    """Cases that say much or little; what they say need not be so."""
    word, number = inputs(machine), st.integers(-99, 99)
    tapes = st.tuples(*[word.map(lambda symbols: stripped(symbols, machine.blank))] * (machine.tapes - 1))
    outcome = draw(st.sampled_from(Outcome))
    return Case(
        draw(word),
        outcome,
        steps=draw(st.integers(0, 10**12 - 1) | (st.nothing() if outcome is Outcome.LIMIT else st.none())),
        state=draw(st.none() | st.sampled_from(machine.states)),
        tape=draw(st.none() | word.map(lambda symbols: stripped(symbols, machine.blank))),
        head=draw(st.none() | number),
        accepted=draw(st.none() | st.booleans()),
        start_head=draw(st.just(0) | number),
        further=draw(st.just(()) | st.tuples(*[word] * (machine.tapes - 1))),
        further_tapes=draw(st.none() | tapes) if machine.tapes > 1 else None,
    )


@st.composite
def documents(draw: DrawFn) -> Document:
    """Documents of one tape or two, with names of every kind, comments, inputs and cases."""
    tapes = draw(st.integers(1, 2))
    machine = renamed(draw(machines(max_states=3, max_symbols=3, tapes=tapes)), {}, draw(NAMES))
    line = st.text("a #:$;'é", max_size=8).map(str.rstrip).filter(lambda text: not text.startswith(" "))
    comment = "\n".join(draw(st.lists(line, max_size=3)))
    further = draw(st.just(()) | st.tuples(*[inputs(machine)] * (tapes - 1)))
    found = draw(st.lists(cases(machine), max_size=3))
    return Document(machine, comment, draw(inputs(machine)), tuple(found), further)


@given(documents())
def test_what_is_written_is_read_back(document: Document):
    back = parse_document(format_machine(document.machine) + format_inputs(document))
    assert (back.machine, back.words, back.cases) == (document.machine, document.words, document.cases)


def test_a_long_input_is_a_list():
    document = parse_document("{blank: _, start state: a, table: {a: {x: R}}}")
    for length in (MAX_NAME, MAX_NAME + 1):
        long = Document(document.machine, input=("x",) * length)
        text = format_inputs(long)
        assert text.startswith("input: [" if length > MAX_NAME else "input: 'x")
        assert parse_document(format_machine(long.machine) + text).input == long.input


def test_nothing_is_said_of_nothing():
    assert format_inputs(parse_document("1RB1LB_1LA1RZ")) == ""
