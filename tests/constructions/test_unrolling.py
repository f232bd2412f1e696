"""Records as rows, and rows as a tape: cells are unrolled from the moves, and the last row is where they lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.records import code, names
from tmformer.constructions.unrolling import accesses, check_end, check_prompt, recorded, start_cell, unrolled
from tmformer.errors import DecodeError
from tmformer.program import Stream, Value

K = 4
EACH = pytest.mark.parametrize("prefix", ["", "tape2."])


def stream_of(prefix: str, rows: list[dict[str, Value]]) -> Stream:
    """A sequence of one tape, with what is not said left out."""
    own = ("written", "right", "left", "next_symbol", *names("cell", K), *names("next_cell", K))
    held = ("step", *(prefix + name for name in own))
    return Stream({name: tuple(row.get(name) for row in rows) for name in held})


def sequence(prefix: str, word: str, origin: int, head: int, steps: list[tuple[str, int]]) -> Stream:
    """BOS, a record for each symbol, START and the steps, each of which finds what was written last where it gets to."""
    cells = dict(enumerate(word, start=origin))
    rows: list[dict[str, Value]] = [{}, *(recorded(prefix, cell, symbol, K) for cell, symbol in cells.items())]
    rows.append({"step": True} | code(f"{prefix}next_cell", head, K))
    for written, by in steps:
        cells[head] = written
        head += by
        moves = {"written": written, "right": by > 0, "left": by < 0, "next_symbol": cells.get(head, "_")}
        row: dict[str, Value] = {prefix + name: value for name, value in moves.items()}
        rows.append({"step": True} | row | code(f"{prefix}next_cell", head, K))
    return stream_of(prefix, rows)


def damaged(stream: Stream, row: int, **values: Value) -> Stream:
    columns = dict(stream.columns)
    for name, value in values.items():
        columns[name] = (*columns[name][:row], value, *columns[name][row + 1 :])
    return Stream(columns)


WORDS = st.text("ab", min_size=1, max_size=4)
STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([-1, 0, 1])), max_size=8)


@EACH
@given(word=WORDS, origin=st.integers(-30, 30), ahead=st.integers(0, 3), steps=STEPS)
def test_a_tape_is_what_was_recorded_and_then_written(
    prefix: str, word: str, origin: int, ahead: int, steps: list[tuple[str, int]]
):
    head, start = origin + ahead % len(word), len(word) + 1
    stream = sequence(prefix, word, origin, head, steps)
    check_prompt(stream, start, len(word), (prefix,))
    assert start_cell(stream, prefix, K, origin, start) == head
    assert list(accesses(stream, prefix, start)) == steps
    reached, cells = unrolled(word, origin, head, steps, one_way=False)
    expected = dict(enumerate(word, start=origin))
    for written, by in steps:
        expected[head] = written
        head += by
    assert (reached, cells) == (head, expected)
    check_end(stream, prefix, K, start, reached, cells.get(reached, "_"))


def test_a_left_move_at_the_beginning_of_a_one_way_tape_stays():
    steps = [("x", -1), ("y", 1)]
    assert unrolled("a", 0, 0, steps, one_way=True) == (1, {0: "y"})
    assert unrolled("a", 0, 0, steps, one_way=False) == (0, {0: "x", -1: "y"})


@EACH
def test_a_sequence_without_a_whole_prompt_is_refused(prefix: str):
    stream, start = sequence(prefix, "ab", 0, 0, [("a", 1)]), 3
    bad = [stream.rows(0, 3), damaged(stream, 3, step=False), damaged(stream, 1, **{f"{prefix}written": None})]
    for each in bad:
        with pytest.raises(DecodeError, match="A sequence is a prompt and machine steps") as caught:
            check_prompt(each, start, 2, (prefix,))
        assert caught.value.where == "the prompt"
        assert caught.value.found.startswith(f"{each.num_rows} rows, START not at row 3")


@EACH
@pytest.mark.parametrize("tape", ["", ", tape 2"])
def test_a_row_that_is_no_step_is_refused(prefix: str, tape: str):
    stream = sequence(prefix, "ab", 0, 0, [("a", 1), ("b", 1)])
    for name, value in (("written", None), ("left", True)):
        rows = accesses(damaged(stream, 4, **{prefix + name: value}), prefix, 3, tape)
        with pytest.raises(DecodeError) as caught:
            next(rows)
        assert caught.value.where == f"row 4{tape}"
    with pytest.raises(DecodeError, match="no next_cell") as caught:
        start_cell(damaged(stream, 3, **{f"{prefix}next_cell1": None}), prefix, K, 0, 3, tape)
    assert caught.value.where == f"row 3{tape}"


@EACH
@pytest.mark.parametrize("tape", ["", ", tape 2"])
def test_an_end_elsewhere_than_the_moves_lead_is_refused(prefix: str, tape: str):
    stream = sequence(prefix, "ab", 0, 0, [("a", 1), ("b", 1)])
    for wrong, here, found in (
        ({f"{prefix}next_cell0": 1}, "_", "next_cell not that of cell 2"),
        ({f"{prefix}next_symbol": "a"}, "_", "next_symbol 'a', not that of cell 2"),
        ({f"{prefix}next_symbol": None}, "_", "next_symbol None, not that of cell 2"),
        ({}, "a", "next_symbol '_', not that of cell 2"),
    ):
        with pytest.raises(DecodeError) as caught:
            check_end(damaged(stream, 5, **wrong), prefix, K, 3, 2, here, tape)
        assert (caught.value.found, caught.value.where) == (found, f"row 5{tape}")
    check_end(stream, prefix, K, 3, 2 + 2**K, "_")


@EACH
def test_only_a_prompt_has_found_nothing_yet(prefix: str):
    prompt = sequence(prefix, "ab", 0, 1, [])
    check_end(prompt, prefix, K, 3, 1, "b")
    with pytest.raises(DecodeError, match="next_symbol 'a', not that of cell 1"):
        check_end(damaged(prompt, 3, **{f"{prefix}next_symbol": "a"}), prefix, K, 3, 1, "b")
