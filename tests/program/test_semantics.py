"""Programs that are no Turing machines do what plain Python does, on symbols and on every exact rung."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program.programs import (
    AUTOMATON,
    COPY,
    COUNTER,
    EXAMPLES,
    GROWING,
    RUMOUR,
    SHIFT,
    Example,
    cells,
    compare_rungs,
    marks,
)
from tmformer.errors import ProgramError
from tmformer.program import (
    BROKEN,
    OUTSIDE,
    RUNNING,
    Program,
    Stream,
    decode,
    parse_program,
    read_count,
    read_stop,
    stack,
    trace,
)
from tmformer.weights import decode as exact_decode
from tmformer.weights import lower


def last(program: Program, prompt: Stream) -> Stream:
    return list(trace(program, prompt))[-1]


@pytest.mark.parametrize("name", EXAMPLES)
def test_program_equals_weights_after_every_block(name: str):
    example = EXAMPLES[name]
    assert compare_rungs(example.program, example.prompt) is None


def test_the_square_can_fail():
    example = EXAMPLES["copy"]
    other = parse_program(COPY.replace('fetched "a" then next "b"', 'fetched "a" then next "c"'))
    difference = compare_rungs(example.program, example.prompt, lambda _: lower(other))
    assert difference is not None
    assert difference.startswith("block 1, hard, next")


def successor(row: str) -> str:
    """Rule 110: 110, 101, 011, 010 and 001 give 1."""
    return "".join(
        "1" if f"0{row}0"[i : i + 3] in {"110", "101", "011", "010", "001"} else "0" for i in range(len(row))
    )


@given(st.text("01", min_size=1, max_size=11))
def test_an_automaton_follows_rule_110(row: str):
    example = Example(AUTOMATON, cells(row))
    for stream in trace(example.program, example.prompt):
        assert "".join(map(str, stream["cell"][1:])) == row
        row = successor(row)
    assert compare_rungs(example.program, example.prompt, loops=3) is None


@given(st.text("ab", min_size=1, max_size=8), st.sampled_from("ab"))
def test_a_shift_moves_one_row_a_loop(row: str, first: str):
    example = Example(SHIFT, marks(row, first))
    for loop, stream in enumerate(trace(example.program, example.prompt)):
        held = "".join("-" if mark is None else str(mark) for mark in stream["mark"])
        assert held == ((first * loop)[:1] + (first * loop + row)[: len(row)] if loop else first + row)
    assert compare_rungs(example.program, example.prompt, loops=2) is None


def test_a_causal_lookup_sees_no_later_row():
    """Without the mask, row 1 would hear of topic 3 as well."""
    example = EXAMPLES["rumour"]
    assert last(example.program, example.prompt)["knows"] == ("no", "no", "no", "yes", "yes", "yes", "no")
    everywhere = parse_program(RUMOUR.replace("mask causal", "mask none"))
    assert last(everywhere, example.prompt)["knows"] == ("no", "yes", "no", "yes", "yes", "yes", "no")
    assert compare_rungs(everywhere, example.prompt) is None


topics = st.integers(0, 7) | st.none()


@given(st.lists(st.tuples(topics, topics), max_size=8))
def test_ties_that_hold_one_value_give_it(rows: list[tuple[int | None, int | None]]):
    says = {None: None} | {topic: ("yes", "no")[topic % 2] for topic in range(8)}
    said = [{"row": True, "asks": asks, "about": about, "says": says[about]} for asks, about in rows]
    example = Example(RUMOUR, [{"bos": True}, *said])
    heard = [
        says[asks] if asks is not None and asks in [about for _, about in rows[: place + 1]] else None
        for place, (asks, _) in enumerate(rows)
    ]
    assert last(example.program, example.prompt)["knows"][1:] == tuple(heard)
    assert compare_rungs(example.program, example.prompt) is None


def test_a_copy_feeds_back_what_it_found():
    """Each row emits the successor of the mark two rows before it, which becomes the mark of the next row."""
    example = EXAMPLES["copy"]
    *_, stream = decode(example.program, example.prompt, 8)
    row = "acb"
    while len(row) < 11:
        row += "bca"["abc".index(row[-3])]
    assert "".join(map(str, stream["mark"][1:])) == row
    assert stream["here"] == (None, *range(1, 12))


@pytest.mark.parametrize("softmax", ["hard", "base-2"])
@pytest.mark.parametrize("name", GROWING)
def test_decoding_steps_are_equal_on_every_rung(name: str, softmax: str):
    program, prompt = GROWING[name].program, GROWING[name].prompt
    steps = min(9, program.labels.max_positions - prompt.num_rows)
    assert list(decode(program, prompt, steps)) == list(exact_decode(lower(program), prompt, steps, softmax))


@pytest.mark.parametrize("name", ["latest", "translate"])
def test_program_equals_weights_where_the_sequence_has_grown(name: str):
    *_, sequence = decode(GROWING[name].program, GROWING[name].prompt, 5)
    assert compare_rungs(GROWING[name].program, sequence) is None


def test_a_counter_emits_its_cycle():
    *_, stream = decode(EXAMPLES["counter"].program, EXAMPLES["counter"].prompt, 6)
    assert stream["mark"] == tuple("abcabca")
    assert stream["row"] == (True,) * 7


def test_no_loop_changes_nothing_on_any_rung():
    program = parse_program(COUNTER.replace("loops 2", "loops 0"))
    prompt = EXAMPLES["counter"].prompt
    assert list(decode(program, prompt, 2)) == list(exact_decode(lower(program), prompt, 2))
    assert list(trace(program, prompt)) == [prompt]


def test_decoding_ends_where_the_network_was_compiled_for():
    program = parse_program(COUNTER.replace("positions 20", "positions 3"))
    assert len(list(decode(program, EXAMPLES["counter"].prompt, 2))) == 3
    for run in (
        decode(program, EXAMPLES["counter"].prompt, 3),
        exact_decode(lower(program), EXAMPLES["counter"].prompt, 3),
    ):
        with pytest.raises(ProgramError, match="as long as"):
            list(run)


# What a program refuses while it runs ----------------------------------------------------------------------------------


def changed(name: str, changes: dict[int, dict[str, object]]) -> Stream:
    rows = [row | changes.get(index, {}) for index, row in enumerate(EXAMPLES[name].rows)]
    return stack(EXAMPLES[name].program.labels, rows)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("automaton", {0: {"bos": False}}, id="no row answers by default"),
        pytest.param("automaton", {0: {"row": True}}, id="the null row asks"),
        pytest.param("automaton", {3: {"bos": True, "row": False}}, id="two null rows"),
        pytest.param("automaton", {3: {"row": False}}, id="a row neither asks nor answers"),
        pytest.param(
            "rumour", {0: {"bos": False, "row": True}, 2: {"bos": True, "row": False}}, id="a null row hidden"
        ),
        pytest.param("rumour", {0: {"about": 2}}, id="the null row has a key"),
        pytest.param("rumour", {0: {"asks": 2}}, id="the null row asks for a code"),
    ],
)
def test_rows_that_attention_could_not_serve_are_refused(name: str, changes: dict[int, dict[str, object]]):
    with pytest.raises(ProgramError, match="answers by default"):
        last(EXAMPLES[name].program, changed(name, changes))


def test_an_unset_code_of_one_digit_is_refused():
    """Its score, 0, would be that of the null row."""
    program = parse_program(RUMOUR.replace("code 3", "code 1"))
    with pytest.raises(ProgramError, match="two digits at least"):
        last(program, stack(program.labels, [{"bos": True}, {"row": True}, {"row": True, "asks": 1}]))
    prompt = stack(
        program.labels, [{"bos": True}, *[{"row": True, "asks": i, "about": i, "says": "no"} for i in (0, 1)]]
    )
    assert compare_rungs(program, prompt) is None


def test_two_matches_with_two_values_are_refused():
    with pytest.raises(ProgramError, match="constant ties"):
        last(EXAMPLES["rumour"].program, changed("rumour", {3: {"says": "no"}}))
    unique = parse_program(RUMOUR.replace("ties constant", "ties unique"))
    with pytest.raises(ProgramError, match="unique ties"):
        last(unique, EXAMPLES["rumour"].prompt)


def test_two_values_for_one_register_are_refused():
    program = parse_program(AUTOMATON.replace("into right", "into left"))
    with pytest.raises(ProgramError, match="At most one lookup"):
        last(program, EXAMPLES["automaton"].prompt)


def test_two_writes_to_one_register_are_refused():
    program = parse_program(
        COUNTER.replace('when mark "a"', 'when row_is "on" then next "a"\n  when mark "a"').replace(
            "register mark", 'register row_is one-hot "on"\nregister mark'
        )
    )
    assert last(program, stack(program.labels, [{"row": True, "row_is": "on"}]))["next"] == ("a",)
    with pytest.raises(ProgramError, match="At most one rule"):
        last(program, stack(program.labels, [{"row": True, "row_is": "on", "mark": "c"}]))


def test_longer_prompts_than_positions_are_refused():
    program, prompt = EXAMPLES["counter"].program, EXAMPLES["counter"].prompt
    short = msgspec.structs.replace(program, labels=msgspec.structs.replace(program.labels, max_positions=1))
    long = replace(prompt, columns={name: values * 2 for name, values in prompt.columns.items()})
    with pytest.raises(ProgramError, match="as long as"):
        last(short, long)


# The stop table --------------------------------------------------------------------------------------------------------


def test_the_stop_table_reads_what_the_signal_speaks_of():
    still = COPY.replace("feedback row row\nfeedback next mark\n", "")
    labels = parse_program(still.replace("signal next 0", "signal next -1")).labels
    row = {"row": True, "mark": "b"}

    def said(*rows: dict[str, object]) -> str:
        return read_stop(labels, stack(labels, [{"bos": True}, *rows]))

    assert said(row | {"mark": "a"}, row | {"next": "c"}) == "done"
    assert said(row, row | {"next": "c"}) == RUNNING
    assert said(row | {"mark": "a"}, row | {"next": "a"}) == RUNNING
    assert said(row | {"next": "c"}, row) == OUTSIDE  # BOS is no data row
    assert said(row, row) == BROKEN
    assert said(row | {"next": "c"}, row | {"next": "c"}) == BROKEN
    assert read_stop(labels, stack(labels, [{"next": "c"}])) == OUTSIDE  # before the first row


def test_the_tally_says_how_many_steps_the_next_application_counts():
    """By the pair that the stop table reads; 1 where it says nothing, also where no pair is read."""
    still = COPY.replace("feedback row row\nfeedback next mark\n", "")
    labels = parse_program(still + '  tally "a" "b" 12\n  tally "a" "c" 1073741824\n').labels
    row = {"row": True, "mark": "b"}

    def counts(*rows: dict[str, object]) -> int:
        return read_count(labels, stack(labels, [{"bos": True}, *rows]))

    assert counts(row | {"next": "a"}) == 12
    assert counts(row | {"mark": "c", "next": "a"}) == 2**30
    assert counts(row | {"next": "b"}) == counts(row | {"mark": "a", "next": "c"}) == 1
    assert counts(row) == counts(row | {"next": "a"}, row | {"next": "a"}) == 1
    assert read_count(parse_program(still).labels, stack(labels, [{"bos": True}, row | {"next": "a"}])) == 1


def test_where_the_sequence_grows_its_newest_row_speaks():
    """All earlier rows have spoken before, each of itself."""
    labels = parse_program(COPY).labels
    row = {"row": True, "mark": "b"}

    def said(*rows: dict[str, object]) -> str:
        return read_stop(labels, stack(labels, [{"bos": True}, *rows]))

    assert said(row | {"next": "c"}, row | {"next": "a"}, row | {"mark": "a", "next": "c"}) == "done"
    assert said(row | {"mark": "a", "next": "c"}, row | {"next": "c"}) == RUNNING
    assert said(row | {"mark": "a", "next": "c"}, row) == BROKEN  # the newest row says nothing
    assert said(row, {"next": "c"}) == OUTSIDE  # it is no data row
    assert said(row, row | {"mark": "a", "next": "c"}) == read_stop(
        labels, stack(labels, [row | {"mark": "a", "next": "c"}])
    )
