"""Records of a tape in a sequence: cells by digits, moves of the tape head, the search for the latest record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions.records import (
    STEP,
    broken,
    carries,
    code,
    digits,
    flips,
    matches,
    moved,
    names,
    next_cell,
    search,
)
from tmformer.errors import DecodeError
from tmformer.program import Code, Flag, Labels, Literal, Match, Register, Stop, Stream, Table, Value, stack
from tmformer.program.table import apply_table

ENOUGH = 5


def labels_for(cell_digits: int) -> Labels:
    """Labels with the registers that carries and flips speak of, once without and once with a prefix."""
    flags = [Register(name, Flag()) for name in ("step", "right", "left")]
    for prefix in ("", "b."):
        cells = (*names("cell", cell_digits), *names("next_cell", cell_digits))
        others = (*names("carry", cell_digits), *names("borrow", cell_digits), "edge")
        flags += [Register(prefix + name, Code(1)) for name in cells]
        flags += [Register(prefix + name, Flag()) for name in others]
    return Labels(
        construction="records",
        registers=tuple(flags),
        generators=(),
        stop=Stop((), reads=(), where="step", outcomes=()),
        invariants=(),
        max_positions=2**ENOUGH,
        loops=1,
        sharpness=1,
    )


def after_moving(cell_digits: int, prefix: str, by: int, *, one_way: bool) -> list[int | None]:
    """Where a tape head gets to from every cell, by the two tables."""
    labels = labels_for(cell_digits)
    fills = tuple(prefix + name for name in ("edge", *names("carry", cell_digits), *names("borrow", cell_digits)))
    first = Table((), tuple(carries(prefix, cell_digits, one_way=one_way)), fills)
    right, left = Literal("right", "1"), Literal("left", "1")
    second = Table((), tuple(flips(prefix, cell_digits, right, left, one_way=one_way)))
    rows: list[dict[str, Value]] = [
        {"step": True, "right": by > 0, "left": by < 0} | {prefix + name: bit for name, bit in cell.items()}
        for cell in (code("cell", number, cell_digits) for number in range(2**cell_digits))
    ]
    stream = apply_table(labels, second, apply_table(labels, first, stack(labels, rows)))
    return [next_cell(stream, f"{prefix}next_cell", cell_digits, row, f"row {row}") for row in range(stream.num_rows)]


@pytest.mark.parametrize("one_way", [False, True])
@pytest.mark.parametrize("by", [-1, 0, 1])
@pytest.mark.parametrize("prefix", ["", "b."])
@pytest.mark.parametrize("cell_digits", range(1, ENOUGH + 1))
def test_the_tape_head_is_one_cell_further_from_every_cell(cell_digits: int, prefix: str, by: int, one_way: bool):
    """Mod 2**K; a left move at cell 0 of a one-way tape stays."""
    wanted = [moved(cell, by, one_way=one_way) % 2**cell_digits for cell in range(2**cell_digits)]
    assert after_moving(cell_digits, prefix, by, one_way=one_way) == wanted


@given(st.integers(0, 99), st.sampled_from([-1, 0, 1]))
def test_only_the_beginning_of_a_one_way_tape_holds_a_tape_head_back(head: int, by: int):
    assert moved(head, by, one_way=False) == head + by
    assert moved(max(0, head), by, one_way=True) == (max(head + by, 0))


@given(st.integers(-(2**50), 2**50), st.integers(1, 40))
def test_a_code_is_its_cell_mod_2_to_the_k(cell: int, cell_digits: int):
    held = code("cell", cell, cell_digits)
    assert tuple(held) == names("cell", cell_digits)
    assert set(held.values()) <= {0, 1}
    stream = Stream({name: (0, value) for name, value in held.items()})
    assert next_cell(stream, "cell", cell_digits, 1, "here") == cell % 2**cell_digits
    assert next_cell(stream, "cell", cell_digits, 0, "here") == 0


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_digit_that_is_missing_is_no_cell(missing: int):
    stream = Stream({f"cell{digit}": (None if digit == missing else 1,) for digit in range(3)})
    with pytest.raises(DecodeError) as caught:
        next_cell(stream, "cell", 3, 0, "row 0, tape 2")
    assert (caught.value.found, caught.value.where) == ("no next_cell", "row 0, tape 2")
    assert caught.value.rule == broken("x", "y").rule


@given(st.integers(1, 10**6), st.integers(2, 300))
def test_digits_are_enough_and_none_too_many(count: int, radix: int):
    number = digits(count, radix)
    assert radix**number >= count
    assert number == 1 or radix ** (number - 1) < count


def test_a_search_asks_for_the_cell_and_the_digits_found_before():
    assert matches("b.", 2, 3, 1) == (
        Match("b.next_cell0", "b.cell0"),
        Match("b.next_cell1", "b.cell1"),
        Match("b.found1", "time1"),
        Match("b.found2", "time2"),
    )
    block = search("b.", 2, 3, 0, 4, ("bos", "input"))
    (lookup,) = block.lookups
    assert lookup.matches == matches("b.", 2, 3, 1)
    assert (lookup.name, lookup.value, lookup.prefer, lookup.into) == ("b.search0", "time0", "time0", "b.answer")
    assert (lookup.where, lookup.null, lookup.idle, lookup.mask) == ("step", "bos", ("bos", "input"), "causal")
    assert block.table.fills == ("b.found0",)
    writes = [(rule.when, rule.then[0].register, rule.then[0].value) for rule in block.table.rules]
    assert writes == [((STEP, Literal("b.answer", str(each))), "b.found0", str(each)) for each in range(4)]
