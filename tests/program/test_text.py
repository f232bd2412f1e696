"""parse(format(p)) == p, whatever its names are; and what a program is written as."""

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, GROWING
from tmformer.errors import ProgramError
from tmformer.program import Code, Generator, Literal, Program, Table, format_program, parse_program
from tmformer.program.text import _WORDS


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


@pytest.mark.parametrize("word", sorted({*_WORDS, "empty", "unique", "causal", "across", "-1", "0"}))
@pytest.mark.parametrize("name", ["latest", "translate"])
def test_words_of_the_text_may_be_names(name: str, word: str):
    """Of a register, a flag, a symbol and a lookup at once."""
    for known in ("bos", "tag", "mark", "x", "a", "tagged", "read", "input", "source", "next_key", "side"):
        program = renamed(GROWING[name].program, {known: word})
        assert parse_program(format_program(program)) == program


def line(program: Program, start: str) -> str:
    [found] = [line.strip() for line in format_program(program).splitlines() if line.strip().startswith(start)]
    return found


def with_first(program: Program, **changes: object) -> Program:
    """With its first lookup changed."""
    first, *blocks = program.blocks
    lookup = msgspec.structs.replace(first.lookups[0], **changes)
    return msgspec.structs.replace(program, blocks=(msgspec.structs.replace(first, lookups=(lookup,)), *blocks))


def test_what_is_written_of_a_lookup():
    start, end = "lookup news match asks about", "value says into heard where row null bos"
    rumour = EXAMPLES["rumour"].program
    assert line(rumour, "lookup") == f"{start} {end} ties constant mask causal"
    preferring = with_first(rumour, prefer="about", default="no", idle=("row", "bos"))
    assert (
        line(preferring, "lookup") == f'{start} prefer about {end} idle row bos default "no" ties constant mask causal'
    )
    assert (
        line(with_first(rumour, idle=("bos",), mask="across"), "lookup") == f"{start} {end} ties constant mask across"
    )


@pytest.mark.parametrize(
    ("divisor", "modulus", "text"),
    [
        (1, 16, "generate here 0 where row"),
        (1, 3, "generate here 0 divisor 1 modulus 3 where row"),
        (3, 16, "generate here 0 divisor 3 modulus 16 where row"),
    ],
)
def test_digits_are_written_where_they_are_not_all(divisor: int, modulus: int, text: str):
    program = EXAMPLES["copy"].program
    assert program.labels.register("here").type == Code(4)
    generators = (Generator("here", 0, "row", divisor, modulus), program.labels.generators[1])
    program = msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, generators=generators))
    assert line(program, "generate here") == text
    assert parse_program(format_program(program)) == program


def test_an_empty_register_is_no_symbol_named_so():
    """`empty` without quotes is no symbol, "empty" in quotes is one; both in one rule."""
    program = renamed(EXAMPLES["copy"].program, {"a": "empty"})
    *blocks, last = program.blocks
    first = msgspec.structs.replace(last.table.rules[0], when=(*last.table.rules[0].when, Literal("mark", None)))
    table = Table(last.table.clears, (first,), last.table.fills)
    program = msgspec.structs.replace(program, blocks=(*blocks, msgspec.structs.replace(last, table=table)))
    assert line(program, 'when fetched "empty"') == 'when fetched "empty" mark empty then next "b"'
    assert parse_program(format_program(program)) == program


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_law_can_fail(name: str):
    """A line left out is another program, or none that is well formed."""
    lines = format_program(EXAMPLES[name].program).splitlines()
    for place, left_out in enumerate(lines):
        try:
            other = parse_program("\n".join([*lines[:place], *lines[place + 1 :]]))
        except ProgramError:
            continue
        assert other != EXAMPLES[name].program, left_out
