"""What a text means; and a text that is no program is refused with its line, whatever it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.program.programs import COPY, COUNTER, EXAMPLES, LATEST, RUMOUR
from tmformer.errors import ProgramError
from tmformer.program import Generator, format_program, parse_program


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
    ("ties unique", "ties uniquely"),
    ("ties unique", "ties unique ties unique"),
    ("ties unique", "ties"),
    ("null bos", ""),
    ("null bos", "null"),
    ("null bos", "null bos bos"),
    ("null bos", "null bos idle"),
    ("null bos", "null bos idle bos idle bos"),
    ("null bos", "null bos prefer"),
    ("null bos", "null bos prefer here source"),
    ("null bos", "null bos prefer here prefer here"),
    ("null bos", "null bos default"),
    ("null bos", 'null bos default "a" default "a"'),
    ("value mark", ""),
    ("value mark", "value mark value mark"),
    ("into heard", "empty into heard"),
    ("fetch match", "fetch empty match"),
    ("match source here", "match source here here"),
    ("match source here", "match source"),
    ("here 0 where", "here 0 divisor 2 where"),
    ("here 0 where", "here 0 modulus 2 where"),
    ("here 0 where", "here 0 modulus 2 divisor 2 where"),
    ("here 0 where", "here 0 divisor 2 modulus 0 where"),
    ("here 0 where", "here 0 divisor two modulus 2 where"),
    ("here 0 where", "here 0 divisor 2 modulus 2 2 where"),
    ("feedback row row", "encoder"),
    ("feedback row row", "encoder bos row"),
    ("feedback row row", "  fill next"),
    ("mask causal", "mask acausal"),
    ('  when heard "a" then fetched "a"', '  when heard "a" fetched "a"'),
    ('  when heard "a" then fetched "a"', '  when heard then fetched "a"'),
    ('  when heard "a" then fetched "a"', '  when heard "a" then fetched'),
    ('  when heard "a" then fetched "a"', '  when empty then fetched "a"'),
    ('  when heard "a" then fetched "a"', "  fills fetched"),
    ("stop reads mark where row", "stop read mark where row"),
    ("signal next 0", "signal next"),
    ("signal next 0", "signal next zero"),
    ('outcome "c" "a" "done"', 'outcome "c" "a"'),
    ('outcome "c" "a" "done"', 'outcome "c" "a" "done" "twice"'),
    ('  outcome "c" "a" "done"', '  tally "c" "a" "12"'),
    ('  outcome "c" "a" "done"', "  tally"),
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
    ("text", "found"),
    [
        ("", "0, 0 and 0"),
        ("\n", "0, 0 and 0"),
        (COUNTER + COUNTER.splitlines()[1], "2, 1 and 0"),
        (COUNTER + "stop reads mark where row signal next 0", "1, 2 and 0"),
        (COUNTER + "encoder row\nencoder row", "1, 1 and 2"),
    ],
)
def test_one_program_and_one_stop_and_one_encoder_at_most(text: str, found: str):
    with pytest.raises(ProgramError, match="one `program` line, one `stop` line, and at most one `encoder`") as caught:
        parse_program(text)
    assert caught.value.found == found


def test_what_is_left_out_is_the_usual():
    """Ties are unique, no row is hidden, the row that answers by default is the one that is idle, a code has all digits."""
    [lookup] = parse_program(COPY.replace("ties unique mask causal", "")).blocks[0].lookups
    assert (lookup.ties, lookup.mask, lookup.idle) == ("unique", "none", ("bos",))
    assert (lookup.prefer, lookup.default) == (None, None)
    assert parse_program(COPY).labels.generators[0] == Generator("here", 0, "row", 1, 16)
    assert parse_program(COPY).labels.encoder is None
    table = parse_program(COPY.replace("  clear next\n", "  fill next\n")).blocks[1].table
    assert (table.clears, table.fills) == ((), ("next",))


def test_a_generator_may_stand_before_its_register():
    line = "generate here 0 where row\n"
    early = COPY.replace(line, "").replace("register bos flag\n", line + "register bos flag\n")
    assert parse_program(early) == parse_program(COPY)


def test_clauses_of_a_lookup_have_no_order():
    text = EXAMPLES["translate"].text
    clauses = 'match want here value mark into heard where row null bos idle bos source default "." mask across'
    other = 'mask across default "." idle bos source null bos where row into heard value mark match want here'
    assert text.count(clauses) == 1
    assert parse_program(text.replace(clauses, other)) == parse_program(text)


@pytest.mark.parametrize("digits", ["-1", "0", "63", "9999999999"])
def test_a_code_of_any_size_is_refused_at_once(digits: str):
    """Before 2 to the power of its digits is asked for."""
    with pytest.raises(ProgramError, match="1 to 62 digits"):
        parse_program(COPY.replace("here code 4", f"here code {digits}"))


TEXTS = [COPY, RUMOUR, COUNTER, LATEST, EXAMPLES["translate"].text]


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A valid text with some lines or tokens dropped, doubled, swapped or replaced, or characters put in."""
    lines = draw(st.sampled_from(TEXTS)).splitlines()
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
