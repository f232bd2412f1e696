"""The numbers of a network that searches, and each reason why its blocks are no batch."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tests.decode.networks import (
    BB3,
    ENCODER,
    TWO_TAPES,
    network,
    place_of,
    prompt_of_bb3,
    with_blocks,
    with_entry,
    with_labels,
    with_lookups,
    with_values,
    without_heads,
    without_rows,
)
from tmformer.decode.retrieval import network as networks
from tmformer.decode.retrieval.network import fetched_of, first_slots, make_network, mlps_are_exact, plain, why_not
from tmformer.decode.retrieval.prompts import Prompt, prompt_of
from tmformer.decode.retrieval.searches import Searches, searches_of
from tmformer.program import Feedback, Lookup, Stream
from tmformer.weights import Weights, dense


def searches(weights: Weights) -> Searches:
    found = searches_of(weights)
    assert isinstance(found, Searches), found
    return found


def made(weights: Weights, prompt: Stream) -> Prompt:
    found = prompt_of(weights, searches(weights), weights.layout.encode(prompt))
    assert isinstance(found, Prompt), found
    return found


def test_what_can_be_found_of_a_prompt():
    """Of two records of one cell the later one."""
    weights = network()
    prompt = prompt_of_bb3(weights)
    cells = {name: prompt[name][4] for name in prompt.columns if name.startswith("cell")}
    (all_,) = first_slots(weights, searches(weights), made(weights, prompt))
    (fewer,) = first_slots(weights, searches(weights), made(weights, with_values(weights, prompt, 2, **cells)))
    assert len(all_) == 5
    assert np.array_equal(fewer, all_[[0, 2, 3, 4]])
    assert (all_[:, 0] == 1).all()


def test_what_can_be_found_of_an_encoder():
    weights = network(**ENCODER)
    steps, encoder = first_slots(weights, searches(weights), made(weights, prompt_of_bb3(weights)))
    assert (len(steps), len(encoder)) == (0, 5)


def test_which_memory_each_block_fetches_from():
    weights = network(**ENCODER)
    assert fetched_of(searches(weights), len(weights.blocks)) == ((0, 1),)
    two = TWO_TAPES.weights({})
    assert fetched_of(searches(two), len(two.blocks)) == ((0, 1),)


def test_matrices_are_those_of_the_weights():
    weights = network()
    numbers = make_network(weights, searches(weights), made(weights, prompt_of_bb3(weights)), "float32")
    for mlp, block in zip((*numbers.before, *numbers.after), (*weights.blocks[:2], weights.blocks[-1]), strict=True):
        w_in = np.zeros(block.mlp.w_in.shape)
        w_in[:, np.asarray(mlp.reads)] = mlp.w_in
        assert np.array_equal(w_in, dense(block.mlp.w_in))
        assert np.array_equal(mlp.w_out, dense(block.mlp.w_out))
        assert np.array_equal(mlp.b_in, dense(block.mlp.b_in)[:, 0])
    digits = numbers.digits
    for index, block in enumerate(weights.blocks[2:-1]):
        own, units = plain(block), len(plain(block).b_in)
        assert np.array_equal(digits.w_in[index, :units], own.w_in[:, np.asarray(digits.reads)])
        written = [*np.asarray(digits.founds[index]), *np.asarray(digits.reads[digits.answers])]
        assert np.array_equal(digits.w_out[index, :, :units], own.w_out[written])


def test_sums_that_are_exact():
    assert mlps_are_exact(network(), 8)
    assert not mlps_are_exact(network(), 3)


def fed_from_another(weights: Weights) -> Weights:
    feedback = [Feedback("next_cell1", "cell0") if each.target == "cell0" else each for each in weights.labels.feedback]
    return with_labels(weights, feedback=tuple(feedback))


def into_one_register() -> Weights:
    """Both searches of two tapes are answered in one register."""
    weights = without_rows(TWO_TAPES.weights({}), "tape2.answer")

    def change(lookup: Lookup) -> Lookup:
        return msgspec.structs.replace(lookup, into="answer") if lookup.into == "tape2.answer" else lookup

    return with_lookups(weights, change)


def fetching_answers() -> Weights:
    def change(lookup: Lookup) -> Lookup:
        fields = {"value": "answer", "into": "answer", "default": "0"}
        return msgspec.structs.replace(lookup, **fields) if lookup.name == "fetch" else lookup

    return with_lookups(network(), change)


def written_between() -> Weights:
    """After the searches, and before the fetch, a block that writes down a digit once more."""
    weights = network()
    first, fetch = weights.blocks[2], weights.blocks[-1]
    extra = replace(without_heads(with_blocks(weights, first)).blocks[0])
    return with_blocks(weights, *weights.blocks[:-1], extra, fetch)


REASONS: dict[str, tuple[Callable[[], Weights], str]] = {
    "fed back from another digit": (
        lambda: fed_from_another(network()),
        "a row is not kept at the code that the row before asked for",
    ),
    "more than a digit": (
        lambda: with_entry(network(), "right", 3),
        "a block of a search does more than write down its digit",
    ),
    "another digit": (
        lambda: with_entry(network(), "found0", 2),
        "a block of a search does more than write down its digit",
    ),
    "one register for two searches": (into_one_register, "two searches write the same digit"),
    "answers that are fetched": (fetching_answers, "a search writes what it asks for, or what is fetched"),
    "the next cell, late": (
        lambda: with_entry(network(), "next_cell0", -1),
        "what a row asks for, or what is fetched of it, is written after the search",
    ),
    "the symbol written, late": (
        lambda: with_entry(network(), "written", -1),
        "what a row asks for, or what is fetched of it, is written after the search",
    ),
    "a digit written twice": (written_between, "what was found is written before it is fetched"),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_is_no_batch(case: str):
    make, reason = REASONS[case]
    weights = make()
    assert why_not(weights, searches(weights)) == reason


def test_codes_that_one_number_does_not_hold(monkeypatch: pytest.MonkeyPatch):
    weights = network()
    assert why_not(weights, searches(weights)) is None
    monkeypatch.setattr(networks, "_LONGEST", 4)
    assert why_not(weights, searches(weights)) == "codes have more than 4 digits"


def test_the_first_row_is_the_last_of_the_prompt():
    weights = network()
    numbers = make_network(weights, searches(weights), made(weights, prompt_of_bb3(weights)), "float32")
    assert int(numbers.position) == BB3.records + 1
    assert float(numbers.first[place_of(weights, "step")]) == 1
