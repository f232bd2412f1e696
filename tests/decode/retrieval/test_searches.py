"""Searches: which lookups are one search, and each reason why they are none."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from tests.decode.networks import (
    ENCODER,
    TWO_TAPES,
    network,
    place_of,
    with_blocks,
    with_entry,
    with_labels,
    with_lookup,
    with_lookups,
    without_heads,
)
from tests.planted.mutants import set_entry
from tests.program.programs import EXAMPLES
from tmformer.decode.retrieval.searches import Searches, flags_of, lookups_of, places_of, searches_of
from tmformer.weights import Weights, lower


def found(weights: Weights) -> Searches:
    searches = searches_of(weights)
    assert isinstance(searches, Searches), searches
    return searches


@pytest.mark.parametrize("radix", [2, 3, 8])
def test_the_digits_of_one_search(radix: int):
    weights = network(radix=radix)
    (search,) = found(weights).searches
    digits = len(search.digits)
    assert [lookup.name for _, lookup in search.digits] == [f"search{digit}" for digit in reversed(range(digits))]
    assert search.found == tuple(f"found{digit}" for digit in reversed(range(digits)))
    assert [match.key for match in search.codes] == [f"cell{digit}" for digit in range(len(search.codes))]
    assert [(index, lookup.name) for index, lookup in search.fetches] == [(digits + 2, "fetch")]
    assert (found(weights).first, found(weights).end, found(weights).asides) == (2, digits + 2, ())
    assert len(lookups_of(found(weights))) == digits + 1


def test_two_tapes_are_two_searches_side_by_side():
    one, other = found(TWO_TAPES.weights({})).searches
    assert [index for index, _ in one.digits] == [index for index, _ in other.digits]
    assert {match.key for match in other.codes} == {f"tape2.{match.key}" for match in one.codes}


def test_what_the_encoder_holds_is_looked_up_across():
    weights = network(**ENCODER)
    searches = found(weights)
    assert [lookup.name for _, lookup in searches.asides] == ["read"]
    names = flags_of(weights, [lookup for _, lookup in lookups_of(searches)])
    assert names == {"encoder", "bos", "input", "step", "moved"}


def test_places_are_those_of_one_register_after_another():
    weights = network()
    first, second = place_of(weights, "state"), place_of(weights, "bos")
    assert places_of(weights, ("state", "bos")).tolist() == [*range(first, first + 8), second]


def fetch_moved(weights: Weights) -> Weights:
    """The lookup across in the first block of the search."""
    (read,) = (head for head in weights.blocks[-1].heads if head.lookup.name == "read")
    blocks = list(without_heads(weights, "read").blocks)
    blocks[2] = replace(blocks[2], heads=(*blocks[2].heads, read))
    return with_blocks(weights, *blocks)


def apart(weights: Weights) -> Weights:
    """A block between two digits."""
    blocks = weights.blocks
    return with_blocks(weights, *blocks[:3], blocks[1], *blocks[3:])


def other_pairs(weights: Weights) -> Weights:
    """The last digit goes on from digits that no block has found."""

    def change(lookup: object) -> object:
        matches = [
            msgspec.structs.replace(match, query="found0") if match.query == "found1" else match
            for match in lookup.matches
        ]
        return msgspec.structs.replace(lookup, matches=tuple(matches)) if lookup.name == "search0" else lookup

    return with_lookups(weights, change)


REASONS: dict[str, tuple[Callable[[], Weights], str]] = {
    "another query": (
        lambda: set_entry(network(), "head.0.query", (0, 0), 1, 2),
        "the matrices of the attention head 'search4' are not those of its annotation",
    ),
    "loops": (
        lambda: with_labels(network(), loops=2),
        "rows pass the blocks more than once, or nothing is fed back",
    ),
    "no feedback": (
        lambda: with_labels(network(), feedback=()),
        "rows pass the blocks more than once, or nothing is fed back",
    ),
    "no mask": (lambda: with_lookup(network(), "fetch", mask="none"), "'fetch' sees later rows"),
    "a copy": (lambda: lower(EXAMPLES["copy"].program), "is no step of a search"),
    "digits that nobody found": (lambda: other_pairs(network()), "is no step of a search"),
    "no heads": (lambda: without_heads(network()), "no lookup searches"),
    "digits apart": (
        lambda: apart(network()),
        "the digits of a search are not decided block after block, side by side with other searches",
    ),
    "no fetch": (
        lambda: without_heads(network(), "fetch"),
        "what a search ends with is fetched by no lookup after it",
    ),
    "another answer": (
        lambda: with_lookup(network(), "search1", value="time0"),
        "a search answers with something else than a digit",
    ),
    "no default": (
        lambda: with_lookup(network(), "search1", default=None),
        "a search answers with something else than a digit",
    ),
    "two answers": (
        lambda: with_lookup(network(), "search1", into="found0"),
        "the digits of a search are not answered in one register",
    ),
    "the encoder early": (
        lambda: fetch_moved(network(**ENCODER)),
        "the encoder is read before the search is over",
    ),
    "a key": (lambda: with_entry(network(), "cell0", -1), "a key is written by a block"),
    "a time": (lambda: with_entry(network(), "time1", -1), "a key is written by a block"),
    "a flag": (
        lambda: with_entry(network(), "step", -1),
        "a flag that says which rows ask is written by a block",
    ),
    "a flag of the encoder": (
        lambda: with_entry(network(**ENCODER), "encoder", 0),
        "a flag that says which rows ask is written by a block",
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_is_no_search(case: str):
    make, reason = REASONS[case]
    assert reason in str(searches_of(make()))
