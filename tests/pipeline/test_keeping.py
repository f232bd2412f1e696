"""Runs that stop anywhere and go on from their newest checkpoint."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import covering
from tmformer.constructions import construction
from tmformer.constructions.cellular import compiling as cellular_compiling
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Machine, load, parse
from tmformer.pipeline import EVERY, Result, compile, run, saved_steps
from tmformer.pipeline.growing import Follow
from tmformer.pipeline.keeping import Keeping, check_every
from tmformer.strategies import machines_with_inputs

BB4 = load("bb4")
# Swings between two ends, each time one cell further apart.
WIDER = parse("1LB1RA_1RA1LB")


class StoppedError(Exception):
    """What ends a run in its middle."""


def until(step: int) -> Callable[[int, Configuration], None]:
    def watch(steps: int, _: Configuration) -> None:
        if steps >= step:
            raise StoppedError(steps)

    return watch


def reached(result: Result) -> tuple[object, ...]:
    """What does not depend on where a run began: the prompt of a growing context is one pass more."""
    return result.outcome, result.accepted, result.steps, result.configuration.hash


HOW = {
    "cellular": {"construction": "cellular"},
    "decoder-only": {"construction": "wei_ma"},
    "encoder-decoder": {"construction": "wei_ma", "form": "encoder-decoder", "radix": 3},
    "universal": {"construction": "universal"},
    "switchable": {"construction": "switchable", "other": BB4, "choose": "b"},
    "cells": {"construction": "cellular", "cells": 60},
}


@pytest.mark.parametrize(("name", "stop"), covering(HOW, [5, 9]))
def test_a_run_that_was_stopped_goes_on(tmp_path: Path, name: str, stop: int):
    machine = load("bb3") if name == "switchable" else BB4
    how = {**HOW[name], "engine": "exact", "max_steps": 10}
    with pytest.raises(StoppedError) as caught:
        run(machine, every=4, checkpoint=tmp_path, watch=until(stop), **how)
    newest = caught.value.args[0] // 4 * 4
    assert saved_steps(tmp_path) == (newest or None)
    seen: list[int] = []
    result = run(machine, every=4, checkpoint=tmp_path, watch=lambda steps, _: seen.append(steps), **how)
    assert reached(result) == reached(run(machine, **how))
    assert seen[0] == newest
    assert seen == sorted(set(seen))


@settings(max_examples=max(1, settings().max_examples // 2))
@given(
    drawn=machines_with_inputs(max_states=3, max_symbols=3),
    every=st.integers(1, 5),
    stop=st.integers(1, 16),
)
def test_any_machine_stopped_anywhere(drawn: tuple[Machine, tuple[str, ...]], every: int, stop: int):
    """Small windows, so that they are outgrown before a checkpoint and after it."""
    machine, symbols = drawn
    how = {"engine": "exact", "max_steps": 16}
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(cellular_compiling, "_FIRST_ROOM", 1)
        whole = run(machine, symbols, **how)
        if whole.steps >= stop:
            with pytest.raises(StoppedError):
                run(machine, symbols, every=every, checkpoint=folder, watch=until(stop), **how)
        assert reached(run(machine, symbols, every=every, checkpoint=folder, **how)) == reached(whole)


def test_saved_weights_go_on_and_others_do_not(tmp_path: Path):
    weights = compile(BB4, steps=107)
    with pytest.raises(StoppedError):
        run(weights, every=20, checkpoint=tmp_path, watch=until(70), engine="exact")
    assert run(weights, every=20, checkpoint=tmp_path, engine="exact") == run(weights, engine="exact")
    for other in (compile(BB4, steps=108), BB4):
        with pytest.raises(UsageError, match="belongs to one run"):
            run(other, checkpoint=tmp_path, engine="exact")
    with pytest.raises(UsageError, match="belongs to one run"):
        run(weights, "1", checkpoint=tmp_path, engine="exact")


def test_engine_format_and_limit_may_change(tmp_path: Path):
    """The exact engine goes on where floats stopped, in larger and larger windows."""
    run(WIDER, every=50, checkpoint=tmp_path, max_steps=120)
    assert saved_steps(tmp_path) == 100
    for how in ({"engine": "exact"}, {"format": "bfloat16"}):
        for limit in (130, 99, 40):
            there = run(WIDER, every=7, checkpoint=tmp_path, max_steps=limit, **how)
            assert reached(there) == reached(run(WIDER, max_steps=limit))


def test_a_run_that_has_ended_ends_the_same_again(tmp_path: Path):
    """Also where its last machine step is a multiple."""
    for every in (107, 50):
        folder = tmp_path / str(every)
        notes: list[str] = []
        for _ in range(2):
            result = run(BB4, every=every, checkpoint=folder, engine="exact", note=notes.append)
            assert result == run(BB4, engine="exact")
        assert len(notes) == 1


def test_a_checkpoint_is_written_every_so_many_steps_if_nothing_is_said(tmp_path: Path):
    start = run(BB4, max_steps=0, engine="exact").configuration
    _, follow = Keeping(tmp_path).begin(BB4, start, {}, None, Follow())
    assert follow.every == EVERY
    begun, follow = Keeping().begin(BB4, start, {}, None, Follow())
    assert (begun.configuration, begun.steps, follow) == (start, 0, Follow())


def test_what_cannot_go_on_keeps_no_checkpoints(tmp_path: Path):
    """Nothing is written where the run is refused."""
    folder = tmp_path / "none"
    for how in (
        {"construction": "wei_ma", "cells": 9, "max_steps": 9},
        {"construction": "wei_ma", "emit": lambda *_: None},
        {"construction": "perez"},
        {"every": 0},
    ):
        with pytest.raises(UsageError):
            run(BB4, checkpoint=folder, **how)
    with pytest.raises(UsageError, match="whose prompt can hold it"):
        run(compile(BB4, "wei_ma", steps=9), checkpoint=folder)
    assert not folder.exists()
    Keeping().check_fixed(construction("wei_ma"))
    Keeping(folder).check_fixed(construction("cellular"))
    check_every(1)
