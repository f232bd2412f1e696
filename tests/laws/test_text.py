"""parse_program(format_program(p)) == p, for random programs, with names as strange as names may be."""

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.strange import strange_machines
from tests.program.drawn import programs
from tests.squares.checkers import MADE, Run, runs
from tmformer.machine import Machine
from tmformer.program import Program, format_program, parse_program


@given(runs())
def test_programs_of_random_machines(case: Run):
    program = case.program
    assert parse_program(format_program(program)) == program


@given(strange_machines(), st.integers(1, 40))
def test_programs_with_strange_names(machine: Machine, cells: int):
    program = MADE.compile(machine, steps=3, cells=cells, head=0, input_length=0, origin=-1, options={})
    text = format_program(program)
    assert parse_program(text) == program
    assert format_program(parse_program(text)) == text
    assert text.isascii()


@given(programs())
def test_programs_of_every_word(program: Program):
    text = format_program(program)
    assert parse_program(text) == program
    assert format_program(parse_program(text)) == text
    assert text.isascii()
