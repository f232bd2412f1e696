"""The cached engine: states, portions, where it stops, what it shows, programs that are no machines, refusals."""

from dataclasses import replace
from functools import cache

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import covering, first_of
from tests.program.programs import COPY, COUNTER, EXAMPLES, translate, words
from tests.squares.growing import STEPS, Case, cases, finished, padded
from tests.weights.growing import wei_ma
from tmformer.constructions import construction
from tmformer.decode import Cached, Dense, State, cached
from tmformer.errors import DecodeError, ModelError, PrecisionError, ProgramError
from tmformer.machine import initial_configuration, load
from tmformer.model import Shape
from tmformer.pipeline import compile
from tmformer.program import FULL, RUNNING, Decoding, Program, Stream, parse_program, read_stop, stack
from tmformer.program.stream import Value
from tmformer.weights import lower

FEWER = settings(max_examples=max(3, settings().max_examples // 3))
BB2, BB3 = (Case(padded(load(name))) for name in ("bb2", "bb3"))
LOOP = Case(padded(load("loops_in_place")), ("b",))


@cache
def engine_of(format_name: str = "float32", regime: str = "saturated") -> Cached:
    return Cached(BB2.weights({}), format_name=format_name, regime=regime)


def bits(state: State) -> tuple[list[bytes], int, str, int]:
    """All there is to a state."""
    return [np.asarray(array).tobytes() for array in jax.tree.leaves(state.x.cache)], *state[1:]


def prompt(case: Case, engine: Cached) -> Stream:
    return case.prompt(engine.weights)


# Where it goes, and where it stops --------------------------------------------------------------------------------------


def test_a_run_halts_by_itself():
    engine = engine_of()
    state = engine.advance(engine.start(prompt(BB2, engine)), STEPS)
    layers = len(engine.weights.blocks)
    assert (state.steps, state.outcome, state.layers) == (6, "halted", 7 * layers)
    assert bits(engine.advance(state, 5)) == bits(engine.advance(state, 0)) == bits(state)


@FEWER
@given(case=cases(), portions=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_portions_give_what_one_call_gives(case: Case, portions: list[int]):
    engine = Cached(case.weights({}))
    state = whole = engine.start(prompt(case, engine))
    for portion in portions:
        state = engine.advance(state, portion)
    assert bits(state) == bits(engine.advance(whole, sum(portions)))


@FEWER
@given(case=cases(), steps=st.integers(0, 9), more=st.integers(1, 9))
def test_a_state_can_be_advanced_twice(case: Case, steps: int, more: int):
    """Nothing that a state holds is given away, or written to."""
    engine = Cached(case.weights({}))
    begun = engine.start(prompt(case, engine))
    before = bits(begun)
    state = engine.advance(begun, steps)
    held = bits(state)
    ahead = engine.advance(state, more)
    assert bits(engine.advance(begun, steps)) == bits(state) == held
    assert bits(engine.advance(begun, steps + more)) == bits(ahead)
    assert bits(begun) == before


@FEWER
@given(cases())
def test_no_decoding_steps_read_the_stop_table_only(case: Case):
    engine = Cached(case.weights({}))
    state = engine.advance(engine.start(prompt(case, engine)), 0)
    _, said = next(case.reference())
    assert (state.steps, state.outcome) == (0, said)
    assert state.layers == len(engine.weights.blocks)
    assert engine.stream(state).num_rows == prompt(case, engine).num_rows


def test_a_sequence_that_is_full_says_so():
    engine = Cached(LOOP.weights({}))
    begun = engine.start(prompt(LOOP, engine))
    last = engine.advance(begun, STEPS)
    assert (last.steps, last.outcome) == (STEPS, RUNNING)
    for state in (engine.advance(last, 1), engine.advance(begun, STEPS + 1), engine.advance(begun, 10**6)):
        assert (state.steps, state.outcome) == (STEPS, FULL)
        assert bits(state)[0] == bits(last)[0]
        assert bits(engine.advance(state, 3)) == bits(state)
        assert engine.stream(state).num_rows == engine.weights.labels.max_positions


def test_a_halt_in_the_last_row_is_a_halt():
    case = replace(BB2, records=8 + STEPS - 6, steps=6)
    engine = Cached(case.weights({}))
    state = engine.advance(engine.start(prompt(case, engine)), 10**6)
    assert (state.steps, state.outcome) == (6, "halted")
    assert engine.stream(state).num_rows == engine.weights.labels.max_positions


def test_a_prompt_as_long_as_the_context_is_read_and_goes_no_further():
    case = replace(LOOP, records=8 + STEPS, steps=0)
    engine = Cached(case.weights({}))
    begun = engine.start(prompt(case, engine))
    assert engine.advance(begun, 0).outcome == RUNNING
    assert (engine.advance(begun, 1).steps, engine.advance(begun, 1).outcome) == (0, FULL)


def test_another_network_of_the_same_sizes_compiles_nothing():
    """Weights, stop table, feedback map and regime are data."""
    finished(BB2, engine_of())
    before = cached.decode_rows._cache_size()
    for regime in ("saturated", "graded"):
        finished(BB3, Cached(BB3.weights({}), regime=regime))
    assert cached.decode_rows._cache_size() == before


# What it shows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["float32", "float64"])
def test_arrays_and_streams_from_a_row_on(format_name: str):
    case = wei_ma()
    engine = Cached(case.weights, format_name=format_name)
    state = engine.advance(engine.start(case.prompt), 3)
    rows, whole = case.prompt.num_rows + 3, engine.stream(state)
    assert engine.array(state).dtype.name == format_name
    assert engine.array(state).shape == (rows, case.weights.layout.d_model)
    decoding = Decoding(case.program, case.prompt)
    for _ in range(3):
        decoding.step()
    assert whole == decoding.after()
    for first in (0, 1, rows - 1, rows):
        assert np.array_equal(engine.array(state, first), engine.array(state)[first:])
        assert engine.stream(state, first).num_rows == rows - first
        if first < rows:
            assert engine.stream(state, first) == whole.rows(first, rows)


def test_before_the_first_row_there_is_none():
    engine = engine_of()
    begun = engine.start(prompt(BB2, engine))
    assert engine.array(begun).shape == (0, engine.weights.layout.d_model)
    assert engine.stream(begun).num_rows == 0
    assert begun[1:] == (0, RUNNING, 0, "all")


@pytest.mark.parametrize("regime", ["saturated", "graded"])
def test_looking_inside_is_the_dense_engine_on_the_sequence(regime: str):
    case = wei_ma()
    engine = Cached(case.weights, regime=regime)
    state = engine.advance(engine.start(case.prompt), 5)
    sequence = engine.sequence(state)
    assert sequence.rows(0, case.prompt.num_rows) == case.prompt
    assert sequence.num_rows == case.prompt.num_rows + 5
    plain = Dense(case.weights, regime=regime, shape=Shape(engine.num_rows, 0, 0, 0, 0))
    looked, wanted = engine.look(state), plain.look(plain.start(sequence))
    assert len(looked) == len(case.weights.blocks)
    for found, expected in zip(looked, wanted, strict=True):
        for place in ("before", "attended", "after"):
            assert np.array_equal(getattr(found, place), getattr(expected, place))
        assert list(found.attention) == list(expected.attention)
        for name, shares in found.attention.items():
            assert np.array_equal(shares, expected.attention[name])
    if regime == "saturated":
        assert np.array_equal(looked[-1].after, engine.array(state))
        unpadded = Dense(case.weights)
        blocks = unpadded.look(unpadded.start(sequence))
        assert all(np.array_equal(one.after, other.after) for one, other in zip(looked, blocks, strict=True))


def test_a_saturated_value_off_its_grid_is_refused_and_a_graded_one_rounded():
    for regime in ("saturated", "graded"):
        engine = engine_of(regime=regime)
        state = finished(BB2, engine)
        cache_ = state.x.cache
        place = engine.weights.layout.coordinate("written", "1")
        damaged = cache_._replace(after=cache_.after.at[11, place].add(0.25))
        moved = state._replace(x=state.x._replace(cache=damaged))
        if regime == "graded":
            assert engine.stream(moved) == engine.stream(state)
            continue
        with pytest.raises(DecodeError) as caught:
            engine.stream(moved)
        assert caught.value.where == "row 11"
        with pytest.raises(DecodeError) as caught:
            engine.stream(moved, 9)
        assert caught.value.where == "row 2"


def test_the_graded_regime_decodes_what_the_saturated_one_computes():
    one, other = (engine_of(regime=regime) for regime in ("saturated", "graded"))
    states = [finished(BB2, engine) for engine in (one, other)]
    assert one.stream(states[0]) == other.stream(states[1])
    assert states[0][1:] == states[1][1:]
    assert float(one.numbers.beta) == 128
    assert float(other.numbers.beta) == pytest.approx(one.weights.labels.sharpness * np.log(2))


# Programs that are no Turing machines -----------------------------------------------------------------------------------


def compare_decoding(program: Program, prompt: Stream, steps: int, format_name: str = "float32") -> str | None:
    """program = cached engine: the residual stream and the stop reading after every decoding step; the first difference."""
    engine, decoding = Cached(lower(program), format_name=format_name), Decoding(program, prompt)
    state = engine.advance(engine.start(prompt), 0)
    for step in range(steps + 1):
        wanted, found = decoding.after(), engine.stream(state)
        if (wanted, read_stop(program.labels, wanted), step) != (found, state.outcome, state.steps):
            return f"decoding step {step}: {wanted}, {found}, {state.outcome}"
        if state.outcome != RUNNING or step == steps:
            return None
        decoding.step()
        state = engine.advance(state, 1)
    return None


@pytest.mark.parametrize(
    ("name", "format_name"), covering(["copy", "counter", "latest", "translate"], ["float32", "bfloat16"])
)
def test_a_program_that_is_no_machine(name: str, format_name: str):
    example = EXAMPLES[name]
    room = example.program.labels.max_positions - example.prompt.num_rows
    assert compare_decoding(example.program, example.prompt, room, format_name) is None


def test_a_difference_is_seen():
    """Where the program copies other marks than the weights."""
    example = EXAMPLES["copy"]
    other = parse_program(COPY.replace('when fetched "b" then next "c"', 'when fetched "b" then next "b"'))
    engine = Cached(lower(other))
    state = engine.advance(engine.start(example.prompt), 4)
    decoding = Decoding(example.program, example.prompt)
    for _ in range(4):
        decoding.step()
    assert engine.stream(state) != decoding.after()


@pytest.mark.parametrize("loops", [1, 3])
def test_blocks_that_are_applied_several_times(loops: int):
    """The table of `counter` goes by the mark, which no loop changes; here it goes round once a loop."""
    text = COUNTER.replace("loops 2", f"loops {loops}").replace("  clear next", "  clear next mark")
    for a, b in ("ab", "bc", "ca"):
        text = text.replace(f'when mark "{a}" then next "{b}"', f'when mark "{a}" then next "{b}" mark "{b}"')
    program = parse_program(text)
    rows: list[dict[str, Value]] = [{"row": True, "mark": "a"}]
    begun = stack(program.labels, rows)
    assert compare_decoding(program, begun, 9) is None
    engine = Cached(lower(program))
    state = engine.advance(engine.start(begun), 4)
    assert engine.stream(state)["next"] == tuple("abc"[(loops * row) % 3] for row in range(1, 6))
    assert state.layers == 5 * loops


def test_an_encoder_of_another_length():
    program = parse_program(translate(3))
    assert compare_decoding(program, stack(program.labels, words("bab")), 7) is None


# Refusals ---------------------------------------------------------------------------------------------------------------


def test_a_newest_row_without_a_signal_is_refused():
    engine = engine_of()
    held = prompt(BB2, engine)
    silent = Stream({**held.columns, "next_state": (None,) * held.num_rows})
    state = engine.start(silent)
    for steps in (0, 1, 9):
        with pytest.raises(DecodeError, match="exactly one signal") as caught:
            engine.advance(state, steps)
        assert caught.value.where == f"row {held.num_rows - 1}, in float32"


def test_only_the_newest_row_speaks():
    """A record of the prompt that holds a state is no second signal."""
    engine = engine_of()
    held = prompt(BB2, engine)
    loud = Stream({**held.columns, "next_state": (None, None, "B", *held["next_state"][3:])})
    assert engine.advance(engine.start(loud), STEPS)[1:] == finished(BB2, engine)[1:]


@pytest.mark.parametrize("rows", [0, 35])
def test_a_prompt_of_no_row_or_too_many_is_refused(rows: int):
    engine = engine_of()
    row = prompt(BB2, engine).rows(1, 2)
    longer = Stream({name: values * rows for name, values in row.columns.items()})
    with pytest.raises(ProgramError, match="at most as long as the network was compiled for") as caught:
        engine.start(longer)
    assert (caught.value.found, caught.value.where) == (f"{rows} rows", "a network for 34 positions")


def test_what_does_not_grow_is_refused():
    with pytest.raises(ProgramError, match="A sequence grows row by row"):
        Cached(lower(parse_program(COPY.replace("mask causal", "mask none"))))
    with pytest.raises(ProgramError, match="A sequence grows row by row"):
        Cached(lower(EXAMPLES["automaton"].program))


def test_too_large_a_run_is_refused_before_anything_is_allocated():
    """Prompt, cache and the rows after all blocks, twice: before and after an advance."""
    weights = BB2.weights({})
    structure = Cached(weights).structure
    entries = len(structure.keys) + sum(len(entries) for entries in structure.values)
    needed = 2 * 64 * (2 * 4 * weights.layout.d_model + 4 * entries)
    assert Cached(weights, memory=needed).num_rows == 64
    with pytest.raises(ModelError, match="A dense run fits into memory") as caught:
        Cached(weights, memory=needed - 1)
    assert caught.value.found.endswith("for 64 rows of prompt and cache")
    with pytest.raises(ModelError):
        Cached(weights, memory=needed, format_name="float64")
    with pytest.raises(ModelError) as caught:
        Cached(replace(BB2, steps=2**23).weights({}), memory=2**33)
    assert f"{2**23 + 64} rows" in caught.value.found
    assert caught.value.where == "8.59 GB of memory"


def test_rows_are_a_multiple_of_64():
    for steps, rows in ((1, 64), (54, 64), (55, 128)):
        engine = Cached(replace(BB2, steps=steps).weights({}))
        assert engine.weights.labels.max_positions == 10 + steps
        assert engine.num_rows == rows


def test_float64_needs_64_bits():
    with jax.enable_x64(False), pytest.raises(ModelError) as caught:
        Cached(BB2.weights({}), format_name="float64")
    assert caught.value.found == "float64 is switched off"
    assert "jax_enable_x64" in caught.value.remedy


def test_a_format_that_does_not_hold_the_numbers_is_refused():
    """Scores of a code of twelve digits go up to 2**12 * 13 where the largest code is preferred."""
    text = EXAMPLES["latest"].text.replace("code 2", "code 12")
    program = parse_program(text)
    assert Cached(lower(program)).format_name == "float32"
    with pytest.raises(PrecisionError):
        Cached(lower(program), format_name="bfloat16")


def test_a_format_that_is_emulated_is_refused():
    with pytest.raises(PrecisionError) as caught:
        Cached(wei_ma(2).weights, format_name="e5m7")
    assert caught.value.found == "e5m7, which is emulated"


def test_a_state_of_another_prompt_is_a_state_of_its_own():
    engine = engine_of()
    other = replace(BB2, symbols=("1", "1"), head=1)
    first, second = finished(BB2, engine), finished(other, engine)
    assert engine.stream(finished(BB2, engine)) == engine.stream(first) != engine.stream(second)


# A cache that doubles ---------------------------------------------------------------------------------------------------


def long_run(portions: list[int], rows: int | None) -> tuple[bytes, str]:
    """A run of 300 machine steps in these portions, in a cache of `rows` at first; its bytes and outcome."""
    with pytest.MonkeyPatch.context() as patch:
        if rows is not None:
            patch.setattr(cached, "_FIRST_ROWS", rows)
        weights = compile(load("bb5"), "wei_ma", steps=300)
        engine = Cached(weights)
        made = construction("wei_ma")
        state = engine.start(made.encode_configuration(weights.labels, initial_configuration("A", (), "0")))
        for steps in portions:
            state = engine.advance(state, steps)
        assert state.x.cache.after.shape[0] >= 300
        return engine.array(state).tobytes(), state.outcome


@pytest.mark.parametrize("portions", first_of(1, [[60, 2, 1, 65, 172, 100], [400], [61, 0, 1, 63, 1, 400]]), ids=str)
def test_a_cache_that_doubles_holds_what_one_large_enough_holds(portions: list[int]):
    """Over 64, 128 and 256 rows, in one call, in portions that end before, at and after them, and to a full context."""
    whole = long_run([400], None)
    assert whole[1] == FULL
    assert long_run(portions, 64) == whole


def test_a_cache_doubles_when_it_is_full(monkeypatch: pytest.MonkeyPatch):
    """Not before, and by no more than the sequence may need."""
    weights = compile(load("bb5"), "wei_ma", steps=300)
    monkeypatch.setattr(cached, "_FIRST_ROWS", 64)
    engine = Cached(weights)
    made = construction("wei_ma")
    prompt = made.encode_configuration(weights.labels, initial_configuration("A", (), "0"))
    grown, lost = Cached.grown, []
    monkeypatch.setattr(Cached, "grown", lambda self, state, rows: grown(self, lost.append(rows) or state, rows))
    assert engine.advance(engine.start(prompt), 300).steps == 300
    assert lost == [3, 65, 129]
