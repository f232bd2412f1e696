"""Where each row finds the row that it asks for: an address, computed from the codes of a prompt."""

import numpy as np

from tmformer.program import Lookup
from tmformer.weights import Layout, Weights

_MOST_DIGITS = 62  # of a code, so that an int64 holds it


def offsets_of(weights: Weights, lookups: tuple[Lookup, ...], rows: np.ndarray) -> tuple[int, ...] | str:
    """For each lookup how many rows further on the row is that its asker finds.

    Args:
        weights: the network.
        lookups: annotations that are true, each of which reads a signal of the stop table.
        rows: the residual stream of the prompt, [rows, d_model].

    Returns:
        The offsets in rows; or the first reason why there are none that go with the stop table.
    """
    labels, layout = weights.labels, weights.layout
    registers = (*labels.stop.reads, *(lookup.value for lookup in lookups))
    live = (rows[:, [place for name in registers for place in layout.spans[name]]] != 0).any(axis=1)
    if not rows[live, layout.spans[labels.stop.where][0]].all():
        return "the stop table does not speak of every row that may hold a message"
    signals = {signal.register: signal.offset for signal in labels.stop.signals}
    offsets: list[int] = []
    for lookup in lookups:
        offset = offset_of(layout, lookup, rows, live)
        if isinstance(offset, str):
            return offset
        if offset != -signals[lookup.value]:
            return f"the stop table reads another row than {lookup.name!r} brings the message to"
        offsets.append(offset)
    return tuple(offsets)


def offset_of(layout: Layout, lookup: Lookup, rows: np.ndarray, live: np.ndarray) -> int | str:
    """How many rows further on stands the row that is found, the same for every row that finds one.

    Args:
        layout: registers and their coordinates.
        lookup: an annotation that is true, with one match and no preference.
        rows: the residual stream of the prompt, [rows, d_model].
        live: the rows that may hold a message and pass it on, [rows]: they all ask, and what the offset says of two of
            them they find.

    Returns:
        The offset in rows; or the first reason why there is none.
    """
    asks, null = rows[:, layout.spans[lookup.where][0]] == 1, rows[:, layout.spans[lookup.null][0]] == 1
    idle = rows[:, [layout.spans[name][0] for name in lookup.idle]].sum(axis=1)
    match = lookup.matches[0]
    query, key = rows[:, layout.spans[match.query]], rows[:, layout.spans[match.key]]
    if null.sum() != 1 or (asks + idle != 1).any() or asks[null].any():
        return f"not every row asks {lookup.name!r} or leaves it to one null row"
    if rows[np.ix_(null, layout.spans[lookup.value])].any():
        return f"the null row of {lookup.name!r} answers"
    holds = key.all(axis=1)
    if not query[asks].all() or query[~asks].any() or key[null].any() or (key.any(axis=1) != holds).any():
        return f"a code of {lookup.name!r} is set in part"
    if key.shape[1] > _MOST_DIGITS:
        return f"a code of {lookup.name!r} has more than {_MOST_DIGITS} digits"
    found = _found(query, key, np.flatnonzero(asks), np.flatnonzero(holds))
    if found is None:
        return f"two rows hold the same code of {lookup.name!r}"
    offsets = found[found >= 0] - np.flatnonzero(found >= 0)
    if len(set(offsets.tolist())) != 1:
        return f"{lookup.name!r} does not find the row at one and the same distance"
    offset = int(offsets[0])
    senders = np.flatnonzero(live)
    readers = senders - offset
    inside = (readers >= 0) & (readers < len(rows))
    readers, senders = readers[inside], senders[inside]
    if (live & ~(asks & holds)).any() or (live[readers] & (found[readers] != senders)).any():
        return f"{lookup.name!r} does not find every row that may hold a message"
    return offset


def _found(query: np.ndarray, key: np.ndarray, asks: np.ndarray, holders: np.ndarray) -> np.ndarray | None:
    """The row that each row finds, -1 for none; None if two rows hold the same code."""
    weights = 2 ** np.arange(key.shape[1], dtype=np.int64)
    codes, wanted = (key[holders] > 0) @ weights, (query[asks] > 0) @ weights
    order = np.argsort(codes)
    if (np.diff(codes[order]) == 0).any():
        return None
    found = np.full(len(query), -1)
    if len(holders):
        place = np.clip(np.searchsorted(codes[order], wanted), 0, len(codes) - 1)
        found[asks] = np.where(codes[order][place] == wanted, holders[order][place], -1)
    return found
