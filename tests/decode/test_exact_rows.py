"""The exact engine of sequences that grow: the program row by row, from any state, until it halts, or is full."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.weights.growing import GROWING, Growing, wei_ma
from tmformer.constructions import construction
from tmformer.decode import Cached, ExactRows, State
from tmformer.errors import DecodeError, ProgramError
from tmformer.machine import initial_configuration, parse
from tmformer.program import FULL, RUNNING, Decoding, Stream, read_stop, stack
from tmformer.weights import lower

FEWER = settings(max_examples=max(1, settings().max_examples // 5))
softmaxes = pytest.mark.parametrize("softmax", ["hard", "base-2"])
growing = pytest.mark.parametrize("name", GROWING)


@cache
def case_of(name: str) -> Growing:
    return GROWING[name]()


@cache
def halting(steps: int = 9) -> Growing:
    """BB(2), which halts after 6 machine steps."""
    made, machine = construction("wei_ma"), parse("1RB1LB_1LA1RZ")
    program = made.compile(machine, steps=steps)
    return Growing(program, made.encode_configuration(program.labels, initial_configuration("A", (), "0")), steps)


def decoded(case: Growing, steps: int) -> tuple[Stream, int, str]:
    """The program's own rows, how many steps there were, and what the stop table says."""
    decoding, done = Decoding(case.program, case.prompt), 0
    outcome = read_stop(case.program.labels, decoding.after(decoding.num_rows - 1))
    while outcome == RUNNING and done < steps:
        if decoding.num_rows == case.program.labels.max_positions:
            return decoding.after(), done, FULL
        decoding.step()
        done, outcome = done + 1, read_stop(case.program.labels, decoding.after(decoding.num_rows - 1))
    return decoding.after(), done, outcome


def found(engine: ExactRows, state: State) -> tuple[Stream, int, str]:
    return engine.stream(state), state.steps, state.outcome


@growing
@FEWER
@given(portions=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_portions_give_what_one_call_and_the_program_give(name: str, portions: list[int]):
    case = case_of(name)
    engine = ExactRows(case.weights)
    state = begun = engine.start(case.prompt)
    for portion in portions:
        state = engine.advance(state, portion)
    whole = engine.advance(begun, sum(portions))
    assert found(engine, state) == found(engine, whole) == decoded(case, sum(portions))
    assert state.layers == whole.layers == (state.steps + 1) * len(case.weights.blocks) * case.program.labels.loops


@softmaxes
def test_it_halts_by_itself_and_goes_no_further(softmax: str):
    case = halting()
    engine = ExactRows(case.weights, softmax=softmax)
    assert (engine.format_name, engine.softmax) == ("exact", softmax)
    state = engine.advance(engine.start(case.prompt), 100)
    assert (state.steps, state.outcome) == (6, "halted")
    assert engine.advance(state, 3)[1:] == state[1:]
    assert found(engine, state) == decoded(case, 100)


@softmaxes
def test_a_sequence_is_full_where_it_would_go_on(softmax: str):
    """Not at the last row that it has room for, but when one more is asked for."""
    case = halting(4)
    engine = ExactRows(case.weights, softmax=softmax)
    state = engine.advance(engine.start(case.prompt), 4)
    assert (state.steps, state.outcome, engine.stream(state).num_rows) == (
        4,
        RUNNING,
        case.weights.labels.max_positions,
    )
    for steps in (1, 2, 100):
        assert engine.advance(state, steps)[1:] == (4, FULL, state.layers, "all")
    assert engine.advance(state, 0).outcome == RUNNING


def test_no_step_computes_the_prompt():
    case = wei_ma()
    engine = ExactRows(case.weights)
    state = engine.advance(engine.start(case.prompt), 0)
    assert found(engine, state) == decoded(case, 0)
    assert state.layers == len(case.weights.blocks)


@growing
def test_it_goes_on_from_any_state(name: str):
    """Also from one whose decoding has gone on already, which is then done again from the prompt."""
    case = case_of(name)
    engine = ExactRows(case.weights)
    states = [engine.advance(engine.start(case.prompt), 0)]
    states += [engine.advance(states[-1], 1) for _ in range(1)]
    states += [engine.advance(states[-1], 2)]
    for state in (*states, *reversed(states)):
        assert found(engine, engine.advance(state, 2)) == decoded(case, state.steps + 2)
    for state in states:
        assert found(engine, state) == decoded(case, state.steps)


def test_a_run_that_goes_on_computes_no_row_again(monkeypatch: pytest.MonkeyPatch):
    case = wei_ma()
    engine, made = ExactRows(case.weights), []
    first = engine.advance(engine.start(case.prompt), 2)
    monkeypatch.setattr("tmformer.decode.exact_rows.Decoding", lambda *_: made.append(1))
    second = engine.advance(first, 3)
    assert (second.steps, made) == (5, [])
    assert second.x.decoding is first.x.decoding


@softmaxes
@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_it_shows_each_block_of_all_rows_at_once(softmax: str, form: str):
    """Causal attention shows each row what it saw when it was the newest: the last block is the rows decoded."""
    case = wei_ma(2, form, 6)
    engine = ExactRows(case.weights, softmax=softmax)
    state = engine.advance(engine.start(case.prompt), 6)
    blocks = engine.look(state)
    assert len(blocks) == len(case.weights.blocks)
    assert (blocks[-1].after == engine.array(state)).all()
    assert (blocks[0].before == case.weights.layout.encode(engine.sequence(state))).all()
    rows = case.prompt.num_rows + 6
    for block in blocks:
        for shares in block.attention.values():
            assert (shares.sum(axis=1) == 1).all()
            assert (np.triu(shares, 1)[:, :rows][case.prompt.num_rows :] == 0).all()
    assert engine.sequence(state).rows(0, 1) == case.prompt.rows(0, 1)


def test_base_2_softmax_gives_the_rows_of_hard_attention():
    for radix, form in ((2, "decoder-only"), (3, "encoder-decoder"), (8, "decoder-only")):
        case = wei_ma(radix, form, 8)
        hard, soft = (ExactRows(case.weights, softmax=softmax) for softmax in ("hard", "base-2"))
        assert found(hard, hard.advance(hard.start(case.prompt), 8)) == found(
            soft, soft.advance(soft.start(case.prompt), 8)
        )


def test_rationals_are_the_floats():
    case = wei_ma()
    exact, floats = ExactRows(case.weights), Cached(case.weights)
    one, other = (engine.advance(engine.start(case.prompt), 12) for engine in (exact, floats))
    assert one[1:] == other[1:]
    assert (exact.array(one) == floats.array(other)).all()
    assert exact.sequence(one) == floats.sequence(other)


@softmaxes
def test_a_row_without_a_signal_is_refused(softmax: str):
    labels = halting().program.labels
    silent = stack(
        labels, [{"bos": True}, {"input": True, "written": "0", "cell0": 0, "cell1": 0, "cell2": 0, "cell3": 0}]
    )
    engine = ExactRows(lower(halting().program), softmax=softmax)
    state = engine.start(silent)
    assert state.outcome == RUNNING
    with pytest.raises(DecodeError) as caught:
        engine.advance(state, 1)
    assert caught.value.where == "row 1, in exact rationals"


def test_too_long_a_prompt_is_refused():
    case, longer = halting(4), halting(9)
    engine = ExactRows(case.weights)
    rows = ExactRows(longer.weights)
    grown = rows.sequence(rows.advance(rows.start(longer.prompt), 6))
    with pytest.raises(ProgramError, match="at most as long as the network was compiled for"):
        engine.start(grown)
