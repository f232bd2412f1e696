"""Searches through a sequence that grows: which lookups are one search, digit by digit, for the latest row of a code.

A search asks for rows whose codes are those asked for, and decides the digits of a time one by one, the most significant
first: among the rows that agree with the digits decided so far it finds the largest next digit. So it ends at the row with
the largest time, which is the latest one; rows before it that hold the same codes never win, and need not be kept. What
each lookup answers follows from that one row: its digit. Whether the block then writes that digit is computed, not assumed.

Source: own; the search is that of Wei, Chen and Ma (arXiv 2107.13163), Theorem 4.1, with any radix.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.decode.retrieval.annotations import untrue
from tmformer.program import Lookup, Match
from tmformer.weights import Weights, constant_coordinates


@final
@dataclass(frozen=True)
class Search:
    """Lookups that are one search.

    Args:
        codes: what every one of them matches.
        digits: for each digit decided, the most significant first, (its block, the lookup).
        found: for each digit the register that the block writes it to.
        fetches: lookups that match the codes and all digits: (block, lookup).
    """

    codes: tuple[Match, ...]
    digits: tuple[tuple[int, Lookup], ...]
    found: tuple[str, ...]
    fetches: tuple[tuple[int, Lookup], ...]


@final
@dataclass(frozen=True)
class Searches:
    """A network whose every row asks for the latest rows of some codes.

    Args:
        searches: those of the growing side.
        asides: lookups across, which match codes only: (block, lookup).
        first: the block of the first digit.
        end: the block after the last digit.
    """

    searches: tuple[Search, ...]
    asides: tuple[tuple[int, Lookup], ...]
    first: int
    end: int


def searches_of(weights: Weights) -> Searches | str:
    """The searches of a network, or the first reason why its lookups are something else."""
    wrong = untrue(weights)
    if wrong:
        return f"the matrices of the attention head {wrong[0]!r} are not those of its annotation"
    if weights.labels.loops != 1 or not weights.labels.feedback:
        return "rows pass the blocks more than once, or nothing is fed back"
    lookups = [(index, head.lookup) for index, block in enumerate(weights.blocks) for head in block.heads]
    asides = tuple(each for each in lookups if each[1].mask == "across" and each[1].prefer is None)
    begun: dict[tuple[Match, ...], list[tuple[int, Lookup]]] = {}
    fetches: dict[tuple[Match, ...], list[tuple[int, Lookup]]] = {}
    found: dict[tuple[Match, ...], list[str]] = {}
    for index, lookup in lookups:
        if (index, lookup) in asides:
            continue
        if lookup.mask != "causal":
            return f"{lookup.name!r} sees later rows"
        codes = _goes_on(begun, found, lookup)
        if codes is None:
            return f"{lookup.name!r} is no step of a search"
        (begun if lookup.prefer else fetches).setdefault(codes, []).append((index, lookup))
    made = tuple(
        Search(codes, tuple(digits), tuple(found[codes]), tuple(fetches.get(codes, ())))
        for codes, digits in begun.items()
    )
    return _checked(weights, made, asides)


def _goes_on(
    begun: dict[tuple[Match, ...], list[tuple[int, Lookup]]], found: dict[tuple[Match, ...], list[str]], lookup: Lookup
) -> tuple[Match, ...] | None:
    """The codes of the search that a lookup begins, goes on with or ends; None if it does none of these."""
    for codes, digits in begun.items():
        times = [each.prefer for _, each in digits]
        pairs = [match for match in lookup.matches if match not in codes]
        in_order = sorted(pairs, key=lambda match: times.index(match.key) if match.key in times else len(times))
        if set(codes) <= set(lookup.matches) and [match.key for match in in_order] == times:
            queries = [match.query for match in in_order]
            if queries[: len(found[codes])] != found[codes]:
                return None
            found[codes] = queries
            return codes
    if lookup.prefer is None or lookup.value != lookup.prefer:
        return None
    found[lookup.matches] = []
    return lookup.matches


def _checked(weights: Weights, made: tuple[Search, ...], asides: tuple[tuple[int, Lookup], ...]) -> Searches | str:
    """The searches, or why they cannot be answered by address."""
    if not made:
        return "no lookup searches"
    blocks = [tuple(index for index, _ in search.digits) for search in made]
    first, end = blocks[0][0], blocks[0][-1] + 1
    if any(own != tuple(range(first, end)) for own in blocks):
        return "the digits of a search are not decided block after block, side by side with other searches"
    for search in made:
        if len(search.found) != len(search.digits) or any(index < end for index, _ in search.fetches):
            return "what a search ends with is fetched by no lookup after it"
        if any(each.value != each.prefer or each.default is None for _, each in search.digits):
            return "a search answers with something else than a digit"
        if len({each.into for _, each in search.digits}) != 1:
            return "the digits of a search are not answered in one register"
    if any(index < end for index, _ in asides):
        return "the encoder is read before the search is over"
    layout, constant = weights.layout, constant_coordinates(weights)
    lookups = [each for _, each in (*_all(made), *asides)]
    keys = {match.key for each in lookups for match in each.matches}
    if not all(place in constant for name in keys for place in layout.spans[name]):
        return "a key is written by a block"
    flags = flags_of(weights, lookups)
    if not all(place in constant for name in flags for place in layout.spans[name]):
        return "a flag that says which rows ask is written by a block"
    return Searches(made, asides, first, end)


def flags_of(weights: Weights, lookups: list[Lookup]) -> frozenset[str]:
    """The flags that say what a row is: whether it asks, answers by default, is idle, the encoder's, or has a time.

    Those that they are fed back from are among them.
    """
    labels = weights.labels
    flags = {name for each in lookups for name in (each.where, each.null, *each.idle)}
    flags |= {each.where for each in labels.generators} | ({labels.encoder} if labels.encoder else set())
    for _ in labels.feedback:
        flags |= {each.source for each in labels.feedback if each.target in flags}
    return frozenset(flags)


def _all(made: tuple[Search, ...]) -> list[tuple[int, Lookup]]:
    return [each for search in made for each in (*search.digits, *search.fetches)]


def lookups_of(searches: Searches) -> list[tuple[int, Lookup]]:
    """All lookups, with their blocks."""
    return [*_all(searches.searches), *searches.asides]


def places_of(weights: Weights, names: tuple[str, ...]) -> np.ndarray:
    """The coordinates of several registers, one after another."""
    return np.array([place for name in names for place in weights.layout.spans[name]], dtype=np.int64)
