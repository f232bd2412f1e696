"""A decoding computes no row twice, and says what the plain semantics says, which computes every row anew."""

from functools import partial
from itertools import islice, pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.program.drawn import growing
from tests.program.programs import (
    COPY,
    GROWING,
    LATEST,
    Example,
    Record,
    compare_growth,
    recomputed,
    records,
    translate,
    words,
)
from tmformer.errors import ProgramError
from tmformer.program import (
    RUNNING,
    Decoding,
    Program,
    Stream,
    check_grows,
    decode,
    format_program,
    parse_program,
    read_stop,
    sequence_of,
)
from tmformer.weights import Decoding as ExactDecoding
from tmformer.weights import lower


def exact(softmax: str, program: Program, prompt: Stream) -> ExactDecoding:
    return ExactDecoding(lower(program), prompt, softmax)


MAKERS = {"program": Decoding, "hard": partial(exact, "hard"), "base-2": partial(exact, "base-2")}


@pytest.mark.parametrize("rung", MAKERS)
@pytest.mark.parametrize("name", GROWING)
def test_a_decoding_equals_the_plain_semantics_after_every_step(name: str, rung: str):
    """To the end of the context, where both refuse."""
    program, prompt = GROWING[name].program, GROWING[name].prompt
    assert compare_growth(program, prompt, program.labels.max_positions - prompt.num_rows + 1, MAKERS[rung]) is None
    assert list(recomputed(program, prompt))[-1] == "refused"


@settings(max_examples=30)
@given(growing(), st.integers(0, 4))
def test_random_decodings_equal_the_plain_semantics(case: tuple[Program, Stream], steps: int):
    """Refusals, of ties that a lookup does not have, come after the same step."""
    program, prompt = case
    is_refused = "refused" in islice(recomputed(program, prompt), steps + 1)
    event("refused" if is_refused else "decoded")
    for make in [Decoding] if is_refused else MAKERS.values():
        assert compare_growth(program, prompt, steps, make) is None


@pytest.mark.parametrize("name", GROWING)
def test_the_sequence_is_told_from_what_became_of_it(name: str):
    program, prompt = GROWING[name].program, GROWING[name].prompt
    decoding = Decoding(program, prompt)
    for sequence in decode(program, prompt, 6):
        assert sequence_of(program.labels, prompt, decoding.after()) == sequence
        assert decoding.num_rows == sequence.num_rows
        decoding.step()


def test_the_last_rows_are_asked_for_alone():
    decoding = Decoding(GROWING["latest"].program, GROWING["latest"].prompt)
    decoding.step()
    assert decoding.after(4) == decoding.after().rows(4, 6)
    assert decoding.after(decoding.num_rows - 1).num_rows == 1


# A fault in what is decoded is seen: the change of a program, and the decoding step that differs.
FAULTS = {
    "an earlier record": ("latest", "prefer time1 value time1", "prefer time0 value time1", 1),
    "another default": ("latest", 'idle input bos default "0"', 'idle input bos default "1"', 2),
    "a time without its divisor": ("latest", "time1 2 divisor 3", "time1 2 divisor 1", 0),
    "a time too low": ("latest", "generate time1 2 ", "generate time1 -2 ", 0),
    "no empty tag": ("latest", '  when step "1" told empty then next_tag "x"\n', "", 0),
    "a key not fed back": ("latest", "feedback next_key key\n", "", 1),
    "the other side": ("translate", '"." mask across', '"." mask causal', 0),
    "one row late": ("translate", "generate want -7", "generate want -8", 0),
    "a flag not heard": ("translate", '  when row "1" heard_same "1" then next_same "1"\n', "", 2),
    "another mark": ("copy", 'when fetched "a" then next "b"', 'when fetched "a" then next "a"', 0),
}


@pytest.mark.parametrize("rung", MAKERS)
@pytest.mark.parametrize("name", FAULTS)
def test_the_squares_can_fail(name: str, rung: str):
    example, old, new, step = FAULTS[name]
    text = GROWING[example].text
    assert text.count(old) == 1, "the change is one"
    other = parse_program(text.replace(old, new))
    said = compare_growth(
        GROWING[example].program, GROWING[example].prompt, 6, lambda _, prompt: MAKERS[rung](other, prompt)
    )
    assert said is not None
    assert said.startswith(f"decoding step {step}:")


# What the two examples mean, in plain Python ------------------------------------------------------------------------------


def go_on(held: list[Record], steps: int) -> list[Record]:
    """The records, and those that follow."""
    held = list(held)
    for _ in range(steps):
        key, count, _ = held[-1]
        key = (key + (1 if count % 2 else 2)) % 3
        latest = next((record for record in reversed(held) if record[0] == key), (key, 0, None))
        held.append((key, (latest[1] + 1) % 8, "y" if latest[2] == "x" else "x"))
    return held


held = st.tuples(st.integers(0, 2), st.integers(0, 7), st.sampled_from(["x", "y", None]))


@settings(max_examples=25)
@given(st.lists(held, min_size=1, max_size=12), st.integers(0, 10))
def test_the_latest_record_with_my_key(records_: list[Record], steps: int):
    example = Example(LATEST, records(*records_))
    decoding = Decoding(example.program, example.prompt)
    for _ in range(steps):
        decoding.step()
    after = decoding.after(1)
    assert list(zip(after["key"], after["count"], after["tag"], strict=True)) == go_on(records_, steps)
    assert compare_growth(example.program, example.prompt, 1, MAKERS["hard"]) is None


@given(st.text("ab", max_size=5), st.integers(0, 6))
def test_a_decoder_copies_what_its_encoder_holds(text: str, steps: int):
    """And tells which marks came twice in a row; at the end it says so, and the stop table reads it."""
    example = Example(translate(len(text)), words(text))
    decoding = Decoding(example.program, example.prompt)
    for _ in range(steps):
        decoding.step()
    after = decoding.after(len(text) + 2)
    assert after["mark"] == (None, *(text + "." * 6)[:steps])
    twice = [False, *(one == other for one, other in pairwise(text)), *[False] * 6]
    assert after["same"] == (False, *twice[:steps])
    outcome = read_stop(decoding.labels, decoding.after(decoding.num_rows - 1))
    assert outcome == ("copied" if steps >= len(text) else RUNNING)


GROWING_NOT = parse_program(COPY.replace("feedback row row\nfeedback next mark\n", ""))

# What does not grow -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (format_program(GROWING_NOT), "0 registers fed back, masks causal"),
        (COPY.replace("mask causal", "mask none"), "2 registers fed back, masks none"),
        (translate(5).replace("row mask causal", "row mask none"), "3 registers fed back, masks across, none"),
    ],
)
def test_what_does_not_grow_row_by_row_is_refused(text: str, found: str):
    program = parse_program(text)
    masks = [lookup.mask for block in program.blocks for lookup in block.lookups]
    example = GROWING["translate" if "encoder" in text else "copy"]
    for refused in (
        lambda: check_grows(program.labels, masks),
        lambda: Decoding(program, example.prompt),
        lambda: ExactDecoding(lower(program), example.prompt),
    ):
        with pytest.raises(ProgramError, match="grows row by row") as caught:
            refused()
        assert caught.value.found == found


def test_a_network_without_lookups_grows():
    check_grows(GROWING["counter"].program.labels, [])
    with pytest.raises(ProgramError, match="0 registers fed back, masks of no lookup"):
        check_grows(GROWING_NOT.labels, [])


def test_a_decoding_ends_with_the_context():
    program = parse_program(COPY.replace("positions 14", "positions 5"))
    for make in MAKERS.values():
        decoding = make(program, GROWING["copy"].prompt)
        decoding.step()
        with pytest.raises(ProgramError, match="as long as"):
            decoding.step()
        assert decoding.num_rows == decoding.after().num_rows == 5
