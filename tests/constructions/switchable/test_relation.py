"""Switchable's simulation relation in both directions, what it refuses, and labels that it did not write."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.constructions.switchable.pairs import CHOICES, LEFT, RIGHT, both, compile_pair, pairs
from tmformer.constructions import construction_of
from tmformer.constructions.switchable.relation import (
    check_labels,
    choose,
    decode_configuration,
    encode_configuration,
    sizes_of,
)
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import Machine, Outcome, configuration, initial_configuration, outcome, step
from tmformer.program import Decoding, Labels, Stream
from tmformer.strategies import configurations

Pair = tuple[Machine, Machine]
NOW = configuration("back", 1, {0: "1", 2: "x"}, "_")
PROGRAM = compile_pair(RIGHT, LEFT, steps=9, cells=4, head=1, origin=-1)
LABELS = choose(PROGRAM.labels, "b")


# There and back ---------------------------------------------------------------------------------------------------------


@given(pair=pairs(), data=st.data(), choice=st.sampled_from(CHOICES))
def test_every_machine_step_of_either_decodes_to_the_reference_interpreters(
    pair: Pair, data: st.DataObject, choice: str
):
    """The other machine's state stands still, in every row: it has written nothing."""
    machine = both(*pair)[choice]
    now = data.draw(configurations(machine))
    first, last = now.used
    first = 0 if machine.one_way else first
    program = compile_pair(*pair, steps=12, cells=last - first + 1, head=now.head, origin=first)
    labels = choose(program.labels, choice)
    other = next(each for each in CHOICES if each != choice)
    decoding = Decoding(program, encode_configuration(labels, now))
    assert decode_configuration(labels, encode_configuration(labels, now)) == now
    for done in range(13):
        after, start = decoding.after(), sizes_of(labels).records + 1
        assert decode_configuration(labels, after) == now
        assert set(after[f"{other}.state"][start:]) == {labels.parameters[f"{other}.start"]}
        assert set(after["choice"][start:]) == {choice}
        if outcome(machine, now) is not Outcome.LIMIT or done == 12:
            return
        now = step(machine, now)
        decoding.step()


@given(pair=pairs(), steps=st.integers(0, 9))
def test_the_token_alone_decides(pair: Pair, steps: int):
    """The prompts of both machines' starts differ in one register of one row; turning it over turns over the run."""
    a, b = both(*pair).values()
    program = compile_pair(*pair, steps=steps, cells=3, origin=0)
    prompts = {
        choice: encode_configuration(choose(program.labels, choice), initial_configuration(each.start, (), each.blank))
        for choice, each in (("a", a), ("b", b))
    }
    columns = prompts["a"].columns
    different = [name for name in columns if columns[name] != prompts["b"].columns[name]]
    assert different == ["choice"]
    turned = Stream(dict(columns) | {"choice": (*columns["choice"][:-1], "b")})
    assert turned.columns == prompts["b"].columns
    decoding, now = Decoding(program, turned), initial_configuration(b.start, (), b.blank)
    for _ in range(steps):
        if outcome(b, now) is not Outcome.LIMIT:
            break
        now = step(b, now)
        decoding.step()
    assert decode_configuration(program.labels, decoding.after()) == now


def test_what_the_prompt_does_not_hold_is_refused():
    with pytest.raises(WindowError, match="The prompt holds every cell") as caught:
        encode_configuration(LABELS, configuration("back", 4, {0: "1"}, "_"))
    assert (caught.value.found, caught.value.where) == ("cells 0 to 4 in use", "records of cells -1 to 2")


# Choosing ---------------------------------------------------------------------------------------------------------------


def test_a_choice_says_whose_start_and_name_it_is():
    for choice, machine in (("a", RIGHT), ("b", LEFT)):
        said = choose(LABELS, choice).parameters
        assert (said["choice"], said["machine"], said["start"]) == (choice, machine.name, machine.start)
        check_labels(choose(LABELS, choice))
    assert choose(LABELS, "a") == PROGRAM.labels


@pytest.mark.parametrize("choice", ["c", "", "A", "a "])
def test_another_choice_is_refused(choice: str):
    with pytest.raises(ConstructionError, match="one of them, a or b") as caught:
        choose(LABELS, choice)
    assert caught.value.found == repr(choice)
    assert "'right'" in caught.value.remedy
    assert "'left'" in caught.value.remedy


# Damaged streams --------------------------------------------------------------------------------------------------------


def run_of(steps: int) -> tuple[Stream, int]:
    """A run of so many machine steps, and the row number of START."""
    prompt = encode_configuration(LABELS, NOW)
    decoding = Decoding(PROGRAM, prompt)
    for _ in range(steps):
        decoding.step()
    return decoding.after(), prompt.num_rows - 1


def damaged(stream: Stream, row: int, **values: object) -> Stream:
    """The stream with other values at one row; names have _ in place of a point."""
    columns: dict[str, Any] = {name: list(held) for name, held in stream.columns.items()}
    for name, value in values.items():
        columns[name.replace("b_", "b.").replace("a_", "a.")][row] = value
    return Stream({name: tuple(held) for name, held in columns.items()})


def refused(stream: Stream) -> DecodeError:
    with pytest.raises(DecodeError, match="A sequence is a prompt and machine steps") as caught:
        decode_configuration(LABELS, stream)
    return caught.value


def test_a_prompt_that_is_not_whole_is_refused():
    stream, start = run_of(3)
    assert decode_configuration(LABELS, stream).state == "more"
    assert refused(stream.rows(0, start)).where == "the prompt"
    assert refused(damaged(stream, start, step=False)).where == "the prompt"
    assert refused(damaged(stream, 2, written=None)).where == "the prompt"


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_last_row_that_does_not_say_which_machine_is_where_is_refused(steps: int):
    stream, _ = run_of(steps)
    last = stream.num_rows - 1
    wrongs: list[dict[str, object]] = [
        {"choice": None},
        {"choice": "a"},
        {"b_state": None},
        {"b_state": "stop"},
        {"now": None},
        {"now": "a:go"},
        {"now": "b:stop"},
    ]
    for wrong in wrongs:
        assert "the token" in refused(damaged(stream, last, **wrong)).found
    wrong_symbol = next(each for each in "_1x" if each != stream["next_symbol"][last])
    assert "next_symbol" in refused(damaged(stream, last, next_symbol=wrong_symbol)).found
    assert refused(damaged(stream, last, next_cell0=None)).found == "no next_cell"
    flipped = damaged(stream, last, next_cell0=1 - int(stream["next_cell0"][last] or 0))
    assert ("next_cell not" in refused(flipped).found) if steps else ("next_symbol" in refused(flipped).found)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_machine_step_that_writes_nothing_or_moves_both_ways_is_refused(number: int):
    stream, start = run_of(3)
    row = start + number
    assert refused(damaged(stream, row, written=None)).where == f"row {row}"
    assert "right True, left True" in refused(damaged(stream, row, right=True, left=True)).found
    assert "next_cell not" in refused(damaged(stream, row, right=True, left=False)).found


# Damaged labels ---------------------------------------------------------------------------------------------------------


def other(**fields: object) -> Labels:
    return msgspec.structs.replace(LABELS, **fields)


def not_ours(labels: Labels) -> ConstructionError:
    with pytest.raises(ConstructionError, match="those that the switchable construction writes") as caught:
        construction_of(labels)
    return caught.value


@given(pair=pairs(), steps=st.integers(0, 40), cells=st.integers(1, 9), choice=st.sampled_from(CHOICES))
def test_our_own_labels_pass(pair: Pair, steps: int, cells: int, choice: str):
    check_labels(choose(compile_pair(*pair, steps=steps, cells=cells).labels, choice))


@pytest.mark.parametrize("name", LABELS.parameters)
def test_labels_need_every_parameter_of_its_kind(name: str):
    value = LABELS.parameters[name]
    left_out = {key: held for key, held in LABELS.parameters.items() if key != name}
    assert not_ours(other(parameters=left_out)).where == f"parameter {name!r}"
    wrong = 3 if isinstance(value, str) else str(value)
    assert not_ours(other(parameters=LABELS.parameters | {name: wrong})).found == f"{name} = {wrong!r}"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"choice": "c"}, "parameters"),
        ({"choice": "a"}, "parameters"),
        ({"machine": "another"}, "parameters"),
        ({"start": "more"}, "parameters"),
        ({"a.start": "back"}, "parameters"),
        ({"blank": "?"}, "parameters"),
        ({"radix": 1}, "parameters"),
        ({"records": 0}, "parameters"),
        ({"records": 2**41}, "parameters"),
        ({"steps": -1}, "parameters"),
        ({"head": 9}, "parameters"),
        ({"one_way": 1}, "parameters"),
        ({"radix": 5}, "registers"),
        ({"records": 60}, "registers"),
        ({"steps": 10}, "max_positions"),
    ],
    ids=str,
)
def test_parameters_that_do_not_go_with_the_rest_are_refused(wrong: dict[str, str | int], where: str):
    assert not_ours(other(parameters=LABELS.parameters | wrong)).where == where


def test_other_registers_and_labels_are_refused():
    registers = LABELS.registers
    for wrong in (registers[::-1], registers[1:], (), tuple(each for each in registers if each.name != "b.state")):
        assert not_ours(other(registers=wrong)).where == "registers"
    for name in ("feedback", "generators", "invariants", "admissible"):
        assert not_ours(other(**{name: getattr(LABELS, name)[1:]})).where == name
    stop = msgspec.structs.replace(LABELS.stop, outcomes=(("a:end", "_", "exploded"),))
    assert not_ours(other(stop=stop)).where == "the stop table"
