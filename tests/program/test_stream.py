"""Streams hold what registers can hold, and nothing else."""

import pytest

from tests.program.programs import AUTOMATON, EXAMPLES, cells
from tmformer.errors import ProgramError
from tmformer.program import Code, Flag, OneHot, Register, empty_value, generate, parse_program, stack
from tmformer.program.stream import can_hold

LABELS = parse_program(AUTOMATON).labels


def test_what_a_row_leaves_out_is_empty():
    stream = stack(LABELS, [{"bos": True}, {"row": True}])
    assert stream.row(0) == {
        "bos": True, "row": False, "cell": None, "left": None, "right": None, "here": None, "before": None, "behind": None,
    }  # fmt: skip
    assert stream.num_rows == 2
    assert stream["row"] == (False, True)


def test_codes_are_positions_with_an_offset_that_wraps():
    stream = stack(LABELS, cells("010"))
    assert stream["here"] == (None, 0, 1, 2)
    assert stream["before"] == (None, 15, 0, 1)
    assert stream["behind"] == (None, 1, 2, 3)
    assert generate(LABELS, stream) == stream


def test_what_a_prompt_says_of_a_generated_code_is_written_over():
    assert stack(LABELS, [{"bos": True, "here": 3}, {"row": True, "here": 3}])["here"] == (None, 0)


@pytest.mark.parametrize(
    ("register", "good", "bad"),
    [
        (Register("r", OneHot(("0", "1"))), ["0", "1", None], ["2", "", 0, 1, True, False]),
        (Register("r", Flag()), [True, False], [None, 0, 1, "1"]),
        (Register("r", Code(3)), [0, 7, None], [-1, 8, True, False, "0", 1.0]),
    ],
)
def test_a_register_holds_its_grid_only(register: Register, good: list[object], bad: list[object]):
    assert all(can_hold(register, value) for value in good)
    assert not any(can_hold(register, value) for value in bad)
    assert can_hold(register, empty_value(register))


@pytest.mark.parametrize("row", [{"cell": "2"}, {"row": 1}, {"here": 16}, {"mark": "a"}])
def test_other_values_are_refused(row: dict[str, object]):
    with pytest.raises(ProgramError, match="its register can hold") as caught:
        stack(LABELS, [{"bos": True}, row])
    assert caught.value.where == "row 1"


def test_as_many_rows_as_positions_and_no_more():
    assert stack(LABELS, cells("0" * 11)).num_rows == LABELS.max_positions
    with pytest.raises(ProgramError, match="as long as"):
        stack(LABELS, cells("0" * 12))


def test_no_row_is_no_sequence():
    with pytest.raises(ProgramError):
        stack(LABELS, [])


def test_prompts_of_the_examples_keep_their_invariants():
    for example in EXAMPLES.values():
        assert example.prompt.num_rows == len(example.rows)
