"""A tape from the latest record of each cell, against the tape that all moves lead to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.latest import latest_tape
from tmformer.constructions.records import code, names
from tmformer.errors import DecodeError
from tmformer.program import Stream, Value

K = 4


def stream_of(prefix: str, rows: list[dict[str, Value]]) -> Stream:
    held = ("written", "right", "left", *names("cell", K), *names("next_cell", K))
    return Stream({prefix + name: tuple(row.get(prefix + name) for row in rows) for name in held})


def record(prefix: str, cell: int, symbol: str, by: int = 0) -> dict[str, Value]:
    moves = {f"{prefix}written": symbol, f"{prefix}right": by > 0, f"{prefix}left": by < 0}
    return code(f"{prefix}cell", cell, K) | moves


def start(prefix: str, cell: int) -> dict[str, Value]:
    return code(f"{prefix}next_cell", cell, K)


@pytest.mark.parametrize("prefix", ["", "tape2."])
@given(
    word=st.text("ab", min_size=1, max_size=4),
    origin=st.integers(-30, 30),
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([-1, 0, 1])), max_size=9),
)
def test_the_latest_records_are_the_tape(prefix: str, word: str, origin: int, steps: list[tuple[str, int]]):
    """Cells left of the origin too, and codes that go once round."""
    cells, head = dict(enumerate(word, start=origin)), origin
    rows = {cell: record(prefix, cell, symbol) for cell, symbol in cells.items()}
    if not steps:
        stream = stream_of(prefix, [*rows.values(), start(prefix, head)])
        assert latest_tape(stream, prefix, K, origin, len(word), one_way=False) == (head, cells)
    for symbol, by in steps:
        cells[head] = symbol
        rows.pop(head, None)
        rows[head] = record(prefix, head, symbol, by)
        head += by
        stream = stream_of(prefix, [{}, *rows.values()])
        assert latest_tape(stream, prefix, K, origin, len(word), one_way=False) == (head, cells)


@pytest.mark.parametrize(("one_way", "head"), [(True, 0), (False, -1)])
def test_a_left_move_at_the_edge(one_way: bool, head: int):
    stream = stream_of("", [record("", 0, "a", -1)])
    assert latest_tape(stream, "", K, 0, 1, one_way=one_way) == (head, {0: "a"})


@pytest.mark.parametrize("rows", [[record("", 3, "a")], [record("", 0, "a"), record("", 2, "b")]])
def test_records_that_do_not_lie_side_by_side_are_refused(rows: list[dict[str, Value]]):
    with pytest.raises(DecodeError, match="A sequence is a prompt and machine steps"):
        latest_tape(stream_of("", rows), "", K, 0, 1, one_way=False)
