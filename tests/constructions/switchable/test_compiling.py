"""Which pairs of machines, and which sizes, are compiled; what is refused; and how a network grows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.constructions.switchable.pairs import LEFT, RIGHT, compile_pair, over, pairs
from tmformer.constructions import contexts
from tmformer.constructions.contexts import compiled_steps
from tmformer.constructions.switchable.compiling import compile_machine, grow
from tmformer.constructions.switchable.relation import choose, decode_configuration, encode_configuration
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, configuration, format_machine, load
from tmformer.program import Decoding
from tmformer.strategies import configurations

Pair = tuple[Machine, Machine]


def refused(a: Machine, **options: object) -> ConstructionError:
    with pytest.raises(ConstructionError) as caught:
        compile_machine(a, steps=3, options=options)
    return caught.value


def test_there_are_two_machines():
    error = refused(RIGHT)
    assert error.rule == "switchable has two machines in one network"
    assert "--other" in error.remedy


def test_both_share_a_blank_and_a_kind_of_tape():
    error = refused(RIGHT, other=format_machine(load("bb2")))
    assert error.rule == "Two machines that share a tape share its blank, and whether it has an end"
    assert error.found == "'right': blank '_', two-way tape; 'bb2': blank '0', two-way tape"
    error = refused(RIGHT, other=format_machine(replace(LEFT, one_way=True)))
    assert error.found == "'right': blank '_', two-way tape; 'left': blank '_', one-way tape"


def test_both_have_one_tape():
    two = replace(RIGHT, tapes=2, transitions=())
    assert refused(two, other=format_machine(LEFT)).found == "2 tapes"
    assert refused(LEFT, other=format_machine(two)).found == "2 tapes"


def test_other_options_and_radixes_are_refused():
    assert refused(RIGHT, other=format_machine(LEFT), form="x").rule == "switchable has other and radix"
    assert refused(RIGHT, other=format_machine(LEFT), radix=1).where == "switchable, radix"


@pytest.mark.parametrize(
    "sizes",
    [
        {"steps": -1},
        {"steps": 1, "cells": 0},
        {"steps": 1, "cells": 2, "input_length": 3},
        {"steps": 1, "head": 4, "cells": 2, "origin": 0},
    ],
    ids=str,
)
def test_sizes_that_hold_no_start_are_refused(sizes: dict[str, int]):
    with pytest.raises(ConstructionError, match="the prompt holds every cell of the input"):
        compile_pair(RIGHT, LEFT, **sizes)


def test_a_one_way_tape_is_recorded_from_its_beginning():
    pair = [replace(machine, one_way=True) for machine in (RIGHT, LEFT)]
    assert compile_pair(*pair, steps=2, head=5).labels.parameters["origin"] == 0
    with pytest.raises(ConstructionError, match="the prompt holds every cell of the input"):
        compile_pair(*pair, steps=2, head=5, origin=5)


@given(pair=pairs())
def test_the_other_machine_is_the_one_given(pair: Pair):
    """Its text keeps states, symbols, transitions and ends."""
    a, b = pair
    here = compile_pair(a, b, steps=2).labels
    assert {name: here.parameters[f"b.{name}"] for name in ("machine", "start")} == {
        "machine": "other",
        "start": b.start,
    }
    assert here.register("b.state").type.values == b.states
    own = {(state.removeprefix("b:"), symbol): said for state, symbol, said in here.stop.outcomes if state[0] == "b"}
    there = compile_pair(over(b, a.symbols), a, steps=2).labels
    assert own == {(state[2:], symbol): said for state, symbol, said in there.stop.outcomes if state[0] == "a"}


@given(pair=pairs(), data=st.data())
def test_a_larger_network_goes_on_from_any_configuration_of_either(pair: Pair, data: st.DataObject):
    a, b = pair
    choice = data.draw(st.sampled_from("ab"))
    options, labels, size = {"other": format_machine(b), "radix": 4}, None, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "_FIRST_POSITIONS", 24)
        for _ in range(2):
            now = data.draw(configurations({"a": a, "b": b}[choice]))
            program = grow(a, now, labels, options)
            ours = choose(program.labels, choice)
            after = Decoding(program, encode_configuration(ours, now)).after()
            assert decode_configuration(ours, after) == now
            assert program.labels.max_positions > size
            assert compiled_steps(ours) > 0
            labels, size = program.labels, program.labels.max_positions


def test_the_first_network_has_room_for_a_thousand_positions():
    start = configuration("go", 0, {}, "_")
    assert grow(RIGHT, start, None, {"other": format_machine(LEFT)}).labels.max_positions == 1026
