"""Telling a network which machine it is to run: every machine of its size, whatever its names, and nothing else."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.strange import strange_machines
from tmformer.constructions.universal.compiling import compile_machine
from tmformer.constructions.universal.telling import TOLD, check_told, machine_of, sizes_of, symbols_of, tell
from tmformer.errors import ConstructionError, MachineError
from tmformer.machine import Machine, format_machine, parse
from tmformer.program import Labels
from tmformer.strategies import machines

BB2 = parse("1RB1LB_1LA1RZ")
LABELS = compile_machine(BB2, steps=4, cells=4, options={"states": 4, "symbols": 3}).labels
ONE_WAY = compile_machine(replace(BB2, one_way=True), steps=4, cells=4).labels


def labels_for(machine: Machine) -> Labels:
    return compile_machine(machine, steps=4, cells=4).labels


def is_same(one: Machine, other: Machine) -> bool:
    """Whether two machines differ in nothing but the order in which their transitions are listed."""
    rules = [set(machine.transitions) for machine in (one, other)]
    return rules[0] == rules[1] and replace(one, transitions=()) == replace(other, transitions=())


@given(st.one_of(strange_machines(), machines(min_states=1, min_symbols=1, one_way=True)), st.booleans())
def test_the_machine_told_of_is_the_machine(machine: Machine, rejects: bool):
    """Whatever its states, symbols and itself are called, and in whatever format its text might look like."""
    machine = replace(machine, undefined_rejects=rejects)
    labels = tell(labels_for(machine), machine, origin=0, head=2)
    assert is_same(machine_of(labels), machine)
    assert {name: labels.parameters[name] for name in TOLD} == {
        "machine": machine.name,
        "program": format_machine(machine),
        "start": machine.start,
        "blank": machine.blank,
        "origin": 0,
        "head": 2,
    }
    check_told(labels)


def test_only_parameters_are_told():
    told = tell(LABELS, BB2, origin=-2, head=1)
    assert msgspec.structs.replace(told, parameters=LABELS.parameters) == LABELS
    assert not set(TOLD) & set(LABELS.parameters)
    assert sizes_of(told) == sizes_of(LABELS)
    again = tell(told, parse("1RA1RA"), origin=0, head=0)
    assert machine_of(again).states == ("A",)


@given(machines(min_symbols=1))
def test_the_blank_is_symbol_0(machine: Machine):
    symbols = symbols_of(machine)
    assert symbols[0] == machine.blank
    assert sorted(symbols) == sorted(machine.symbols)


@pytest.mark.parametrize(
    ("machine", "origin", "found"),
    [
        (parse("1RB1LB_1LC1RZ_1LD1RZ_1LA1RZ"), 0, "5 states, 2 symbols, a two-way tape"),
        (parse("1RB1LB2LA3LA_1LA1RZ2LA3LA"), 0, "3 states, 4 symbols, a two-way tape"),
        (replace(BB2, one_way=True), 0, "3 states, 2 symbols, a one-way tape"),
    ],
    ids=["states", "symbols", "one way"],
)
def test_a_machine_that_does_not_fit_is_refused(machine: Machine, origin: int, found: str):
    with pytest.raises(ConstructionError, match="the machines of its size, or smaller ones") as caught:
        tell(LABELS, machine, origin=origin, head=0)
    assert caught.value.found == found
    assert caught.value.where == "a network for 4 states, 3 symbols, a two-way tape"


def test_a_one_way_network_runs_one_way_machines_from_the_beginning_of_their_tape():
    one_way = replace(BB2, one_way=True)
    assert is_same(machine_of(tell(ONE_WAY, one_way, origin=0, head=3)), one_way)
    for machine, origin in ((BB2, 0), (one_way, 1)):
        with pytest.raises(ConstructionError, match="the machines of its size"):
            tell(ONE_WAY, machine, origin=origin, head=3)


def test_several_tapes_are_refused():
    with pytest.raises(ConstructionError, match="universal has one tape") as caught:
        tell(LABELS, Machine(("A",), ("0",), "0", "A", (), tapes=2), origin=0, head=0)
    assert caught.value.found == "2 tapes"


def test_a_name_that_no_text_holds_is_refused():
    with pytest.raises(MachineError):
        tell(LABELS, replace(BB2, name="n" * 10**7), origin=0, head=0)


def test_labels_that_tell_of_no_machine_have_none():
    check_told(LABELS)
    with pytest.raises(ConstructionError, match="the machine that its prompt tells of"):
        machine_of(LABELS)


GOOD = tell(LABELS, BB2, origin=-2, head=1)


@pytest.mark.parametrize("name", TOLD)
def test_half_a_machine_and_other_kinds_are_refused(name: str):
    held = GOOD.parameters
    missing = {key: value for key, value in held.items() if key != name}
    wrong = "1" if isinstance(held[name], int) else 1
    for parameters in (missing, held | {name: wrong}):
        with pytest.raises(ConstructionError, match="Labels are those that the universal construction writes"):
            check_told(msgspec.structs.replace(GOOD, parameters=parameters))


@pytest.mark.parametrize(
    "wrong",
    [{"machine": "other"}, {"start": "B"}, {"blank": "1"}, {"program": "1RB1LB_1LA1RZ"}, {"program": "# \nblank: 0"}],
    ids=str,
)
def test_a_machine_told_of_in_other_words_is_refused(wrong: dict[str, str]):
    with pytest.raises((ConstructionError, MachineError)):
        check_told(msgspec.structs.replace(GOOD, parameters=GOOD.parameters | wrong))


def test_a_machine_that_is_too_large_is_refused_also_in_a_file():
    large = format_machine(parse("1RB1LB_1LC1RZ_1LD1RZ_1LA1RZ"))
    with pytest.raises(ConstructionError, match="the machines of its size"):
        check_told(msgspec.structs.replace(GOOD, parameters=GOOD.parameters | {"program": large}))
