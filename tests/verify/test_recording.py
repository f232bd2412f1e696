"""A recording is the trace: the streams, whom each row attends to, the configurations; and what is exact beside it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tmformer
from tmformer.errors import ConstructionError, MachineError, PrecisionError, UsageError, VerifyError
from tmformer.machine import Machine, trace
from tmformer.program import Stream
from tmformer.strategies import machines_with_inputs
from tmformer.verify import Recording, record, record_again, recording

BB2 = tmformer.load_machine("bb2")
PARENTHESES = tmformer.load_machine("balanced_parentheses")


def replayed(found: Recording) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Each block's residual streams, from what was kept of the changes."""
    stream, streams = found.start.astype(np.float64), list[tuple[np.ndarray, np.ndarray, np.ndarray]]()
    for block in found.blocks:
        places = [stream]
        for changes in (block.attended, block.after):
            stream = stream.copy()
            stream.reshape(-1)[changes.places] = changes.values
            places.append(stream)
        streams.append((places[0], places[1], places[2]))
    return streams


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
@pytest.mark.parametrize(("machine", "input"), [(BB2, ""), (PARENTHESES, "(())"), (PARENTHESES, "())")])
def test_it_is_the_trace(machine: Machine, input: str, construction: str):
    found = record(machine, input, construction=construction)
    traced = tmformer.trace(found.weights, input)
    assert len(found.blocks) == len(traced)
    for block, own, (before, attended, after) in zip(found.blocks, traced, replayed(found), strict=True):
        assert np.array_equal(before, own.before)
        assert np.array_equal(attended, own.attended)
        assert np.array_equal(after, own.after)
        for head, shares in zip(block.found, own.attention.values(), strict=True):
            assert np.array_equal(head.winners, shares.argmax(axis=1))
            assert np.array_equal(head.shares, shares.max(axis=1))
        assert block.attended_apart == block.after_apart == ()


@settings(max_examples=4)
@given(machines_with_inputs(max_states=3, max_symbols=3, max_size=3), st.sampled_from(["cellular", "wei_ma"]))
def test_its_configurations_are_those_of_the_reference_interpreter(
    drawn: tuple[Machine, tuple[str, ...]], construction: str
):
    machine, symbols = drawn
    run = trace(machine, symbols, max_steps=12)
    found = record(machine, symbols, construction=construction, max_steps=12)
    assert found.configurations == run.configurations
    assert (found.outcome, found.accepted, found.steps) == (run.outcome, run.accepted, run.steps)


def test_in_the_graded_regime_scratch_is_apart_and_the_mlp_snaps_it_back():
    found = record(BB2, regime="graded")
    apart = [each for block in found.blocks for each in block.attended_apart]
    assert apart
    assert not any(block.after_apart for block in found.blocks)
    labels, layout = found.weights.labels, found.weights.layout
    scratch = {column for each in labels.registers if each.scratch for column in layout.spans[each.name]}
    assert {each.place % layout.d_model for each in apart} <= scratch
    streams = replayed(found)
    for block, (_, attended, _) in zip(found.blocks, streams, strict=True):
        for each in block.attended_apart:
            value = Fraction(float(attended.reshape(-1)[each.place]))
            assert value != each.exact
            assert each.ulps is not None
            assert abs(value - each.exact) < Fraction(1, 2**20)
    held = {float(value) for _, attended, _ in streams for value in attended[:, layout.spans["arriving"].start]}
    assert any(0.75 < value < 1 for value in held)


def test_a_float_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch):
    """Planted: the exact run begins with another symbol in the last cell than the one in floats."""
    real = recording.trace
    monkeypatch.setattr(recording, "trace", lambda weights, prompt, *rest: real(weights, swapped(prompt), *rest))
    found = record(BB2)
    assert all(block.after_apart for block in found.blocks)


def swapped(prompt: Stream) -> Stream:
    """A prompt with another symbol in its last cell."""
    symbols = prompt["symbol"]
    return Stream({**prompt.columns, "symbol": (*symbols[:-1], "1" if symbols[-1] == "0" else "0")})


def test_rows_have_names_and_cells():
    found = record(PARENTHESES, "()")
    assert found.rows[:3] == ("bos", "cell -1", "cell 0")
    assert found.cells[:3] == (None, -1, 0)
    found = record(PARENTHESES, "()", construction="wei_ma")
    assert found.rows[:5] == ("bos", "cell 0", "cell 1", "start", "step 1")
    assert found.cells[:5] == (None, 0, 1, None, None)
    assert found.prompt_rows == 4


@pytest.mark.parametrize(
    ("construction", "engine", "regime"),
    [
        ("cellular", "dense", "saturated"),
        ("wei_ma", "exact", "saturated"),
        ("cellular", "exact-softmax", "graded"),
        ("wei_ma", "exact-softmax", "graded"),
    ],
)
def test_a_trace_is_recorded_again(construction: str, engine: str, regime: str):
    weights = tmformer.compile(PARENTHESES, construction, steps=20, input_length=4)
    first = record(weights, "()()", regime=regime)
    again = record_again(tmformer.trace(weights, "()()", engine=engine))
    assert again.regime == regime
    assert again.configurations == first.configurations
    assert again.outcome == first.outcome
    for one, other in zip(replayed(first), replayed(again), strict=True):
        assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_a_trace_is_recorded_again_of_the_machine_that_ran():
    bb3 = tmformer.load_machine("bb3")
    network = tmformer.compile(BB2, "switchable", steps=21, other=bb3)
    again = record_again(tmformer.trace(network, choose="b"))
    assert again.configurations == trace(bb3, "", max_steps=21).configurations
    assert again.labels.parameters["machine"] == "bb3"
    network = tmformer.compile(bb3, "universal", steps=21)
    again = record_again(tmformer.trace(network, machine=BB2))
    assert again.configurations == trace(BB2, "", max_steps=21).configurations


def test_nothing_is_recorded_of_no_machine_steps():
    found = record(BB2, max_steps=0)
    assert (found.steps, found.blocks, str(found.outcome)) == (0, (), "limit")
    found = record(BB2, max_steps=0, construction="wei_ma")
    assert (found.steps, str(found.outcome)) == (0, "limit")


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (MachineError, {"input": "2"}),
        (UsageError, {"regime": "hard"}),
        (PrecisionError, {"format": "float8_e5m2"}),
        (PrecisionError, {"format": "e3m1"}),
        (ConstructionError, {"radix": 3}),
    ],
)
def test_what_cannot_be_recorded_is_refused(error: type[Exception], asked: dict[str, object]):
    with pytest.raises(error):
        record(BB2, **asked)


def test_macro_blocks_and_small_windows_are_refused():
    with pytest.raises(VerifyError, match="each loop is one machine step"):
        record(tmformer.compile(BB2, steps=6, macro=2))
    with pytest.raises(ConstructionError):
        record(tmformer.compile(tmformer.load_machine("bb4"), steps=107, cells=4))
