"""From a machine to weights, by name."""

import pytest

from tmformer.errors import ConstructionError
from tmformer.machine import Machine, parse
from tmformer.pipeline import compile, compile_program, options_of, run
from tmformer.program import check_program
from tmformer.weights import lower

BB2 = parse("1RB1LB_1LA1RZ")


def window(machine: Machine = BB2, **sizes: int) -> tuple[int, int]:
    """The first and the last cell of the window compiled."""
    labels = compile(machine, **sizes).labels
    origin = int(labels.parameters["origin"])
    return origin, origin + labels.max_positions - 2


def test_compiling_is_lowering_the_program():
    program = compile_program(BB2, steps=6)
    check_program(program)
    assert compile(BB2, steps=6) == lower(program)
    assert compile(BB2, "cellular", steps=6) == compile(BB2, steps=6)


@pytest.mark.parametrize("steps", [0, 1, 5, 6, 20])
def test_the_window_is_as_wide_as_the_run_may_reach(steps: int):
    assert window(steps=steps) == (-steps, steps)
    assert compile(BB2, steps=steps).labels.loops == steps
    assert run(compile(BB2, steps=steps)).steps == min(steps, 6)


def test_the_window_holds_input_and_tape_head():
    assert window(steps=2, input_length=9) == (-2, 8)
    assert window(steps=2, head=7) == (0, 9)
    assert window(steps=2, head=-7) == (-9, -1)
    assert window(steps=2, cells=9, input_length=3) == (-3, 5)


def test_a_window_too_narrow_is_refused():
    with pytest.raises(ConstructionError) as caught:
        compile(BB2, steps=2, cells=3, input_length=5)
    assert caught.value.remedy == "Ask for at least 5 cells."


@pytest.mark.parametrize("sizes", [{"steps": -1}, {"steps": 1, "cells": 0}, {"steps": 1, "cells": -3}])
def test_sizes_below_the_least_are_refused(sizes: dict[str, int]):
    with pytest.raises(ConstructionError):
        compile(BB2, **sizes)


def test_an_unknown_construction_is_refused():
    with pytest.raises(ConstructionError) as caught:
        compile(BB2, "celular", steps=1)
    assert "did you mean 'cellular'?" in caught.value.remedy


def test_a_reference_is_not_compiled():
    with pytest.raises(ConstructionError) as caught:
        compile(BB2, "perez", steps=1)
    assert "perez is a reference that is only run" in caught.value.remedy


# Options ----------------------------------------------------------------------------------------------------------------


def test_options_are_those_that_were_given():
    assert options_of(form=None, radix=None) == {}
    assert options_of(form="decoder-only", radix=None) == {"form": "decoder-only"}
    assert options_of(form=None, radix=3) == {"radix": 3}


def test_form_and_radix_are_compiled():
    for form in ("decoder-only", "encoder-decoder"):
        for radix in (2, 3, 8, 256):
            parameters = compile(BB2, "wei_ma", steps=9, form=form, radix=radix).labels.parameters
            assert (parameters["form"], parameters["radix"], parameters["steps"]) == (form, radix, 9)
    assert compile(BB2, "wei_ma", steps=9) == compile(BB2, "wei_ma", steps=9, form="decoder-only", radix=2)


@pytest.mark.parametrize(
    ("option", "found", "where"),
    [
        ({"form": "decoder"}, "'decoder'", "wei_ma, form"),
        ({"form": ""}, "''", "wei_ma, form"),
        ({"radix": 1}, "1", "wei_ma, radix"),
        ({"radix": 0}, "0", "wei_ma, radix"),
        ({"radix": -2}, "-2", "wei_ma, radix"),
        ({"radix": 257}, "257", "wei_ma, radix"),
        ({"radix": "3"}, "'3'", "wei_ma, radix"),
        ({"radix": 2.0}, "2.0", "wei_ma, radix"),
    ],
)
def test_options_out_of_range_are_refused(option: dict, found: str, where: str):
    for call in (lambda: compile(BB2, "wei_ma", steps=2, **option), lambda: run(BB2, construction="wei_ma", **option)):
        with pytest.raises(ConstructionError) as caught:
            call()
        assert (caught.value.found, caught.value.where) == (found, where)
        assert caught.value.remedy


def test_a_near_form_is_named():
    with pytest.raises(ConstructionError) as caught:
        compile(BB2, "wei_ma", steps=2, form="encoder_decoder")
    assert "did you mean 'encoder-decoder'?" in caught.value.remedy


@pytest.mark.parametrize("option", [{"form": "decoder-only"}, {"radix": 2}])
def test_a_construction_without_options_refuses_them(option: dict):
    for call in (lambda: compile(BB2, steps=2, **option), lambda: run(BB2, engine="exact", **option)):
        with pytest.raises(ConstructionError) as caught:
            call()
        ((name, value),) = option.items()
        assert caught.value.rule == "cellular has macro"
        assert caught.value.found == f"{name} = {value!r}"
