"""The retrieval engine of sequences that grow: states, portions, when the engine of all rows runs, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decode.networks import BB3, network, place_of, prompt_of_bb3, with_entry, with_values
from tests.planted.mutants import set_entry
from tmformer.decode import Cached, Recalling, State
from tmformer.decode.cached import Position
from tmformer.decode.retrieval import recalling, slots
from tmformer.decode.retrieval.recalling import Run
from tmformer.errors import DecodeError, PrecisionError, ProgramError
from tmformer.precision import POLICIES, Uncertified, certify, format_named, policy_named
from tmformer.program import FULL
from tmformer.weights import Weights

FEWER = settings(max_examples=max(3, settings().max_examples // 4), deadline=None)


def facts(engine: Recalling | Cached, state: State) -> tuple[object, ...]:
    return (*state[1:4], engine.array(state)[-1:].tobytes())


@FEWER
@given(portions=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_portions_give_what_one_call_gives(portions: list[int]):
    weights = network()
    engine = Recalling(weights)
    state = whole = engine.start(prompt_of_bb3(weights))
    for portion in portions:
        state = engine.advance(state, portion)
    whole = engine.advance(whole, sum(portions))
    assert facts(engine, state) == facts(engine, whole)
    assert engine.array(state).tobytes() == engine.array(whole).tobytes()


def test_calls_of_the_loop_are_short_enough_to_interrupt(monkeypatch: pytest.MonkeyPatch):
    weights = network()
    engine = Recalling(weights)
    whole = engine.advance(engine.start(prompt_of_bb3(weights)), 16)
    monkeypatch.setattr(recalling, "_PORTION", 3)
    assert facts(engine, engine.advance(engine.start(prompt_of_bb3(weights)), 16)) == facts(engine, whole)


def test_a_full_context_is_full_with_both():
    weights = compiled_for(5)
    one, other = Recalling(weights), Cached(weights)
    states = [engine.advance(engine.start(prompt_of_bb3(weights)), 99) for engine in (one, other)]
    assert states[0].outcome == FULL
    assert facts(one, states[0]) == facts(other, states[1])
    assert (states[0].kept, states[1].kept) == ("latest", "all")


def compiled_for(steps: int) -> Weights:
    return replace(BB3, steps=steps).weights({})


REASONS = {
    "the graded regime": ({}, {"regime": "graded"}, "in the graded regime every row has its share"),
    "rounded": (
        {},
        {"certificate": Uncertified(reason="to see", even_if_inexact=True)},
        "numbers may be rounded, and a dense run shows how",
    ),
    "sixteen bits": ({"radix": 8}, {"format_name": "bfloat16"}, "sums of an MLP may round in bfloat16"),
}


@pytest.mark.parametrize("case", REASONS)
def test_when_all_rows_are_kept(case: str):
    options, how, reason = REASONS[case]
    weights = network(**options)
    engine = Recalling(weights, **how)
    assert engine.why_dense == reason
    state = engine.advance(engine.start(prompt_of_bb3(weights)), 2)
    assert isinstance(state.x, Position)
    assert state.kept == "all"
    assert engine.look(state)
    assert engine.stream(state) == engine.dense.stream(state)


def test_when_a_count_is_too_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recalling, "_LARGEST", 16)
    assert Recalling(network()).why_dense == "more than 16 positions"


def test_when_an_annotation_is_not_true():
    weights = set_entry(network(), "head.0.value", (0, 0), 1, 2)
    assert "are not those of its annotation" in str(Recalling(weights).why_dense)


def test_when_a_block_writes_on_after_its_search():
    assert "more than write down its digit" in str(Recalling(with_entry(network(), "right", 3)).why_dense)


def irregular() -> Weights:
    """The block of the last digit writes 0 where it is to write 1: found only where a time ends with 1."""
    weights = network()
    block = weights.blocks[-2].mlp
    place = place_of(weights, "found0")
    for (row, unit), value in block.w_out.items().items():
        if row == place and block.w_in.items().get((unit, place_of(weights, "answer")), 0) > 0:
            weights = set_entry(weights, "mlp.w_out", (row, unit), -value, len(weights.blocks) - 2)
    return weights


def test_when_a_block_writes_another_digit():
    """The run goes on with all rows, from the prompt; what it says is that of `Cached`."""
    weights = irregular()
    engine, dense = Recalling(weights), Cached(weights)
    state, other = engine.start(prompt_of_bb3(weights)), dense.start(prompt_of_bb3(weights))
    assert isinstance(state.x, Run)
    for step in range(8):
        state, other = engine.advance(state, min(step, 1)), dense.advance(other, min(step, 1))
        assert facts(engine, state) == facts(dense, other)
    assert str(engine.why_dense).endswith("a block does something else than its search")
    assert state.kept == "all"
    assert np.array_equal(engine.array(state), dense.array(other))


@pytest.mark.parametrize("first", [0, 1])
def test_crowded_slots_are_enlarged(first: int, monkeypatch: pytest.MonkeyPatch):
    weights = network()
    engine, dense = Recalling(weights), Cached(weights)
    monkeypatch.setattr(slots, "_FIRST", first)
    prompt = prompt_of_bb3(weights).rows(0, 1) + prompt_of_bb3(weights).rows(6, 7)
    state, other = engine.start(prompt), dense.start(prompt)
    assert state.x.now.slots[0].shape[0] == 2**first + 1
    for step in range(10):
        state, other = engine.advance(state, min(step, 1)), dense.advance(other, min(step, 1))
        assert facts(engine, state) == facts(dense, other)
    assert engine.why_dense is None
    assert state.x.now.slots[0].shape[0] > 2**first + 1


def test_a_newest_row_without_a_signal_is_refused_alike():
    weights = network()
    prompt = with_values(weights, prompt_of_bb3(weights), -1, next_state=None)
    said = []
    for engine in (Recalling(weights), Cached(weights)):
        with pytest.raises(DecodeError, match="exactly one signal") as caught:
            engine.advance(engine.start(prompt), 3)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_rows_that_are_not_kept_are_computed_again_to_be_looked_into():
    weights = network()
    looks = []
    for engine in (Recalling(weights), Cached(weights)):
        state = engine.advance(engine.start(prompt_of_bb3(weights)), 5)
        looks.append(b"".join(np.asarray(block.after).tobytes() for block in engine.look(state)))
    assert looks[0] == looks[1]


def test_a_certificate_is_kept_to():
    weights = network()
    certificate = certify(weights, policy_named(POLICIES[0], format_named("float32")))
    engine = Recalling(weights, certificate=certificate)
    prompt = prompt_of_bb3(weights)
    assert isinstance(engine.start(prompt).x, Run)
    with pytest.raises(ProgramError):
        engine.start(with_values(weights, prompt, 2, next_cell0=1))
    with pytest.raises(PrecisionError):
        Recalling(network(radix=3), certificate=certificate)
