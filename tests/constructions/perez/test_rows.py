"""The rows so far: what the last one reads, and its numbers, which are those of the formula."""

from fractions import Fraction

import pytest

from tmformer.constructions.perez.rows import FLOATS, Row, Rows
from tmformer.machine import parse

MACHINE = parse("1RB1LB_1LA1RZ")
MOVES = (1, -1, 1, 1, -1, -1, 1)
ROWS = [Row("01"[index % 2], move, "A") for index, move in enumerate(MOVES)]


def test_a_reading_is_of_the_latest_row_at_the_cell():
    rows = Rows(MACHINE, "exact", ROWS[:3])  # cells 0, 1, 0, and then at 1, where row 1 wrote a 1
    assert rows.read(ROWS[2]).found == ("1",)
    assert Rows(MACHINE, "exact", ROWS[:1]).read(ROWS[0]).found == ("0",)  # a cell that was never visited


def test_exact_numbers_are_those_of_the_formula():
    for count in range(1, len(ROWS) + 1):
        i, rows = count - 1, Rows(MACHINE, "exact", ROWS[:count])
        cells = [sum(MOVES[:index]) for index in range(count + 1)]
        e = [Fraction(1, index + 1) for index in range(count)]
        found = rows.numbers(reads=True)
        assert found == {
            "1/(i+1)": e[i],
            "1/(i+1)^2": e[i] ** 2,
            "1/(3(i+1)^2)": e[i] ** 2 / 3,
            "average of the moves before": cells[i] * e[i],
            "average of the moves": cells[i + 1] * e[i],
            **{
                f"score of row {j}": -abs(e[i] * e[j] * (cells[i + 1] - cells[j] + e[i] * e[j] / 3))
                for j in range(count)
            },
        }


@pytest.mark.parametrize("name", FLOATS)
def test_floats_are_near_the_exact_numbers(name: str):
    exact = Rows(MACHINE, "exact", ROWS).numbers(reads=True)
    floats = Rows(MACHINE, name, ROWS).numbers(reads=True)
    assert list(floats) == list(exact)
    assert [float(each) for each in floats.values()] == pytest.approx(
        [float(each) for each in exact.values()], rel=0.02
    )
    assert all(isinstance(each, float) for each in floats.values())


def test_a_row_of_the_prompt_has_no_scores():
    assert "score of row 0" not in Rows(MACHINE, "exact", ROWS).numbers(reads=False)
