"""Streams hold what registers can hold, and nothing else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program.programs import AUTOMATON, COPY, EXAMPLES, GROWING, LATEST, cells, records, words
from tmformer.errors import ProgramError
from tmformer.program import (
    Code,
    Flag,
    Generator,
    OneHot,
    Register,
    Stream,
    Value,
    as_value,
    decode,
    empty_value,
    extend,
    generate,
    next_row,
    parse_program,
    sequence_of,
    stack,
    trace,
)
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


@given(st.integers(2, 16), st.integers(-50, 50), st.integers(1, 40))
def test_divisors_and_a_modulus_give_the_digits_to_any_base(base: int, offset: int, rows: int):
    """Base B: digit j is (position + offset) // B**j mod B. Together they are the number, mod B**3."""
    registers = tuple(Register(f"digit{j}", Code(4)) for j in range(3))
    generators = tuple(Generator(f"digit{j}", offset, "row", base**j, base) for j in range(3))
    labels = msgspec.structs.replace(
        LABELS, registers=(*LABELS.registers, *registers), generators=generators, max_positions=41
    )
    stream = stack(labels, [{"bos": True}, *[{"row": True}] * rows])
    digits = list(zip(*(stream[register.name] for register in registers), strict=True))
    assert digits[0] == (None, None, None)
    for position, held in enumerate(digits[1:], start=1):
        assert all(0 <= digit < base for digit in held)
        assert sum(digit * base**j for j, digit in enumerate(held)) == (position + offset) % base**3


def test_generators_of_one_register_fill_their_own_rows():
    stream = stack(parse_program(LATEST).labels, records((0, 1, "x"), (1, 1, "y"), (2, 1, None)))
    assert stream["time0"] == (None, 0, 1, 2)  # 0, 1 are input, position 3 + 2 is 12 to the base 3
    assert stream["time1"] == (None, 0, 0, 1)
    assert EXAMPLES["translate"].prompt["here"] == (None, 0, 1, 2, 3, 4, None, 0)


def test_two_generators_for_one_row_are_refused():
    labels = parse_program(COPY.replace("generate source", "generate here")).labels
    assert stack(labels, [{"bos": True}])["here"] == (None,)
    with pytest.raises(ProgramError, match="generated once") as caught:
        stack(labels, [{"bos": True}, {"row": True}])
    assert caught.value.where == "row 1"


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (OneHot(("5", "1")), "1", "1"),
        (Flag(), "1", True),
        (Flag(), "0", False),
        (Code(3), "5", 5),
        (Code(3), "0", 0),
    ],
)
def test_what_a_rule_says_is_a_value(type_: OneHot | Flag | Code, text: str, value: Value):
    said = as_value(type_, text)
    assert said == value
    assert type(said) is type(value)
    assert can_hold(Register("r", type_), said)


# Rows that are fed back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GROWING)
def test_a_row_is_what_the_last_one_feeds_back(name: str):
    """Each register that is fed into holds what its source held, position codes are those of the place, all else is empty."""
    program, prompt = GROWING[name].program, GROWING[name].prompt
    labels = program.labels
    *_, after = trace(program, prompt)
    row = next_row(labels, after.rows(prompt.num_rows - 1, prompt.num_rows), prompt.num_rows)
    assert row.num_rows == 1
    assert list(row.columns) == [register.name for register in labels.registers]
    sources = {feedback.target: feedback.source for feedback in labels.feedback}
    generated = {generator.register for generator in labels.generators}
    for register in labels.registers:
        if register.name not in generated:
            wanted = after[sources[register.name]][-1] if register.name in sources else empty_value(register)
            assert row[register.name] == (wanted,)
    longer = extend(labels, prompt, after)
    assert longer == generate(labels, longer)
    assert longer.rows(prompt.num_rows, longer.num_rows) == row
    assert longer.rows(0, prompt.num_rows) == prompt


def test_codes_of_a_row_alone_are_those_of_its_place():
    labels = parse_program(LATEST).labels
    last = stack(labels, records((1, 1, "x")))
    fed = Stream(dict(last.columns))
    for position in range(1, labels.max_positions):
        time = position + 2
        row = next_row(labels, fed.rows(1, 2), position)
        assert row["step"] == (True,)
        assert [row[f"time{j}"] for j in range(3)] == [(time // 3**j % 3,) for j in range(3)]
    with pytest.raises(ProgramError, match="as long as"):
        next_row(labels, fed.rows(1, 2), labels.max_positions)


def test_a_row_of_another_source_is_another_row():
    """The test above can fail."""
    labels = parse_program(LATEST).labels
    other = parse_program(LATEST.replace("feedback next_key key", "feedback key key")).labels
    *_, after = trace(GROWING["latest"].program, GROWING["latest"].prompt)
    last = after.rows(after.num_rows - 1, after.num_rows)
    assert next_row(labels, last, after.num_rows) != next_row(other, last, after.num_rows)
    assert next_row(labels, last, after.num_rows) != next_row(labels, last, after.num_rows + 1)


@given(st.text("ab", min_size=5, max_size=5), st.integers(0, 6))
def test_a_sequence_is_its_prompt_and_what_was_fed_back(marks: str, steps: int):
    program = GROWING["translate"].program
    prompt = stack(program.labels, words(marks))
    *_, sequence = decode(program, prompt, steps)
    *_, after = trace(program, sequence)
    assert sequence_of(program.labels, prompt, after) == sequence
    assert sequence_of(program.labels, prompt, after.rows(0, prompt.num_rows)) == prompt


def test_rows_of_a_stream_are_a_stream():
    prompt = GROWING["latest"].prompt
    assert [prompt.rows(row, row + 1).row(0) for row in range(prompt.num_rows)] == list(
        map(prompt.row, range(prompt.num_rows))
    )
    assert prompt.rows(0, prompt.num_rows) == prompt
    assert prompt.rows(2, 2).num_rows == 0


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
