"""The engine that passes one message on: states, every reason to leave a run to the dense engine, refusals."""

from dataclasses import replace

import pytest

from tests.squares.checkers import MADE, Run
from tests.squares.passing import BB2, Witness, compare_passing, eagerly, late, networks, passing, prompts, with_labels
from tmformer.decode import Engine, Passing
from tmformer.decode.retrieval import passing as passing_module
from tmformer.errors import DecodeError, ModelError, PrecisionError
from tmformer.machine import parse
from tmformer.pipeline import certify
from tmformer.precision import Uncertified
from tmformer.program import COARSE, RUNNING, Count
from tmformer.weights import Weights

NETWORKS, PROMPTS, LATE = networks(), prompts(), late()
PROMPT = MADE.encode_configuration(BB2.weights.labels, BB2.start)


def check(witness: Witness) -> Passing:
    engine = passing(witness.weights, witness.format_name)
    with eagerly():
        assert compare_passing(witness.weights, witness.prompt, witness.portions, engine, witness.format_name) is None
    return engine


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_are_left_to_the_dense_engine(name: str):
    witness = NETWORKS[name]
    assert passing(witness.weights, witness.format_name).why_dense == witness.reason
    assert passing(witness.weights, witness.format_name).multiply_adds is None
    assert check(witness).why_dense == witness.reason


@pytest.mark.parametrize("name", PROMPTS)
def test_prompts_that_are_left_to_the_dense_engine(name: str):
    witness = PROMPTS[name]
    assert passing(witness.weights).why_dense is None
    assert check(witness).why_dense == witness.reason


@pytest.mark.parametrize("name", LATE)
def test_runs_that_are_left_to_the_dense_engine_on_the_way(name: str):
    witness = LATE[name]
    for portions in ((7,), (0, 1, 1, 1, 1, 1, 1), (1, 2, 3)):
        assert check(replace(witness, portions=portions)).why_dense == witness.reason


def test_a_reason_is_that_of_the_last_prompt():
    witness = PROMPTS["two messages"]
    engine = passing(witness.weights)
    engine.start(witness.prompt)
    assert engine.why_dense == witness.reason
    engine.start(MADE.encode_configuration(witness.weights.labels, Run(parse("1LA1LA"), (), 3, 0, 7, 3).start))
    assert engine.why_dense is None


def test_graded_runs_are_dense():
    engine = Passing(BB2.weights, regime="graded")
    assert engine.why_dense == "in the graded regime every row has its share"
    state = engine.advance(engine.start(PROMPT), 100)
    assert (state.steps, state.outcome) == (6, "halted")


@pytest.mark.parametrize("limit", ["_MOST_ROWS", "_DIGITS"])
def test_a_row_whose_number_may_round_has_no_address(limit: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passing_module, limit, 2)
    engine = passing(BB2.weights)
    assert compare_passing(BB2.weights, PROMPT, [7], engine) is None
    assert engine.why_dense == "the number of a row may round"


def test_steps_are_counted_portion_by_portion(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passing_module, "_PORTION", 2)
    with eagerly():
        assert compare_passing(BB2.weights, PROMPT, [5, 100], passing(BB2.weights)) is None


def tallied(steps: int) -> Weights:
    return with_labels(BB2.weights, tally=(Count(("B", "0"), steps),))


def test_a_block_counts_what_the_tally_says():
    """BB2 reads 0 in state B at the second and the fourth step: each counts 10."""
    engine = passing(tallied(10))
    begun = engine.start(PROMPT)
    with eagerly():
        whole = engine.advance(begun, 100)
        assert (whole.steps, whole.layers, whole.outcome) == (
            1 + 10 * sum(1 for _ in count_of("B", "0")) + rest(),
            6,
            "halted",
        )


def count_of(state: str, symbol: str):
    for now, said in BB2.reference():
        if said == RUNNING and (now.state, now.read(now.head)) == (state, symbol):
            yield now


def rest() -> int:
    """Steps that count 1, but for the first."""
    return 5 - sum(1 for _ in count_of("B", "0"))


def test_a_count_that_would_go_beyond_the_limit_is_coarse():
    engine = passing(tallied(10))
    with eagerly():
        state = engine.advance(engine.start(PROMPT), 5)
        assert (state.steps, state.layers, state.outcome) == (1, 1, COARSE)
        assert engine.advance(state, 10).steps == 11


def test_it_is_an_engine():
    engine = passing(BB2.weights)
    assert isinstance(engine, Engine)
    assert 0 < engine.multiply_adds < 1000


def test_looking_in_is_dense():
    engine = passing(BB2.weights)
    with eagerly():
        state = engine.advance(engine.start(PROMPT), 2)
        expected = engine.array(engine.advance(state, 1))
    (block,) = engine.look(state)
    assert block.after.tobytes() == expected.tobytes()
    assert engine.stream(state) == engine.dense.stream(engine.dense.advance(engine.dense.start(PROMPT), 2))


# Refusals ---------------------------------------------------------------------------------------------------------------


def test_it_refuses_what_the_dense_engine_refuses():
    longer = Run(BB2.machine, (), 0, -4, 9, 6)
    with pytest.raises(ModelError, match="at most as long"):
        passing(BB2.weights).start(MADE.encode_configuration(longer.weights.labels, longer.start))
    with pytest.raises(PrecisionError):
        Passing(BB2.weights, certificate=certify(longer.weights))
    witness = LATE["two symbols"]
    with pytest.raises(ModelError, match="fits into memory"):
        Passing(witness.weights, memory=100, certificate=Uncertified(reason="tried")).advance(
            passing(witness.weights).start(witness.prompt), 7
        )


def test_without_a_message_nothing_is_said():
    witness = PROMPTS["no message"]
    with pytest.raises(DecodeError) as caught:
        passing(witness.weights).advance(passing(witness.weights).start(witness.prompt), 1)
    assert caught.value.where == "after loop 0, in float32"
