"""A prompt of a sequence that grows: its rows through all blocks, and what of them can be found later.

All conditions on a prompt are checked here; a reason is said where one fails.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.decode.retrieval.searches import Search, Searches, flags_of, lookups_of, places_of
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
    if is_aside[np.count_nonzero(is_aside) :].any():
        reasons.append("the rows of the encoder are not the first")
    fed = _flags_fed(weights, searches, rows[-1])
    if fed is None:
        reasons.append("a row that is fed back does not ask, or is not like those before it")
    for search in searches.searches:
        if kept_of(weights, search.codes, rows[-1:]).any():
            reasons.append("the last row of the prompt holds a code")
        reasons.append(_in_order(weights, search, rows[~is_aside], len(rows), fed or frozenset()))
    for _, lookup in searches.asides:
        codes = rows[is_aside][kept_of(weights, lookup.matches, rows[is_aside])]
        codes = codes[:, places_of(weights, tuple(match.key for match in lookup.matches))]
        if len(np.unique(codes, axis=0)) != len(codes):
            reasons.append(f"two rows hold the same code of {lookup.name!r}")
    said = [each for each in reasons if each is not None]
    return said[0] if said else _through(weights, searches, rows.astype(np.float64), is_aside)


def _asks_alone(layout: Layout, lookup: Lookup, rows: np.ndarray, is_aside: np.ndarray) -> str | None:
    """Why some row of the prompt but the last asks, or nothing answers where no code matches, if so."""
    asks, null = (rows[:, layout.spans[name][0]] == 1 for name in (lookup.where, lookup.null))
    idle = rows[:, [layout.spans[name][0] for name in lookup.idle]].any(axis=1)
    if is_aside[-1] or not asks[-1] or (asks == idle).any() or asks[:-1].any():
        return f"a row of the prompt asks {lookup.name!r} besides the last"
    sides = [is_aside] if lookup.mask == "across" else [side for side in (~is_aside, is_aside) if side.any()]
    if any(null[side].tolist() != [True] + [False] * (int(side.sum()) - 1) for side in sides) or null[-1]:
        return f"the first row that {lookup.name!r} sees is not its null row, or not alone"
    keys = np.array([place for match in lookup.matches for place in layout.spans[match.key]], dtype=np.int64)
    times = np.array([] if lookup.prefer is None else layout.spans[lookup.prefer], dtype=np.int64)
    seen, nulls = (np.flatnonzero(sides[0] & is_null) for is_null in (~null, null))
    unset, untimed = ((rows[np.ix_(seen, places)] == 0).sum(axis=1) for places in (keys, times))
    if (unset == 1).any() or ((unset == 0) & (untimed > 0)).any():
        return f"a row holds part of a code of {lookup.name!r}"
    return (
        f"the null row of {lookup.name!r} holds a code" if rows[np.ix_(nulls, np.append(keys, times))].any() else None
    )


def _flags_fed(weights: Weights, searches: Searches, last: np.ndarray) -> frozenset[str] | None:
    """The flags of each row that is fed back; None unless all these rows ask and are alike.

    No block writes them, so those of the last row of the prompt, fed back once and twice, say what all later rows have.
    """
    labels, layout = weights.labels, weights.layout
    lookups = [lookup for _, lookup in lookups_of(searches)]
    flags = flags_of(weights, lookups)
    source = {each.target: each.source for each in labels.feedback}
    held = frozenset(name for name in flags if last[layout.spans[name][0]] == 1)
    fed = frozenset(name for name in flags if source.get(name) in held)
    others = {name for each in lookups for name in (each.null, *each.idle)} | {labels.encoder}
    others |= flags & {each.register for each in labels.generators}
    is_alike = fed == frozenset(name for name in flags if source.get(name) in fed)
    return fed if is_alike and {each.where for each in lookups} <= fed and others.isdisjoint(fed) else None


def _in_order(weights: Weights, search: Search, rows: np.ndarray, later: int, fed: frozenset[str]) -> str | None:
    """Why a row that is fed back might not have a larger time than all before it, if so.

    Args:
        weights: the network.
        search: one of its searches.
        rows: the prompt's rows that it may find.
        later: the position of the first row that is fed back.
        fed: the flags of the rows that are fed back.
    """
    labels, digits = weights.labels, [lookup.value for _, lookup in search.digits]
    found = [[each for each in labels.generators if each.register == name and each.where in fed] for name in digits]
    if any(len(own) != 1 for own in found):
        return "the digits of a time are not those of a position"
    unit = 1
    for name, own in zip(reversed(digits), reversed(found), strict=True):
        if own[0].divisor != unit or own[0].offset != found[0][0].offset:
            return "the digits of a time are not those of a position"
        if own[0].modulus > 2 ** len(weights.layout.spans[name]):
            return "a time has digits that its registers do not hold"
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


def _through(weights: Weights, searches: Searches, rows: np.ndarray, is_aside: np.ndarray) -> Prompt | str:
    """All rows but the last through all blocks: they do not ask, so each receives what a null row holds.

    Exact in float64, and in every format, as all rows stay on their grids; if not, or where a row asks after all, the reason.
    """
    layout, x = weights.layout, rows[:-1]
    beside, aside = int(np.argmin(is_aside)), int(np.argmax(is_aside))
    before: list[np.ndarray] = []
    received: dict[str, np.ndarray] = {}
    for block in weights.blocks:
        before.append(x)
        attended = x
        for head in block.heads:
            if x[:, [place for match in head.lookup.matches for place in layout.spans[match.query]]].any():
                return f"a row of the prompt holds a code to ask {head.lookup.name!r} for"
            brings = (dense(head.output) @ dense(head.value)).T
            is_across = is_aside[:-1] | (head.lookup.mask == "across")
            attended = attended + np.where(is_across[:, None], x[aside] @ brings, x[beside] @ brings)
            null = x[aside if head.lookup.mask == "across" else beside]
            received[head.lookup.name] = (null @ brings)[list(layout.spans[head.lookup.into])]
        hidden = np.maximum(attended @ dense(block.mlp.w_in).T + dense(block.mlp.b_in)[:, 0], 0)
        x = attended + hidden @ dense(block.mlp.w_out).T
        if not all((np.abs(each) == each * each).all() for each in (attended, x)):
            return "a row of the prompt leaves its grid"
    fetches = [search.fetches[0] for search in searches.searches] + list(searches.asides)
    nothing = [(_digits(received, search), received[search.fetches[0][1].name]) for search in searches.searches]
    nothing += [(np.zeros(0), received[lookup.name]) for _, lookup in searches.asides]
    return Prompt(rows, is_aside, x, tuple(before[index] for index, _ in fetches), tuple(nothing))


def _digits(received: dict[str, np.ndarray], search: Search) -> np.ndarray:
    return np.concatenate([received[lookup.name] for _, lookup in search.digits])
