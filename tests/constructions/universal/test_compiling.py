"""From sizes to a program: which sizes it is compiled for, how it grows, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import contexts
from tmformer.constructions.contexts import compiled_steps
from tmformer.constructions.universal.compiling import compile_machine, grow
from tmformer.constructions.universal.relation import decode_configuration, encode_configuration
from tmformer.constructions.universal.telling import sizes_of, tell
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, configuration, parse
from tmformer.program import check_program
from tmformer.strategies import configurations, machines

BB2 = parse("1RB1LB_1LA1RZ")
ONE_WAY = replace(BB2, one_way=True)


@given(machines(min_states=1, min_symbols=1, one_way=True), machines(min_states=1, min_symbols=1, one_way=True))
def test_nothing_of_a_machine_but_its_sizes_gets_in(one: Machine, other: Machine):
    programs = [compile_machine(each, steps=3, cells=2) for each in (one, other)]
    sizes = [(len(each.states), len(each.symbols), each.one_way) for each in (one, other)]
    assert (programs[0] == programs[1]) == (sizes[0] == sizes[1])


@given(head=st.integers(-9, 12), length=st.integers(0, 9), one_way=st.booleans())
def test_the_prompt_holds_input_and_tape_head_in_a_power_of_two_of_cells(head: int, length: int, one_way: bool):
    """Inputs of similar lengths share one network."""
    machine, head = (ONE_WAY, abs(head)) if one_way else (BB2, head)
    sizes = sizes_of(compile_machine(machine, steps=3, head=head, input_length=length).labels)
    used = {head, *range(length), *([0] if length or one_way else [])}
    needed = max(used) - min(used) + 1
    assert needed <= sizes.records < 2 * needed
    assert sizes.records & (sizes.records - 1) == 0
    assert sizes_of(compile_machine(machine, steps=3, head=head, input_length=length, cells=needed).labels).records == (
        needed
    )
    with pytest.raises(ConstructionError, match="the prompt holds every cell"):
        compile_machine(machine, steps=3, head=head, input_length=length, cells=needed - 1)


@pytest.mark.parametrize(
    "asked",
    [
        {"steps": -1},
        {"steps": 1, "cells": 0},
        {"steps": 1, "cells": -1},
        {"steps": 1, "cells": 3, "head": 3, "origin": 0},
        {"steps": 1, "cells": 3, "head": -1, "origin": 0},
        {"steps": 1, "cells": 9, "input_length": 3, "origin": 1, "head": 2},
        {"steps": 1, "cells": 3, "input_length": 3, "origin": -1},
    ],
)
def test_cells_that_do_not_hold_input_and_tape_head_are_refused(asked: dict[str, int]):
    with pytest.raises(ConstructionError, match="the prompt holds every cell") as caught:
        compile_machine(BB2, **asked)
    assert f"the tape head at cell {asked.get('head', 0)}" in caught.value.where
    assert f"{asked['steps']} machine steps" in caught.value.found


@pytest.mark.parametrize("head", [-1, 0, 2])
def test_a_one_way_tape_is_recorded_from_its_beginning(head: int):
    with pytest.raises(ConstructionError, match="the prompt holds every cell"):
        compile_machine(ONE_WAY, steps=1, head=head, origin=-1 if head < 0 else 1, cells=8)
    with pytest.raises(ConstructionError, match="one tape"):
        compile_machine(replace(BB2, transitions=(), tapes=2), steps=1)


@pytest.mark.parametrize("name", ["states", "symbols"])
def test_a_network_is_as_large_as_is_asked_and_never_smaller_than_the_machine(name: str):
    count = len(getattr(BB2, name))
    assert getattr(sizes_of(compile_machine(BB2, steps=1).labels), name) == count
    assert getattr(sizes_of(compile_machine(BB2, steps=1, options={name: 17}).labels), name) == 17
    for wrong in (count - 1, 0, -5, "17"):
        with pytest.raises(ConstructionError, match=f"as many {name} as the machine at least") as caught:
            compile_machine(BB2, steps=1, options={name: wrong})
        assert caught.value.found == f"{name} = {wrong!r}; the machine has {count}"


@pytest.mark.parametrize("radix", [1, 0, 257, "2"])
def test_a_radix_that_is_none_is_refused(radix: int | str):
    with pytest.raises(ConstructionError, match="The radix of the search") as caught:
        compile_machine(BB2, steps=1, options={"radix": radix})
    assert caught.value.where == "universal, radix"


def test_an_option_that_is_none_is_refused():
    with pytest.raises(ConstructionError, match="universal has radix and states and symbols"):
        compile_machine(BB2, steps=1, options={"form": "decoder-only"})


@pytest.mark.parametrize("asked", [{"states": 10**9}, {"symbols": 10**9}, {"states": 10**6, "symbols": 10**6}])
def test_what_no_memory_holds_is_refused_before_it_is_made(asked: dict[str, str | int]):
    with pytest.raises(ConstructionError, match="they fit into memory") as caught:
        compile_machine(BB2, steps=1, options=asked)
    assert "this computer has" in caught.value.remedy


def test_memory_is_counted_in_rows_and_units(monkeypatch: pytest.MonkeyPatch):
    """6 rules, 8 codes of a state, 2 of a symbol, each twice."""
    monkeypatch.setattr(contexts, "computer_memory", lambda: 26 * 1024)
    compile_machine(BB2, steps=1)
    monkeypatch.setattr(contexts, "computer_memory", lambda: 26 * 1024 - 1)
    with pytest.raises(ConstructionError, match="they fit into memory"):
        compile_machine(BB2, steps=1)


def test_one_state_one_symbol_one_cell_and_no_step_are_enough():
    program = compile_machine(Machine(("A",), ("0",), "0", "A", ()), steps=0)
    check_program(program)
    assert compiled_steps(program.labels) == 0
    assert program.labels.max_positions == 4


# Growing ----------------------------------------------------------------------------------------------------------------


@given(machines(one_way=True), st.data(), st.integers(0, 3))
def test_a_larger_program_goes_on_from_any_configuration(machine: Machine, data: st.DataObject, times: int):
    now = data.draw(configurations(machine))
    program = grow(machine, now, None, {})
    for _ in range(times):
        steps = compiled_steps(program.labels)
        program = grow(machine, now, program.labels, {})
        assert compiled_steps(program.labels) == 2 * steps
    labels = tell(program.labels, machine, origin=0 if machine.one_way else now.used[0], head=now.head)
    assert decode_configuration(labels, encode_configuration(labels, now)) == now


def test_machines_of_one_size_begin_in_one_network():
    """Whatever their input, where it is short."""
    first = grow(BB2, configuration("A", 0, {}, "0"), None, {})
    other = grow(parse("0LA1RB_1LZ0RA"), configuration("B", 30, {-9: "1"}, "0"), None, {})
    assert first == other
    assert (sizes_of(first.labels).records, sizes_of(first.labels).steps) == (64, 960)


@pytest.mark.parametrize(("cells", "records"), [(64, 64), (65, 128), (1000, 1024)])
@pytest.mark.parametrize("machine", [BB2, ONE_WAY], ids=["two-way", "one-way"])
def test_a_long_tape_gets_a_longer_prompt(machine: Machine, cells: int, records: int):
    now = configuration("A", 0, dict.fromkeys(range(cells), "1"), "0")
    sizes = sizes_of(grow(machine, now, None, {}).labels)
    assert (sizes.records, sizes.steps) == (records, max(960, records))


def test_a_one_way_tape_grows_with_the_distance_from_its_beginning():
    now = configuration("A", 99, {}, "0")
    assert sizes_of(grow(ONE_WAY, now, None, {}).labels).records == 128
    assert sizes_of(grow(BB2, now, None, {}).labels).records == 64
