"""Which sizes wei_ma is compiled for, how it grows, and which transition tables it refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.growing import machines_of
from tmformer.constructions import contexts
from tmformer.constructions.contexts import compiled_steps, full_context
from tmformer.constructions.wei_ma.compiling import compile_machine, grow
from tmformer.constructions.wei_ma.relation import decode_configuration, encode_configuration
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, FORMS
from tmformer.errors import ConstructionError, ContextError
from tmformer.machine import Machine, Move, Transition, configuration, parse
from tmformer.program import Decoding, Labels
from tmformer.strategies import configurations, machines

FEWER = settings(max_examples=max(1, settings().max_examples // 2))
WRITER = Machine(("A", "Z"), ("_", "x", "y"), "_", "A", (Transition("A", "_", "x", Move.RIGHT, "Z"),), halting=("Z",))
BB2 = parse("1RB1LB_1LA1RZ")

# Sizes asked for --------------------------------------------------------------------------------------------------------


@given(head=st.integers(-9, 12), length=st.integers(0, 9), steps=st.integers(0, 9), form=st.sampled_from(FORMS))
def test_the_prompt_holds_the_cells_from_the_input_to_the_tape_head(head: int, length: int, steps: int, form: str):
    labels = compile_machine(BB2, steps=steps, head=head, input_length=length, options={"form": form}).labels
    used = {head, *range(length), *([0] if length else [])}
    parameters = labels.parameters
    assert (parameters["origin"], parameters["records"]) == (min(used), max(used) - min(used) + 1)
    assert (parameters["head"], parameters["steps"], parameters["form"]) == (head, steps, form)
    assert (parameters["start"], parameters["blank"], parameters["moves"]) == ("A", "0", 4)
    assert compiled_steps(labels) == steps


@pytest.mark.parametrize(
    "asked",
    [
        {"steps": -1},
        {"steps": 1, "cells": 0},
        {"steps": 1, "cells": -1},
        {"steps": 1, "cells": 3, "head": 3, "origin": 0},
        {"steps": 1, "cells": 3, "head": -1, "origin": 0},
        {"steps": 1, "cells": 3, "input_length": 4},
        {"steps": 1, "cells": 3, "input_length": 3, "origin": -1},
        {"steps": 1, "cells": 3, "head": 2, "input_length": 1, "origin": 1},
    ],
)
def test_cells_that_do_not_hold_input_and_tape_head_are_refused(asked: dict[str, int]):
    with pytest.raises(ConstructionError, match="the prompt holds every cell") as caught:
        compile_machine(BB2, **asked)
    assert f"the tape head at cell {asked.get('head', 0)}" in caught.value.where
    assert f"{asked['steps']} machine steps" in caught.value.found


def test_no_machine_steps_and_one_cell_are_enough():
    for form in FORMS:
        program = compile_machine(BB2, steps=0, cells=1, options={"form": form})
        now = configuration("A", 0, {0: "1"}, "0")
        after = Decoding(program, encode_configuration(program.labels, now)).after()
        assert decode_configuration(program.labels, after) == now
        assert after["next_symbol"][-1] == "1"


@pytest.mark.parametrize("radix", [1, 0, -2, 257, "2", True])
def test_a_radix_that_is_none_is_refused(radix: object):
    with pytest.raises(ConstructionError, match="a whole number from 2 to 256") as caught:
        compile_machine(BB2, steps=1, options={"radix": radix})
    assert caught.value.found == repr(radix)


def test_a_form_that_is_none_is_refused_with_a_hint():
    with pytest.raises(ConstructionError, match="one of those that wei_ma has") as caught:
        compile_machine(BB2, steps=1, options={"form": "encoder-decodr"})
    assert "did you mean 'encoder-decoder'?" in caught.value.remedy
    assert all(form in caught.value.remedy for form in FORMS)


def test_an_option_that_is_none_is_refused():
    with pytest.raises(ConstructionError, match="wei_ma has form and radix"):
        compile_machine(BB2, steps=1, options={"sharpness": 3})


def test_left_out_is_the_binary_decoder():
    assert compile_machine(BB2, steps=5) == compile_machine(BB2, steps=5, options={"radix": 2, "form": DECODER_ONLY})


# Growing ----------------------------------------------------------------------------------------------------------------


@FEWER
@given(
    data=st.data(),
    first=st.integers(2, 9),
    options=st.fixed_dictionaries({}, optional={"radix": st.integers(2, 5), "form": st.sampled_from(FORMS)}),
    shift=st.sampled_from([0, -1000, 10**9]),
)
def test_a_larger_network_goes_on_from_any_configuration(
    data: st.DataObject, first: int, options: dict[str, str | int], shift: int
):
    """N doubles; tape head and tape stay where they are."""
    machine = data.draw(machines())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "_FIRST_POSITIONS", first)
        labels = None
        for _ in range(3):
            now = data.draw(configurations(machine))
            now = configuration(
                now.state, now.head + shift, {now.first + shift + i: each for i, each in enumerate(now.tape)}, now.blank
            )
            low, high = now.used
            if labels is not None and high - low + 1 > positions(labels):
                return  # no run has come there
            program = grow(machine, now, labels, options)
            expected = max(first, 2 * (high - low + 1)) if labels is None else 2 * positions(labels)
            labels = program.labels
            assert positions(labels) == expected
            assert compiled_steps(labels) >= expected // 2
            assert (labels.parameters["origin"], labels.parameters["head"]) == (low, now.head)
            assert {"radix": labels.parameters["radix"], "form": labels.parameters["form"]} == (
                {"radix": 2, "form": DECODER_ONLY} | options
            )
            after = Decoding(program, encode_configuration(labels, now)).after()
            assert decode_configuration(labels, after) == now
            assert after["next_symbol"][-1] == now.read(now.head)


def positions(labels: Labels) -> int:
    """N."""
    return labels.parameters["records"] + labels.parameters["steps"]


def test_the_first_network_has_room_for_a_thousand_positions():
    start = configuration("A", 0, {}, "0")
    assert positions(grow(BB2, start, None, {}).labels) == 1024
    long = configuration("A", 0, dict.fromkeys(range(600), "1"), "0")
    assert positions(grow(BB2, long, None, {}).labels) == 1200


def test_a_run_that_outgrows_its_context_is_refused():
    labels = compile_machine(BB2, steps=7, input_length=3).labels
    error = full_context(labels, configuration("B", -4, {}, "0"), 7)
    assert isinstance(error, ContextError)
    assert error.rule == "The context is full after machine step 7"
    assert error.found == "a machine that goes on from state 'B' at cell -4"
    assert error.where == "a network for 7 machine steps, 12 positions"
    assert "its context grows" in error.remedy


# Several tapes, and one-way tapes ----------------------------------------------------------------------------------------


@given(head=st.integers(0, 12), length=st.integers(0, 9), form=st.sampled_from(FORMS))
def test_a_one_way_tape_is_recorded_from_cell_0(head: int, length: int, form: str):
    machine = replace(BB2, one_way=True)
    parameters = compile_machine(
        machine, steps=2, head=head, input_length=length, options={"form": form}
    ).labels.parameters
    assert (parameters["origin"], parameters["records"]) == (0, max(head, length - 1) + 1)
    assert (parameters["one_way"], parameters["tapes"]) == (1, 1)


@given(head=st.integers(-9, 12), length=st.integers(0, 9))
def test_of_several_tapes_cell_0_is_recorded_where_the_further_heads_start(head: int, length: int):
    machine = Machine(("A",), ("0", "1"), "0", "A", (), tapes=3)
    parameters = compile_machine(machine, steps=2, head=head, input_length=length).labels.parameters
    assert (parameters["origin"], parameters["records"]) == (min(0, head), max(head, length - 1, 0) - min(0, head) + 1)


@pytest.mark.parametrize(
    ("tapes", "one_way", "asked"),
    [
        (1, True, {"origin": -1, "cells": 3}),
        (1, True, {"origin": 1, "cells": 3, "head": 1}),
        (1, True, {"head": -1}),
        (2, False, {"origin": 1, "cells": 3, "head": 1}),
        (2, False, {"origin": -3, "cells": 3, "head": -1}),
        (2, True, {"origin": -1, "cells": 3}),
    ],
)
def test_records_without_cell_0_are_refused(tapes: int, one_way: bool, asked: dict[str, int]):
    machine = Machine(("A",), ("0", "1"), "0", "A", (), tapes=tapes, one_way=one_way)
    with pytest.raises(ConstructionError, match="the prompt holds every cell"):
        compile_machine(machine, steps=2, **asked)


def test_moves_are_counted_on_all_tapes():
    rule = Transition("A", ("0", "0"), ("0", "0"), (Move.RIGHT, Move.LEFT), "A")
    stay = Transition("A", ("1", "0"), ("0", "0"), (Move.RIGHT, Move.STAY), "A")
    machine = Machine(("A",), ("0", "1"), "0", "A", (rule, stay), tapes=2)
    assert compile_machine(machine, steps=2).labels.parameters["moves"] == 3


def test_a_transition_table_too_large_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch):
    """Before it is made: 10 symbols on 12 tapes would be two million million entries."""
    machine = Machine(("A", "B"), tuple("0123456789"), "0", "A", (), tapes=12, name="wide")
    with pytest.raises(ConstructionError, match="fits into memory") as caught:
        compile_machine(machine, steps=1)
    assert caught.value.found.startswith("2,000,000,000,000 entries, of ")
    assert caught.value.where == "wide, 12 tapes of 10 symbols"
    compile_machine(BB2, steps=1)
    monkeypatch.setattr(contexts, "computer_memory", lambda: 6 * contexts._BYTES_AN_ENTRY)
    compile_machine(BB2, steps=1)  # 6 entries
    monkeypatch.setattr(contexts, "computer_memory", lambda: 6 * contexts._BYTES_AN_ENTRY - 1)
    with pytest.raises(ConstructionError, match="fits into memory"):
        compile_machine(BB2, steps=1)


@FEWER
@given(data=st.data(), tapes=st.integers(1, 3), one_way=st.booleans())
def test_a_network_for_any_tapes_goes_on_from_any_configuration(data: st.DataObject, tapes: int, one_way: bool):
    machine = data.draw(machines_of(tapes, one_way=one_way))
    now = data.draw(configurations(machine))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "_FIRST_POSITIONS", 8)
        program = grow(machine, now, None, {})
    after = Decoding(program, encode_configuration(program.labels, now)).after()
    assert decode_configuration(program.labels, after) == now
