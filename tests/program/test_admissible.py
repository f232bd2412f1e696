"""Admissible prompts: what constructions encode passes, and every change of a value is refused."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import construction
from tmformer.errors import ProgramError
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile_program
from tmformer.program import Flag, Labels, OneHot, Stream, Value, check_admissible

COMPILED = {
    name: compile_program(load("bb3"), name.split()[0], steps=5, input_length=3, form=form)
    for name, form in {"cellular": None, "wei_ma": None, "wei_ma encoder": "encoder-decoder"}.items()
}
"""Programs of every construction and form."""


def prompt_of(name: str, symbols: str = "101", head: int = 1) -> tuple[Labels, Stream]:
    labels = COMPILED[name].labels
    start = initial_configuration("A", tuple(symbols), "0", head)
    return labels, construction(name.split(maxsplit=1)[0]).encode_configuration(labels, start)


def changed(prompt: Stream, name: str, row: int, value: Value) -> Stream:
    columns: Mapping[str, tuple[Value, ...]] = prompt.columns
    return Stream({**columns, name: (*columns[name][:row], value, *columns[name][row + 1 :])})


@pytest.mark.parametrize("name", COMPILED)
@given(symbols=st.text("01", max_size=3), head=st.integers(0, 2))
def test_what_a_construction_encodes_is_admissible(name: str, symbols: str, head: int):
    if name.startswith("wei_ma") and head >= 1 + max(0, len(symbols) - 1):
        head = 0
    check_admissible(*prompt_of(name, symbols, head))


@pytest.mark.parametrize("name", COMPILED)
def test_a_flag_more_or_less_is_refused(name: str):
    labels, prompt = prompt_of(name)
    flags = [register.name for register in labels.registers if isinstance(register.type, Flag)]
    for flag in flags:
        for row in range(prompt.num_rows):
            with pytest.raises(ProgramError):
                check_admissible(labels, changed(prompt, flag, row, not prompt[flag][row]))


def test_a_second_message_is_refused_by_name():
    labels, prompt = prompt_of("cellular")
    with pytest.raises(ProgramError, match="single carrier") as caught:
        check_admissible(labels, changed(prompt, "stay", 2, "B"))
    assert caught.value.found == "2 values"


def test_no_message_is_refused():
    labels, prompt = prompt_of("cellular")
    row = next(row for row, value in enumerate(prompt["stay"]) if value is not None)
    with pytest.raises(ProgramError, match="single carrier"):
        check_admissible(labels, changed(prompt, "stay", row, None))


@pytest.mark.parametrize("name", COMPILED)
def test_a_value_where_none_belongs_is_refused(name: str):
    labels, prompt = prompt_of(name)
    empty = [register for register in labels.registers if isinstance(register.type, OneHot)]
    for register in empty:
        with pytest.raises(ProgramError, match="rows 'bos'"):
            check_admissible(labels, changed(prompt, register.name, 0, register.type.values[0]))


def test_a_cell_without_a_symbol_and_a_wrong_position_code_are_refused():
    labels, prompt = prompt_of("cellular")
    for name, value in (("symbol", None), ("own_cell", 0)):
        with pytest.raises(ProgramError, match=f"{name} = {value}"):
            check_admissible(labels, changed(prompt, name, 3, value))


def test_two_records_of_one_cell_are_refused_where_an_encoder_is_read():
    labels, prompt = prompt_of("wei_ma encoder")
    for name in (register.name for register in labels.registers if register.name.startswith("cell")):
        prompt = changed(prompt, name, 2, prompt[name][1])
    with pytest.raises(ProgramError, match="distinct keys"):
        check_admissible(labels, prompt)


def test_a_prompt_that_is_too_short_is_refused():
    labels, prompt = prompt_of("cellular")
    with pytest.raises(ProgramError, match="A prompt is one of those") as caught:
        check_admissible(labels, prompt.rows(0, 5))
    assert caught.value.found == "5 rows"
