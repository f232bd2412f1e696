"""Contexts: the cells that a prompt records, how a context grows, and what it is too small for."""

from dataclasses import dataclass, replace
from typing import final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.constructions.test_interface import options_of
from tmformer.constructions import construction, contexts
from tmformer.constructions.contexts import (
    LARGEST,
    Context,
    check_held,
    check_memory,
    compiled_steps,
    doubled,
    full_context,
    recorded_cells,
)
from tmformer.errors import ConstructionError, ContextError, WindowError
from tmformer.machine import Configuration, Machine, Tape, configuration, load
from tmformer.strategies import configurations, machines

NAMES = ("wei_ma", "universal", "switchable")
BB2 = load("bb2")
ONE_WAY = replace(BB2, one_way=True)
TWO_TAPES = Machine(("A",), ("0", "1"), "0", "A", (), tapes=2)


@final
@dataclass(frozen=True)
class Plain(Context):
    """A context and nothing else."""

    records: int
    steps: int
    radix: int

    @property
    def positions(self) -> int:
        return self.records + self.steps


@given(st.integers(1, LARGEST), st.integers(0, LARGEST), st.integers(2, 256))
def test_digits_tell_cells_times_and_digits_apart_and_are_no_more_than_that(records: int, steps: int, radix: int):
    sizes = Plain(records, steps, radix)
    assert 2**sizes.cell_digits >= sizes.positions
    assert sizes.cell_digits == 2 or 2 ** (sizes.cell_digits - 1) < sizes.positions
    assert radix**sizes.time_digits >= sizes.positions
    assert sizes.time_digits == 1 or radix ** (sizes.time_digits - 1) < sizes.positions
    assert 2**sizes.digit_bits >= radix > 2 ** (sizes.digit_bits - 1)
    assert 2**sizes.sharpness >= 8 * sizes.digit_bits * (sizes.positions + 1)


@given(head=st.integers(-9, 12), length=st.integers(0, 9), in_powers=st.booleans())
def test_as_few_cells_as_hold_input_and_tape_head(head: int, length: int, in_powers: bool):
    first, records = recorded_cells("x", BB2, 3, None, head, length, None, in_powers=in_powers)
    used = {head, *range(length)}
    needed = max(used) - min(used) + 1
    assert first == min(used)
    assert records == (1 << (needed - 1).bit_length() if in_powers else needed)
    assert recorded_cells("x", BB2, 3, needed, head, length, first, in_powers=in_powers) == (first, needed)
    for cells, origin in ((needed - 1, first), (needed, first + 1)):
        with pytest.raises(ConstructionError, match="the prompt holds every cell"):
            recorded_cells("x", BB2, 3, cells, head, length, origin, in_powers=in_powers)


@pytest.mark.parametrize(
    ("machine", "steps", "cells", "head", "length", "origin"),
    [
        (BB2, -1, None, 0, 0, None),
        (BB2, 1, 0, 0, 0, None),
        (BB2, 1, 3, 3, 0, 0),
        (BB2, 1, 3, -1, 0, 0),
        (BB2, 1, 3, 0, 4, None),
        (BB2, 1, 9, 2, 3, 1),
        (BB2, 1, 3, 0, 3, -1),
        (ONE_WAY, 1, None, -1, 0, None),
        (ONE_WAY, 1, 9, 0, 0, -1),
        (ONE_WAY, 1, 9, 2, 0, 1),
        (TWO_TAPES, 1, 9, 2, 0, 1),
        (TWO_TAPES, 1, 2, -2, 0, -2),
    ],
)
def test_cells_that_do_not_hold_it_are_refused(
    machine: Machine, steps: int, cells: int | None, head: int, length: int, origin: int | None
):
    with pytest.raises(ConstructionError, match="Machine steps are zero or more, and the prompt holds") as caught:
        recorded_cells("x", machine, steps, cells, head, length, origin)
    assert caught.value.found.startswith(f"{steps} machine steps; records of cells ")
    assert caught.value.where == f"x, for an input of {length} symbols and the tape head at cell {head}"


def test_several_and_one_way_tapes_are_recorded_from_cell_0():
    for machine in (ONE_WAY, TWO_TAPES):
        assert recorded_cells("x", machine, 1, None, 4, 0, None) == (0, 5)
    assert recorded_cells("x", BB2, 1, None, 4, 0, None) == (4, 1)
    assert recorded_cells("x", TWO_TAPES, 1, None, -4, 0, None) == (-4, 5)


def test_what_memory_holds_is_made_and_no_more(monkeypatch: pytest.MonkeyPatch):
    parts = {"rule": "It fits", "named": "entries", "where": "here", "fewer": "Ask for less"}
    monkeypatch.setattr(contexts, "computer_memory", lambda: 3 * contexts._BYTES_AN_ENTRY)
    check_memory(3, **parts)
    with pytest.raises(ConstructionError) as caught:
        check_memory(4, **parts)
    error = caught.value
    assert (error.rule, error.found, error.where) == ("It fits", "4 entries, of 4.1 kB", "here")
    assert error.remedy == "Ask for less; this computer has 3.07 kB."


@given(machines(one_way=True), st.data())
def test_a_context_doubles_and_holds_where_the_run_has_got_to(machine: Machine, data: st.DataObject):
    now = data.draw(configurations(machine))
    low, high = now.used
    first, records, steps = doubled(machine, now, None)
    assert (first, first + records - 1) == (0 if machine.one_way else low, high)
    assert (records + steps, steps >= records) == (max(1024, 2 * records), True)
    assert doubled(machine, now, None, room=9999) == (first, records, max(9999, 2 * records) - records)
    assert doubled(machine, now, None, room=9) == (first, records, steps)
    options = options_of("switchable", machine)
    for name in ("wei_ma", "switchable"):
        labels = (
            construction(name)
            .compile(
                machine,
                steps=700,
                cells=records,
                head=now.head,
                origin=first,
                options=options if name == "switchable" else {},
            )
            .labels
        )
        assert doubled(machine, now, labels) == (first, records, 2 * (700 + records) - records)


def test_a_context_of_several_tapes_holds_the_cells_of_all_and_cell_0():
    now = Configuration("A", (Tape(3, 0, (), "0"), Tape(7, 5, ("1",), "0")))
    assert doubled(TWO_TAPES, now, None) == (0, 8, 1016)
    before = Configuration("A", (Tape(-3, 0, (), "0"), Tape(-2, -5, ("1",), "0")))
    assert doubled(TWO_TAPES, before, None) == (-5, 6, 1018)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_context_says_how_large_it_was(name: str):
    labels = construction(name).compile(BB2, steps=7, options=options_of(name, BB2)).labels
    error = full_context(labels, configuration("B", -4, {}, "0"), 7)
    assert isinstance(error, ContextError)
    assert error.rule == "The context is full after machine step 7"
    assert error.found == "a machine that goes on from state 'B' at cell -4"
    assert error.where == f"a network for 7 machine steps, {labels.max_positions} positions"
    assert "its context grows" in error.remedy
    assert compiled_steps(labels) == 7


@given(low=st.integers(-9, 9), high=st.integers(-9, 9), origin=st.integers(-5, 5), records=st.integers(1, 9))
def test_cells_without_a_record_are_refused(low: int, high: int, origin: int, records: int):
    now = configuration("A", low, {high: "1"}, "0")
    first, last = min(low, high), max(low, high)
    if origin <= first <= last < origin + records:
        check_held(now, origin, records)
        return
    with pytest.raises(WindowError) as caught:
        check_held(now, origin, records)
    assert caught.value.rule == "The prompt holds every cell that is not blank, and the tape head's"
    assert caught.value.found == f"cells {first} to {last} in use"
    assert caught.value.where == f"records of cells {origin} to {origin + records - 1}"


def test_another_number_of_tapes_is_refused():
    one, two = (Configuration("A", (Tape(0, 0, (), "0"),) * count) for count in (1, 2))
    check_held(two, 0, 1, tapes=2)
    for now, asked, here, there in ((one, 2, 1, 2), (two, 1, 2, 1), (two, None, 2, 1)):
        with pytest.raises(WindowError, match="of each tape") as caught:
            check_held(now, 0, 1, tapes=asked)
        assert caught.value.found == f"cells 0 to 0 in use, {here} tapes"
        assert caught.value.where == f"records of cells 0 to 0, {there} tapes"
