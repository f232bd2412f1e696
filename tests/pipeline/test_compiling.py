"""From a machine to weights, by name."""

import pytest

from tmformer.errors import ConstructionError
from tmformer.machine import Machine, parse
from tmformer.pipeline import compile, compile_program, run
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
