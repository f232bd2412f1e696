"""Configurations have one normal form, so that equal means the same."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.errors import MachineError
from tmformer.machine import Configuration, Tape, configuration, initial_configuration

CELLS = st.dictionaries(st.integers(-5, 5), st.sampled_from("_ab"))


@given(CELLS, st.integers(-7, 7))
def test_every_cell_is_kept(cells: dict[int, str], head: int):
    now = configuration("q", head, cells, "_")
    assert all(now.read(cell) == cells.get(cell, "_") for cell in range(-8, 9))
    assert (not now.tape) == (set(cells.values()) <= {"_"})


@given(CELLS, st.sets(st.integers(-9, 9)))
def test_blanks_make_no_difference(cells: dict[int, str], blanks: set[int]):
    padded = {**dict.fromkeys(blanks, "_"), **cells}
    assert configuration("q", 0, padded, "_") == configuration("q", 0, cells, "_")


@pytest.mark.parametrize(("first", "tape"), [(0, ("_", "a")), (0, ("a", "_")), (2, ())])
def test_other_forms_are_refused(first: int, tape: tuple[str, ...]):
    with pytest.raises(MachineError, match="begins and ends with a non-blank cell"):
        Configuration("q", (Tape(0, first, tape, "_"),))


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (configuration("q", 1, {0: "1", 1: "0", 2: "1"}, "_"), "q: 1[0]1"),
        (configuration("q", -2, {0: "1"}, "_"), "q: [_]_1"),
        (configuration("q", 2, {0: "1"}, "_"), "q: 1_[_]"),
        (configuration("q", 5, {}, "_"), "q: [_]"),
        (configuration("q", 0, {0: "red", 1: "blue"}, "_"), "q: [red] blue"),
    ],
)
def test_one_line(now: Configuration, line: str):
    assert str(now) == line


def test_the_input_begins_at_cell_0():
    now = initial_configuration("q", ("_", "a"), "_", head=-1)
    assert now == Configuration("q", (Tape(-1, 1, ("a",), "_"),))


def test_a_hash_is_that_of_a_text_that_others_can_write():
    """States and symbols may hold anything that a name may."""
    now = Configuration("\u00e9\n", (Tape(-3, -1, ("1", '"', "\U0001f600"), "0"), Tape(4, 0, (), "_")))
    text = rb'["\u00e9\n",[[-1,["1","\"","\ud83d\ude00"],-3],[0,[],4]]]'
    assert now.hash == hashlib.sha256(text).hexdigest()


def test_configurations_that_differ_have_hashes_that_differ():
    now = Configuration("A", (Tape(1, 0, ("1", "0", "1"), "0"), Tape(0, 0, ("1",), "0")))
    first, second = now.tapes
    others = [
        replace(now, state="B"),
        replace(now, tapes=(replace(first, head=2), second)),
        replace(now, tapes=(replace(first, first=1), second)),
        replace(now, tapes=(replace(first, symbols=("1", "1", "1")), second)),
        replace(now, tapes=(replace(first, symbols=("1", "01")), second)),
        replace(now, tapes=(second, first)),
        replace(now, tapes=(first,)),
    ]
    assert len({now.hash, *(other.hash for other in others)}) == 8
