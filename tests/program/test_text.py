"""parse(format(p)) == p, and a text that is no program is refused with its line, whatever it is."""

import string

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.program.programs import COPY, COUNTER, EXAMPLES, RUMOUR
from tmformer.errors import ProgramError
from tmformer.program import Program, format_program, parse_program


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_program_is_its_text(name: str):
    program = EXAMPLES[name].program
    text = format_program(program)
    assert parse_program(text) == program
    assert format_program(parse_program(text)) == text


WORDS = ["program", "scratch", "then", "when", "value", "signal", "where", "match", "block", "stop", "-1", "code"]
names = (
    st.sampled_from([*WORDS, "", " ", '"', "\\", '\\"', "a b", "\n", "\u2028", "\x85", "\x00", "#", "é", "😀", "true"])
    | st.text(max_size=6).filter(lambda word: word.isprintable())
    | st.text(string.ascii_letters + '"\\ \n\t', max_size=6)
)


def renamed(program: Program, words: dict[str, str]) -> Program:
    """The program with every string that is a key of `words` replaced, wherever it stands."""

    def rename(part: object) -> object:
        if isinstance(part, str):
            return words.get(part, part)
        if isinstance(part, list | tuple):
            return [rename(item) for item in part]
        if isinstance(part, dict):
            return {key if key != "mark" else words[key]: rename(value) for key, value in part.items()}
        return part

    return msgspec.convert(rename(msgspec.to_builtins(program)), Program)


@given(st.lists(names, min_size=10, max_size=10, unique=True))
def test_hostile_names_are_kept(words: list[str]):
    known = ["row", "mark", "heard", "fetched", "a", "b", "c", "copy", "fetch", "done"]
    free = [word for word in words if word not in {"bos", "next", "here", "source"}]
    free += known
    parameters = {"mark": words[0], "other": -3}
    program = EXAMPLES["copy"].program
    program = msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, parameters=parameters))
    program = renamed(program, dict(zip(known, free, strict=False)))
    assert parse_program(format_program(program)) == program


def test_order_and_space_mean_nothing_where_names_are_plain():
    loose = COUNTER.replace("register mark", "\n\n   register\tmark").replace('"a" then', '"a"   then')
    assert parse_program(loose) == parse_program(COUNTER)
    assert parse_program(COUNTER.replace("register next", 'register "next"')) == parse_program(COUNTER)


# (a line of COPY, what it becomes)
BROKEN_LINES = [
    ('program "copy" positions 14', 'program "copy" positions x'),
    ("sharpness 8", "sharpness"),
    ("sharpness 8", "sharpness 8 8"),
    ("loops 1", "loops 1.5"),
    ('program "copy"', 'program "copy'),
    ("register row flag", "register row flags"),
    ("register row flag", "register row"),
    ("register row flag", "register"),
    ("register row flag", "register row flag flag"),
    ("register here code 4", "register here code"),
    ("register here code 4", "register here code four"),
    ("register here code 4", "register here code 4 4"),
    ("register bos flag", "registers bos flag"),
    ("generate here 0 where row", "generate here where row"),
    ("generate here 0 where row", "generate here 0 wherever row"),
    ("generate here 0 where row", "generate here 0.0 where row"),
    ("feedback row row", "feedback row"),
    ("feedback row row", "invariant double carrier mark"),
    ("feedback row row", "invariant single keys here"),
    ("feedback row row", "parameter origin"),
    ("feedback row row", "parameter origin 1.5"),
    ("feedback row row", "parameter origin null"),
    ("feedback row row", "parameter origin NaN"),
    ("feedback row row", "parameter origin true"),
    ("feedback row row", "parameter origin []"),
    pytest.param("feedback row row", "parameter origin " + "[" * 100_000, id="brackets"),
    ("feedback row row", "parameter origin " + "9" * 5_000),
    ("feedback row row", 'parameter origin "\\ud800"'),
    ("feedback row row", 'when mark "a" then mark "a"'),
    ("feedback row row", 'outcome "a" "a" "done"'),
    ("feedback row row", '"'),
    ("feedback row row", '"\\x"'),
    ("  lookup fetch match source here", "  lookup fetch match source"),
    ("  lookup fetch match", "  lookup fetch matches"),
    ("ties unique mask causal", "ties unique"),
    ("ties unique", "ties uniquely"),
    ("mask causal", "mask acausal"),
    ('  when heard "a" then fetched "a"', '  when heard "a" fetched "a"'),
    ('  when heard "a" then fetched "a"', '  when heard then fetched "a"'),
    ('  when heard "a" then fetched "a"', '  when heard "a" then fetched'),
    ("stop reads mark where row", "stop read mark where row"),
    ("signal next 0", "signal next"),
    ("signal next 0", "signal next zero"),
    ('outcome "c" "a" "done"', 'outcome "c" "a"'),
    ('outcome "c" "a" "done"', 'outcome "c" "a" "done" "twice"'),
]


@pytest.mark.parametrize(("old", "new"), BROKEN_LINES)
def test_a_line_that_is_no_statement_is_named(old: str, new: str):
    line = 1 + COPY[: COPY.index(old)].count("\n")
    with pytest.raises(ProgramError, match="Each line is a statement") as caught:
        parse_program(COPY.replace(old, new, 1))
    assert caught.value.where == f"line {line}"


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(ProgramError) as caught:
        parse_program(COUNTER + "parameter origin 1\nparameter origin 2\n")
    assert caught.value.where == f"line {COUNTER.count(chr(10)) + 2}"


@pytest.mark.parametrize(
    "text", ["", "\n", COUNTER + COUNTER.splitlines()[1], COUNTER + "stop reads mark where row signal next 0"]
)
def test_one_program_and_one_stop(text: str):
    with pytest.raises(ProgramError, match="one `program` line and one `stop` line"):
        parse_program(text)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A valid text with some lines or tokens dropped, doubled, swapped or replaced, or characters put in."""
    lines = draw(st.sampled_from([COPY, RUMOUR, COUNTER])).splitlines()
    tokens = [line.split(" ") for line in lines]
    every = [token for line in tokens for token in line if token]
    strange = st.sampled_from([*every, '"', "-1", "0", "99", "1e9", "[", "{}", '""', "\\", "\x1f", "\u2028", "_"])
    for _ in range(draw(st.integers(1, 3))):
        line = draw(st.sampled_from([part for part in tokens if part]))
        place = draw(st.integers(0, len(line) - 1))
        line[place : place + draw(st.integers(0, 2))] = draw(st.lists(strange, max_size=2))
    return "\n".join(
        " ".join(line) for line in draw(st.permutations(tokens) if draw(st.booleans()) else st.just(tokens))
    )


def refused_or_read(text: str) -> None:
    try:
        program = parse_program(text)
    except ProgramError as error:
        refusal = error
    else:
        assert parse_program(format_program(program)) == program
        return
    assert all((refusal.rule, refusal.found, refusal.where, refusal.remedy))


@given(edited())
def test_an_edited_text_is_a_program_or_refused(text: str):
    refused_or_read(text)


@given(st.text() | st.text('prog"\\ []{}\n-19', max_size=40))
@example('"' * 9)
@example("parameter a " + "{" * 50_000)
def test_any_text_is_refused(text: str):
    refused_or_read(text)
