"""Fixed windows, and windows that grow with the run."""

from itertools import pairwise

import pytest
from hypothesis import given, settings

from tmformer.errors import WindowError
from tmformer.machine import Configuration, Machine, Outcome, load, parse, trace
from tmformer.pipeline import Result, compile, growing, run
from tmformer.strategies import machines_with_inputs

RIGHT = parse("1RA1RA")
LEFT = parse("1LA1LA")
BB4 = load("bb4")
# Swings between two ends, each time one cell further apart: 1 step to the right, 2 to the left, 3 to the right, ...
WIDER = parse("1LB1RA_1RA1LB")


def reached(result: Result) -> tuple[int, Configuration, Outcome, bool | None]:
    return result.steps, result.configuration, result.outcome, result.accepted


def expected(machine: Machine, symbols: tuple[str, ...] = (), *, max_steps: int, head: int = 0):
    last = trace(machine, symbols, max_steps=max_steps, head=head)
    return last.steps, last.final, last.outcome, last.accepted


# Growing ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [RIGHT, LEFT, WIDER], ids=["right", "left", "both"])
@pytest.mark.parametrize("engine", ["exact", "dense"])
def test_the_window_grows_to_the_side_where_the_tape_head_leaves_it(machine: Machine, engine: str):
    for max_steps in (0, 8, 9, 60):
        result = run(machine, engine=engine, max_steps=max_steps)
        assert reached(result) == expected(machine, max_steps=max_steps)
        assert result.layers == result.steps == max_steps


def test_a_growing_run_halts_by_itself():
    result = run(BB4)
    assert reached(result) == expected(BB4, max_steps=200)
    assert result.layers == result.steps == 107


@pytest.mark.parametrize("room", [1, 2, 3])
@settings(max_examples=max(1, settings().max_examples // 4))
@given(drawn=machines_with_inputs(max_states=3, max_symbols=3))
def test_any_first_room_gives_the_same_result(room: int, drawn: tuple[Machine, tuple[str, ...]]):
    """With little room every run grows, on the side it leaves, and limits fall on every kind of machine step."""
    machine, symbols = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "_FIRST_ROOM", room)
        for max_steps in (0, 1, 2, 3, 7, 12):
            result = run(machine, symbols, engine="exact", max_steps=max_steps)
            assert reached(result) == expected(machine, symbols, max_steps=max_steps)
            assert result.layers == result.steps


@pytest.mark.parametrize("loops", [1, 2, 3])
def test_any_portion_gives_the_same_result(monkeypatch: pytest.MonkeyPatch, loops: int):
    monkeypatch.setattr(growing, "_LOOPS", loops)
    assert reached(run(BB4, engine="exact")) == expected(BB4, max_steps=200)


def test_a_halt_at_the_step_that_leaves_the_window_is_a_halt(monkeypatch: pytest.MonkeyPatch):
    """Room for one cell: the second step leaves it, and halts there, or is undefined there."""
    monkeypatch.setattr(growing, "_FIRST_ROOM", 1)
    for line, outcome in (("1RB---_1RZ---", Outcome.HALTED), ("1RB---_1RC---_------", Outcome.UNDEFINED)):
        for max_steps in (2, 3, None):
            for engine in ("exact", "dense"):
                result = run(parse(line), engine=engine, max_steps=max_steps)
                assert (result.steps, result.outcome, result.configuration.head) == (2, outcome, 2)


@pytest.mark.parametrize("head", [-30, -9, -1, 0, 3, 40])
def test_the_tape_head_may_start_anywhere(head: int):
    machine = load("increment")
    symbols = ("1", "0", "1", "1")
    result = run(machine, symbols, engine="exact", max_steps=100, head=head)
    assert reached(result) == expected(machine, symbols, max_steps=100, head=head)


# Fixed ------------------------------------------------------------------------------------------------------------------


def leaving_step(machine: Machine, first: int, last: int) -> int:
    configurations = trace(machine, (), max_steps=1000).configurations
    return next(step for step, now in enumerate(configurations) if not first <= now.head <= last)


@pytest.mark.parametrize("engine", ["exact", "exact-softmax", "dense"])
@pytest.mark.parametrize("cells", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("machine", [RIGHT, LEFT, WIDER], ids=["right", "left", "both"])
def test_leaving_a_fixed_window_is_an_error_that_names_the_step(engine: str, cells: int, machine: Machine):
    """Windows of 2**m - 1 and 2**m cells, where codes wrap: nothing comes back on the other side."""
    origin = int(compile(machine, steps=1, cells=cells).labels.parameters["origin"])
    step = leaving_step(machine, origin, origin + cells - 1)
    with pytest.raises(WindowError) as caught:
        run(machine, engine=engine, cells=cells)
    assert caught.value.rule == f"The tape head left the window at step {step}"
    assert caught.value.where == f"a window of cells {origin} to {origin + cells - 1}"
    head = trace(machine, (), max_steps=step).final.head
    assert caught.value.found == f"the tape head at cell {head}"


def test_a_limit_before_the_step_that_leaves_is_a_limit_and_at_that_step_an_error():
    """Nothing is decoded from the step that leaves, not even a halt."""
    for machine in (RIGHT, parse("1RB---_1RC---_1RZ---")):
        inside = run(machine, engine="exact", cells=5, max_steps=2)
        assert reached(inside) == expected(machine, max_steps=2)
        with pytest.raises(WindowError) as caught:
            run(machine, engine="exact", cells=5, max_steps=3)
        assert caught.value.rule == "The tape head left the window at step 3"


def test_halting_exactly_at_the_edge_is_a_result():
    """BB(2) visits cells -2 to 1; a window of just these is enough."""
    bb2 = load("bb2")
    weights = compile(bb2, steps=6, cells=6)
    assert reached(run(weights)) == expected(bb2, max_steps=6)
    assert int(weights.labels.parameters["origin"]) == -2
    with pytest.raises(WindowError):
        run(bb2, engine="exact", cells=3)


def test_an_input_outside_the_window_is_refused():
    weights = compile(load("increment"), steps=2)
    with pytest.raises(WindowError) as caught:
        run(weights, "1" * 20)
    assert caught.value.where == "a window of cells -2 to 2"


# Watching ---------------------------------------------------------------------------------------------------------------


def watched(machine: Machine, **how: object) -> list[tuple[int, Configuration]]:
    seen: list[tuple[int, Configuration]] = []
    result = run(machine, watch=lambda steps, now: seen.append((steps, now)), **how)
    assert seen[-1] == (result.steps, result.configuration)
    return seen


@pytest.mark.parametrize("engine", ["exact", "dense"])
@pytest.mark.parametrize("max_steps", [0, 1, 7, 8, 9, 10, 16, 17, 50, 107, None])
def test_a_watcher_sees_the_run_in_order(engine: str, max_steps: int | None):
    """Steps strictly increase, first and last included, each with the reference's configuration; growth shows nothing twice."""
    seen = watched(BB4, engine=engine, max_steps=max_steps)
    reference = trace(BB4, (), max_steps=107).configurations
    steps = [step for step, _ in seen]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert all(now == reference[step] for step, now in seen)


def test_a_watcher_sees_every_step_at_first_and_fewer_later():
    steps = [step for step, _ in watched(RIGHT, engine="exact", cells=300, max_steps=120)]
    assert steps[1:17] == list(range(1, 17))
    assert all(later - step <= max(1, step // 8) for step, later in pairwise(steps))
    assert len(steps) < 60


def test_watching_changes_no_result():
    with_watcher, without = run(BB4, engine="exact", watch=lambda *_: None), run(BB4, engine="exact")
    assert with_watcher == without
