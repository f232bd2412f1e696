"""engine = engine through the whole path: dense and exact, any window that grows or does not, cut at any machine step."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares.checkers import Run, padded, runs
from tmformer.constructions.cellular import compiling as cellular_compiling
from tmformer.decode import Dense
from tmformer.errors import WindowError
from tmformer.machine import Configuration, trace
from tmformer.model import Shape
from tmformer.pipeline import How, growing, make_engine, run
from tmformer.pipeline.result import Result
from tmformer.weights import Weights

FEWER = settings(max_examples=settings().max_examples // 3)
SHAPE = Shape(rows=100, d_model=70, d_key=8, d_value=8, d_mlp=padded().d_mlp)


def padded_engine(weights: Weights, how: How):
    """The engine in one shape, so that XLA compiles once for all windows."""
    return Dense(weights, format_name=how.format, shape=SHAPE) if how.engine == "dense" else make_engine(weights, how)


@contextmanager
def growing_with(room: int = 8, loops: int = 1 << 20) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cellular_compiling, "_FIRST_ROOM", room)
        patch.setattr(growing, "_STEPS", loops)
        patch.setattr(growing, "make_engine", padded_engine)
        yield


def check(case: Run, result: Result, max_steps: int):
    expected = trace(case.machine, case.symbols, max_steps=max_steps, head=case.head)
    assert result.configuration == expected.final
    assert (result.outcome, result.steps) == (expected.outcome, expected.steps)
    assert result.accepted == expected.accepted
    assert result.layers == result.steps


@given(runs(max_width=8), st.integers(0, 9), st.integers(1, 9))
def test_dense_in_a_growing_window_from_any_first_room(case: Run, room: int, loops: int):
    with growing_with(room, loops):
        check(case, run(case.machine, case.symbols, head=case.head, max_steps=case.steps), case.steps)


@given(runs(max_width=8), st.integers(0, 9))
def test_exact_in_a_growing_window_from_any_first_room(case: Run, room: int):
    with growing_with(room):
        result = run(case.machine, case.symbols, head=case.head, max_steps=case.steps, engine="exact")
        check(case, result, case.steps)


@FEWER
@given(runs(max_width=4, max_steps=8, max_states=3, max_symbols=3))
def test_exact_softmax(case: Run):
    with growing_with(2):
        result = run(case.machine, case.symbols, head=case.head, max_steps=case.steps, engine="exact-softmax")
        check(case, result, case.steps)


@FEWER
@given(runs(max_width=4, max_steps=12))
def test_a_run_cut_anywhere_gives_the_configuration_there(case: Run):
    with growing_with(1):
        for steps in range(case.steps + 1):
            check(case, run(case.machine, case.symbols, head=case.head, max_steps=steps), steps)


@FEWER
@given(runs(max_width=8))
def test_what_a_watcher_sees_is_the_reference(case: Run):
    seen: list[tuple[int, Configuration]] = []

    def watch(steps: int, now: Configuration):
        seen.append((steps, now))

    with growing_with(1):
        result = run(case.machine, case.symbols, head=case.head, max_steps=case.steps, watch=watch)
    check(case, result, case.steps)
    expected = trace(case.machine, case.symbols, max_steps=case.steps, head=case.head).configurations
    assert seen
    assert all(now == expected[steps] for steps, now in seen)


@pytest.mark.parametrize("engine", ["dense", "exact"])
@given(case=runs())
def test_a_fixed_window_gives_the_same_or_says_when_the_tape_head_left_it(engine: str, case: Run):
    how = {"head": case.head, "max_steps": case.steps, "engine": engine}
    *_, (left, said) = case.reference()
    steps = len(list(case.reference())) - 1
    with growing_with():
        if said == "outside":
            with pytest.raises(WindowError, match=f"left the window at step {steps}\\b") as caught:
                run(case.weights, case.symbols, **how)
            assert caught.value.found == f"the tape head at cell {left.head}"
        else:
            check(case, run(case.weights, case.symbols, **how), case.steps)


@FEWER
@given(runs(max_width=8, max_steps=12))
def test_the_window_of_a_compiled_machine_is_never_left(case: Run):
    from tmformer.pipeline import compile as compile_machine

    weights = compile_machine(case.machine, steps=case.steps, head=case.head, input_length=len(case.symbols))
    with growing_with():
        check(case, run(weights, case.symbols), case.steps)
