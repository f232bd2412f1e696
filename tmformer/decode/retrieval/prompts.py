"""A prompt of a sequence that grows: its rows through all blocks, and what of them can be found later.

All conditions on a prompt are checked here; a reason is said where one fails.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.decode.retrieval.searches import Search, Searches, lookups_of, places_of
from tmformer.program import Lookup, Match
from tmformer.weights import Layout, Weights, dense


@final
@dataclass(frozen=True, eq=False)
class Prompt:
    """What decoding needs of a prompt.

    Args:
        rows: its rows before any block, [rows, d_model].
        is_aside: which rows are the encoder's.
        after: all rows but the last after all blocks, [rows - 1, d_model].
        fetched: the same rows before the block that fetches, for each search and then each lookup across.
        nothing: for each search, then each lookup across, what is answered where nothing is found: digits, values.
    """

    rows: np.ndarray
    is_aside: np.ndarray
    after: np.ndarray
    fetched: tuple[np.ndarray, ...]
    nothing: tuple[tuple[np.ndarray, np.ndarray], ...]


def prompt_of(weights: Weights, searches: Searches, rows: np.ndarray) -> Prompt | str:
    """The prompt, checked and computed but for its last row; or the first reason why its rows cannot be retrieved.

    Args:
        weights: the network.
        searches: its searches.
        rows: the residual stream of the prompt, [rows, d_model], position codes included.
    """
    layout, encoder = weights.layout, weights.labels.encoder
    is_aside = np.zeros(len(rows), dtype=bool) if encoder is None else rows[:, layout.spans[encoder][0]] == 1
    reasons = [_asks_alone(layout, lookup, rows, is_aside) for _, lookup in lookups_of(searches)]
    for search in searches.searches:
        reasons.append(_in_order(weights, search, rows[~is_aside], len(rows)))
        if kept_of(weights, search.codes, rows[-1:]).any():
            reasons.append("the last row of the prompt holds a code")
    for _, lookup in searches.asides:
        codes = rows[is_aside][kept_of(weights, lookup.matches, rows[is_aside])]
        codes = codes[:, places_of(weights, tuple(match.key for match in lookup.matches))]
        if len(np.unique(codes, axis=0)) != len(codes):
            reasons.append(f"two rows hold the same code of {lookup.name!r}")
    reason = next((each for each in reasons if each is not None), None)
    return reason or _through(weights, searches, rows.astype(np.float64), is_aside)


def _asks_alone(layout: Layout, lookup: Lookup, rows: np.ndarray, is_aside: np.ndarray) -> str | None:
    """Why some row of the prompt but the last asks, or nothing answers where no code matches, if so."""
    asks, null = (rows[:, layout.spans[name][0]] == 1 for name in (lookup.where, lookup.null))
    idle = rows[:, [layout.spans[name][0] for name in lookup.idle]].any(axis=1)
    if is_aside[-1] or not asks[-1] or (asks == idle).any() or asks[:-1].any():
        return f"a row of the prompt asks {lookup.name!r} besides the last"
    sides = [is_aside] if lookup.mask == "across" else [side for side in (~is_aside, is_aside) if side.any()]
    if any(null[side].tolist() != [True] + [False] * (int(side.sum()) - 1) for side in sides):
        return f"the first row that {lookup.name!r} sees is not its null row, or not alone"
    keys = [place for match in lookup.matches for place in layout.spans[match.key]]
    unset = (rows[np.ix_(sides[0], keys)] == 0).sum(axis=1)
    return f"a row holds part of a code of {lookup.name!r}" if (unset == 1).any() else None


def _in_order(weights: Weights, search: Search, rows: np.ndarray, later: int) -> str | None:
    """Why a row that is fed back might not have a larger time than all before it, if so.

    Args:
        weights: the network.
        search: one of its searches.
        rows: the prompt's rows that it may find.
        later: the position of the first row that is fed back.
    """
    labels, layout = weights.labels, weights.layout
    digits = [lookup.value for _, lookup in search.digits]
    fed = {each.target for each in labels.feedback if rows[-1, layout.spans[each.source][0]] == 1}
    found = [[each for each in labels.generators if each.register == name and each.where in fed] for name in digits]
    unit = 1
    for own in reversed(found):
        if len(own) != 1 or own[0].divisor != unit or own[0].offset != found[0][0].offset:
            return "the digits of a time are not those of a position"
        unit *= own[0].modulus
    offset = found[0][0].offset
    held = times_of(weights, search, rows)
    if (
        len(np.unique(held)) != len(held)
        or not held.max(initial=-1) < later + offset <= labels.max_positions + offset <= unit
    ):
        return "the times of rows do not grow"
    return None


def times_of(weights: Weights, search: Search, rows: np.ndarray) -> np.ndarray:
    """The times of those of the rows that hold a code, as numbers."""
    rows = rows[kept_of(weights, search.codes, rows)]
    times = np.zeros(len(rows), dtype=np.int64)
    for _, lookup in search.digits:
        bits = rows[:, list(weights.layout.spans[lookup.value])] > 0
        size = max(each.modulus for each in weights.labels.generators if each.register == lookup.value)
        times = times * size + bits @ (2 ** np.arange(bits.shape[1], dtype=np.int64))
    return times


def kept_of(weights: Weights, codes: tuple[Match, ...], rows: np.ndarray) -> np.ndarray:
    """Which of the rows hold a whole code."""
    return (rows[:, places_of(weights, tuple(match.key for match in codes))] != 0).all(axis=1)


def _through(weights: Weights, searches: Searches, rows: np.ndarray, is_aside: np.ndarray) -> Prompt:
    """All rows but the last through all blocks: they do not ask, so each receives what a null row holds.

    Exact in float64, as all numbers are dyadic and small.
    """
    layout, x = weights.layout, rows[:-1]
    beside, aside = int(np.argmin(is_aside)), int(np.argmax(is_aside))
    before: list[np.ndarray] = []
    received: dict[str, np.ndarray] = {}
    for block in weights.blocks:
        before.append(x)
        attended = x
        for head in block.heads:
            brings = (dense(head.output) @ dense(head.value)).T
            is_across = is_aside[:-1] | (head.lookup.mask == "across")
            attended = attended + np.where(is_across[:, None], x[aside] @ brings, x[beside] @ brings)
            null = x[aside if head.lookup.mask == "across" else beside]
            received[head.lookup.name] = (null @ brings)[list(layout.spans[head.lookup.into])]
        hidden = np.maximum(attended @ dense(block.mlp.w_in).T + dense(block.mlp.b_in)[:, 0], 0)
        x = attended + hidden @ dense(block.mlp.w_out).T
    fetches = [search.fetches[0] for search in searches.searches] + list(searches.asides)
    nothing = [(_digits(received, search), received[search.fetches[0][1].name]) for search in searches.searches]
    nothing += [(np.zeros(0), received[lookup.name]) for _, lookup in searches.asides]
    return Prompt(rows, is_aside, x, tuple(before[index] for index, _ in fetches), tuple(nothing))


def _digits(received: dict[str, np.ndarray], search: Search) -> np.ndarray:
    return np.concatenate([received[lookup.name] for _, lookup in search.digits])
