"""The dense engine: states, portions, batches, hoisted attention, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import covering, first_of
from tests.squares.checkers import MADE, Run, dense, padded, runs
from tests.weights.growing import wei_ma
from tmformer.decode import Dense, State
from tmformer.errors import DecodeError, ModelError
from tmformer.machine import parse
from tmformer.precision import NATIVE_FORMATS, POLICIES, format_named, policy_named
from tmformer.program import RUNNING, Stream, stack
from tmformer.weights import decode, is_attention_constant

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
FEWER = settings(max_examples=max(1, settings().max_examples // 3))


def prompt(case: Run) -> Stream:
    return MADE.encode_configuration(case.weights.labels, case.start)


def bits(state: State) -> tuple[bytes, int, str]:
    """All there is to a state."""
    x, keep = state.x
    return np.asarray(x).tobytes() + np.asarray(keep).tobytes(), state.steps, state.outcome


def test_a_run_halts_by_itself():
    engine = dense(BB2.weights)
    state = engine.advance(engine.start(prompt(BB2)), 10**6)
    assert (state.steps, state.outcome) == (6, "halted")
    assert MADE.decode_configuration(BB2.weights.labels, engine.stream(state)).tape == ("1",) * 4


def test_a_run_that_has_stopped_goes_no_further():
    engine = dense(BB2.weights)
    state = engine.advance(engine.start(prompt(BB2)), 6)
    assert bits(engine.advance(state, 5)) == bits(state)


@FEWER
@given(runs())
def test_no_loops_read_the_stop_table_only(case: Run):
    engine = dense(case.weights)
    begun = engine.start(prompt(case))
    state = engine.advance(begun, 0)
    _, said = next(case.reference())
    assert state.outcome == said
    assert bits(state)[:2] == bits(begun)[:2]


@FEWER
@given(case=runs(), portions=st.lists(st.integers(0, 7), max_size=6))
def test_portions_give_what_one_call_gives(case: Run, portions: list[int]):
    engine = dense(case.weights)
    state = whole = engine.start(prompt(case))
    for portion in portions:
        state = engine.advance(state, portion)
    if portions:
        assert bits(state) == bits(engine.advance(whole, sum(portions)))


@pytest.mark.parametrize(
    "format_name", first_of(1, ["bfloat16", *(name for name in NATIVE_FORMATS if name != "bfloat16")])
)
@FEWER
@given(case=runs())
def test_attention_computed_once_gives_the_bits_of_attention_computed_in_place(format_name: str, case: Run):
    engine, plain = dense(case.weights, format_name), dense(case.weights, format_name)
    assert engine.constant
    plain.constant = False
    found, expected = (each.advance(each.start(prompt(case)), case.steps) for each in (engine, plain))
    assert bits(found) == bits(expected)


@FEWER
@given(runs())
def test_padding_changes_no_bit_of_a_run(case: Run):
    """Two shapes only, so that XLA compiles twice only."""
    larger = replace(padded(), rows=padded().rows + 3, d_model=padded().d_model + 2, d_mlp=padded().d_mlp + 1)
    engines = dense(case.weights), Dense(case.weights, shape=larger)
    states = [engine.advance(engine.start(prompt(case)), case.steps) for engine in engines]
    arrays = [engine.array(state).tobytes() for engine, state in zip(engines, states, strict=True)]
    assert arrays[0] == arrays[1]
    assert states[0][1:] == states[1][1:]


def test_tied_and_untied_weights_give_the_same_bits():
    tied, untied = Dense(BB2.weights), Dense(BB2.weights, tied=False)
    assert not untied.constant
    begun = tied.start(prompt(BB2))
    for loops in (0, 1, 3, 6):
        assert bits(tied.advance(begun, loops)) == bits(untied.advance(begun, loops))


def test_only_saturated_attention_is_computed_once():
    assert is_attention_constant(BB2.weights)
    assert dense(BB2.weights).constant
    assert not dense(BB2.weights, regime="graded").constant


@pytest.mark.parametrize(("format_name", "name"), covering(["float8_e5m2", "bfloat16", "e5m7"], POLICIES))
def test_a_policy_runs_to_the_same_halt(format_name: str, name: str):
    """Emulated where it must be: float64 arrays then, and the same symbols."""
    policy = policy_named(name, format_named(format_name))
    engine = Dense(BB2.weights, policy=policy)
    state = engine.advance(engine.start(prompt(BB2)), 10**6)
    assert (state.steps, state.outcome, engine.format_name) == (6, "halted", format_name)
    assert engine.array(state).dtype.name == engine.dtype == (format_name if policy.is_native else "float64")
    native = dense(BB2.weights)
    assert engine.stream(state) == native.stream(native.advance(native.start(prompt(BB2)), 10**6))


@pytest.mark.parametrize(
    ("format_name", "twin", "form"),
    [
        ("float16", "e5m10", "decoder-only"),
        pytest.param("float16", "e5m10", "encoder-decoder", marks=pytest.mark.long),
        pytest.param("bfloat16", "e8m7", "decoder-only", marks=pytest.mark.long),
        pytest.param("bfloat16", "e8m7", "encoder-decoder", marks=pytest.mark.long),
    ],
)
def test_blocks_with_masks_and_ties_are_emulated_bit_for_bit(format_name: str, twin: str, form: str):
    """Blocks without attention heads, causal ones, and those that share evenly among ties; every block of one loop."""
    case = wei_ma(2, form, steps=8)
    *_, rows = decode(case.weights, case.prompt, case.steps)
    native = Dense(case.weights, format_name=format_name)
    emulated = Dense(case.weights, policy=policy_named("accumulate-float32", format_named(twin)))
    for one, other in zip(*(engine.look(engine.start(rows)) for engine in (native, emulated)), strict=True):
        for part in ("before", "attended", "after"):
            assert getattr(one, part).astype(np.float64).tobytes() == getattr(other, part).tobytes()
        for name, shares in one.attention.items():
            assert shares.astype(np.float64).tobytes() == other.attention[name].tobytes()


# Looking in and out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_the_array_is_the_residual_stream_without_padding(format_name: str):
    engine = dense(BB2.weights, format_name)
    begun = engine.start(prompt(BB2))
    array = engine.array(begun)
    assert array.shape == (BB2.weights.labels.max_positions, BB2.weights.layout.d_model)
    assert array.dtype.name == format_name
    assert (array.astype(np.int64) == BB2.weights.layout.encode(prompt(BB2))).all()
    assert engine.stream(begun).columns == prompt(BB2).columns


def test_a_saturated_value_off_its_grid_is_refused_and_a_graded_one_rounded():
    for regime in ("saturated", "graded"):
        engine = dense(BB2.weights, regime=regime)
        x, keep = engine.start(prompt(BB2)).x
        state = State((x.at[3, BB2.weights.layout.coordinate("symbol", "1")].set(0.25), keep), 0, RUNNING)
        if regime == "graded":
            assert engine.stream(state).columns == prompt(BB2).columns
            continue
        with pytest.raises(DecodeError) as caught:
            engine.stream(state)
        assert caught.value.where == "row 3"


def test_a_shorter_prompt_is_padded():
    """A network for 13 cells on a prompt of 7: as the network for 7, where codes allow it."""
    labels = Run(BB2.machine, (), 0, -3, 13, 6).weights.labels
    rows = [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(7))]
    rows[4]["stay"] = "A"
    engine = dense(Run(BB2.machine, (), 0, -3, 13, 6).weights)
    state = engine.advance(engine.start(stack(labels, rows)), 6)
    assert (state.steps, state.outcome) == (6, "halted")
    assert engine.array(state).shape[0] == 8


# Refusals ---------------------------------------------------------------------------------------------------------------


def test_a_longer_prompt_is_refused():
    long = prompt(Run(BB2.machine, (), 0, -4, 9, 6))
    with pytest.raises(ModelError) as caught:
        dense(BB2.weights).start(long)
    assert caught.value.found == "10 positions"


def test_untied_weights_have_only_so_many_loops():
    engine = Dense(BB2.weights, tied=False)
    state = engine.advance(engine.start(prompt(BB2)), 4)
    with pytest.raises(ModelError) as caught:
        engine.advance(state, 3)
    assert caught.value.found == "7 loops"


@pytest.mark.parametrize("signals", [0, 2])
def test_a_stream_without_exactly_one_signal_is_refused(signals: int):
    engine = dense(BB2.weights)
    rows = [{"bos": True}, *({"cell": True, "symbol": "0"} for _ in range(7))]
    for row in range(signals):
        rows[2 + row]["stay"] = "A"
    state = engine.start(stack(BB2.weights.labels, rows))
    with pytest.raises(DecodeError) as caught:
        engine.advance(state, 1)
    assert caught.value.where == "after loop 0, in float32"
