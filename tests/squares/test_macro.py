"""Macro blocks on the rungs below: every engine counts alike, and a run ends where the machine's does, however it is cut."""

from functools import cache, partial
from pathlib import Path

import jax
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import first_of
from tmformer.constructions import construction
from tmformer.constructions.cellular import macro as macro_module
from tmformer.constructions.cellular.compiling import compile_machine
from tmformer.decode import Dense, Exact, mesh_of, run_batch, run_share, stack_networks, trace_network
from tmformer.errors import ConstructionError, ModelError
from tmformer.machine import Machine, Move, Transition, load, reach, starting_configuration, trace
from tmformer.pipeline import compile as compile_weights
from tmformer.pipeline import run
from tmformer.program import COARSE, RUNNING, read_count
from tmformer.strategies import inputs, machines
from tmformer.weights import lower

MADE = construction("cellular")
BB4 = load("bb4")
WEIGHTS = compile_weights(BB4, steps=107, macro=3)
PROMPT = MADE.encode_configuration(WEIGHTS.labels, starting_configuration(BB4))
ENGINES = {"exact": partial(Exact, WEIGHTS), "exact-softmax": partial(Exact, WEIGHTS, softmax="base-2")}
ENGINES |= {"dense": partial(Dense, WEIGHTS), "graded": partial(Dense, WEIGHTS, regime="graded")}
ENGINES |= {"untied": partial(Dense, WEIGHTS, tied=False)}
FEWER = settings(max_examples=max(1, settings().max_examples // 4))


@cache
def counted(limit: int) -> tuple[int, int, str]:
    """Steps, blocks and outcome of a run of at most so many machine steps, by the program's own tally."""
    engine = Exact(WEIGHTS)
    state = engine.advance(engine.start(PROMPT), 0)
    while state.outcome == RUNNING:
        count = read_count(WEIGHTS.labels, engine.stream(state))
        if state.steps + count > limit:
            return state.steps, state.layers, COARSE if state.steps < limit else RUNNING
        state = engine.advance(state, count)
    return state.steps, state.layers, state.outcome


@pytest.mark.parametrize("every", first_of(1, [9, 1]))
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_stops_before_it_would_count_too_many(name: str, every: int):
    """At each number of machine steps, and at what comes to it in two portions."""
    engine = ENGINES[name]()
    limits = range(0, 108, 3 * every if name == "exact-softmax" else every)
    for limit in [*limits, 106, 107] if name != "untied" else (10, 50, 107):
        state = engine.advance(engine.start(PROMPT), limit)
        assert (state.steps, state.layers, state.outcome) == counted(limit)
        again = engine.advance(engine.advance(engine.start(PROMPT), limit // 2), limit - state.steps)
        assert (
            MADE.decode_configuration(WEIGHTS.labels, engine.stream(state))
            == reach(BB4, starting_configuration(BB4), max_steps=state.steps)[0]
        )
        assert again.steps <= limit
    end = engine.advance(engine.start(PROMPT), 107)
    assert (end.steps, end.outcome) == (107, "halted")
    assert end.layers < 50


def test_counts_that_fill_an_int32_do_not_overflow():
    """Of 2**30 machine steps a block: one fits into a call of so many, and a second one into no int32."""
    go = Machine(("A",), ("0",), "0", "A", (Transition("A", "0", "0", Move.RIGHT, "A"),))
    program = compile_machine(go, steps=9, cells=18, origin=0, options={"macro": 2})
    labels = program.labels
    most = tuple(msgspec.structs.replace(each, steps=2**30) for each in labels.tally)
    assert most
    weights = lower(msgspec.structs.replace(program, labels=msgspec.structs.replace(labels, tally=most)))
    prompt = MADE.encode_configuration(labels, starting_configuration(go))
    for engine in (Dense(weights), Exact(weights)):
        begun = engine.start(prompt)
        assert engine.advance(begun, 2**30 - 1)[1:4] == (0, COARSE, 0)
        assert engine.advance(begun, 2**30)[1:4] == (2**30, RUNNING, 1)
    dense = Dense(weights)
    state = dense.advance(dense.advance(dense.start(prompt), 2**31), 2**31)
    assert state[1:4] == (2**31, RUNNING, 2)  # a call counts 2**30 at most, and what it leaves is not coarse


def test_a_batch_counts_as_its_single_runs():
    engine = Dense(WEIGHTS)
    for steps in (0, 20, 21, 107, 200):
        single = engine.advance(engine.start(PROMPT), steps)
        for state in run_batch([engine, engine], [PROMPT, PROMPT], steps):
            assert state[1:] == single[1:]
            assert np.array_equal(engine.array(state), engine.array(single))
        shared = run_share([engine, engine], [PROMPT, PROMPT], steps, mesh_of("data=1"))
        assert [state[1:] for state in shared.values()] == [single[1:]] * 2


@pytest.mark.parametrize("every", [1, 10, 30])
def test_checkpoints_are_kept_where_a_block_passes_a_multiple(every: int, tmp_path: Path):
    """They need not lie on multiples; a run that goes on from one ends where the whole run does."""
    kept = [
        run(BB4, macro=3, engine="exact", max_steps=limit, checkpoint=tmp_path, every=every) for limit in (61, None)
    ]
    whole = run(BB4, engine="exact")
    assert (kept[0].steps, kept[1].steps, kept[1].configuration) == (61, whole.steps, whole.configuration)


def test_networks_with_a_tally_and_without_are_not_stacked():
    plain = Dense(lower(construction("cellular").compile(BB4, steps=1, cells=4)))
    other = Dense(WEIGHTS)
    with pytest.raises(ModelError, match="The networks of a batch"):
        stack_networks([plain, other], [plain.weights and PROMPT, PROMPT])


@pytest.mark.parametrize("limit", [0, 20, 50, 107, 500])
def test_a_trace_keeps_every_macro_block(limit: int):
    engine = Exact(WEIGHTS)
    found = trace_network(engine, PROMPT, limit)
    steps, layers, outcome = counted(limit)
    assert (len(found), found.outcome) == (layers, outcome)
    if layers:
        assert found[-1].stream() == engine.stream(engine.advance(engine.start(PROMPT), steps))


def test_the_compiled_loop_of_a_network_without_a_tally_counts_nothing():
    """There is no carry for a count: the loop is the one that it was."""
    assert Dense(compile_weights(BB4, steps=9)).table.counts is None
    assert len(jax.tree.leaves(Dense(WEIGHTS).table)) == 1 + len(
        jax.tree.leaves(Dense(compile_weights(BB4, steps=9)).table)
    )


@FEWER
@given(st.data(), st.integers(1, 4), st.integers(0, 30), st.integers(0, 9), st.sampled_from([1, 3, 300]))
def test_a_run_in_macro_blocks_is_the_reference_run(data: st.DataObject, macro: int, limit: int, head: int, ahead: int):
    """In exact rationals, at any number of machine steps, and however few leaps are looked ahead."""
    machine = data.draw(machines(max_states=3, max_symbols=3, one_way=True))
    symbols = data.draw(inputs(machine, max_size=4))
    expected = trace(machine, symbols, max_steps=limit, head=head)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(macro_module, "_AHEAD", ahead)
        seen: list[int] = []
        result = run(
            machine,
            symbols,
            macro=macro,
            engine="exact",
            max_steps=limit,
            head=head,
            watch=lambda step, _: seen.append(step),
        )
    assert result.configuration == expected.final
    assert (result.steps, result.outcome) == (expected.steps, expected.outcome)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("macro", [2, 4])
@pytest.mark.parametrize("name", ["bb4", "bb3"])
def test_a_champion_in_macro_blocks_takes_fewer_blocks(name: str, macro: int):
    plain, result = run(load(name), engine="exact"), run(load(name), macro=macro)
    assert (result.steps, result.configuration) == (plain.steps, plain.configuration)
    assert 2 * result.layers < plain.layers + macro
    assert result.certificate is not None


def test_weights_alone_cannot_divide_a_block():
    """They say where they got to; and that number of machine steps they run."""
    with pytest.raises(ConstructionError, match="ends where one of them does") as caught:
        run(WEIGHTS, max_steps=50, engine="exact")
    steps, *_ = counted(50)
    assert f"--max-steps {steps})" in caught.value.remedy
    assert run(WEIGHTS, max_steps=steps, engine="exact").steps == steps
    assert run(WEIGHTS, engine="exact").steps == 107
