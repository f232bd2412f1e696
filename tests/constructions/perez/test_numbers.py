"""Every number of a run side by side: the rows of the exact run, with its margins, as far as the last machine step."""

import numpy as np
import pytest
from hypothesis import given

from tmformer.constructions.perez import numbers, trace
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, initial_configuration, load
from tmformer.strategies import machines_with_inputs

BB5 = load("bb5")
START = initial_configuration(BB5.start, (), BB5.blank)


@given(machines_with_inputs(max_states=3))
def test_a_row_for_each_cell_of_the_prompt_and_each_decoding_step(pair: tuple[Machine, tuple[str, ...]]):
    machine, symbols = pair
    start = initial_configuration(machine.start, symbols, machine.blank)
    rows = list(numbers(machine, start, "float32", max_steps=20))
    steps = list(trace(machine, start, max_steps=20))
    assert [row.row for row in rows] == list(range(len(rows)))
    assert [row.step for row in rows] == sorted(row.step for row in rows)
    assert (rows[-1].step, rows[-1].row) == (len(steps) - 1, len(rows) - 1)
    for row in rows:
        assert list(row.exact) == list(row.found)
        assert float(row.exact["1/(i+1)"]) == pytest.approx(1 / (row.row + 1))


def test_margins_are_those_of_both_runs():
    rows = [row for row in numbers(BB5, START, "float32", max_steps=300) if row.row > 0]
    assert [row.step for row in rows] == list(range(301))
    assert [row.exact_margin for row in rows] == [step.margin for step in trace(BB5, START, max_steps=300)]
    assert [row.float_margin for row in rows] == [step.margin for step in trace(BB5, START, "float32", max_steps=300)]


def test_floats_are_rounded_once_where_they_are_quotients():
    for row in numbers(BB5, START, "float16", max_steps=50):
        assert row.found["1/(i+1)"] == np.float16(1) / np.float16(row.row + 1)


def test_the_exact_run_goes_on_where_floats_fail():
    assert len(list(numbers(BB5, START, "float16", max_steps=60))) == 62


def test_an_unknown_format_and_negative_machine_steps_are_refused():
    for name, steps in (("bfloat16", 5), ("exact", 5), ("float32", -1)):
        with pytest.raises(ConstructionError):
            numbers(BB5, START, name, max_steps=steps)
