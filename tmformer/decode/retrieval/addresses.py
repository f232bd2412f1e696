"""Where each row finds the row that it asks for: an address, computed from the codes of a prompt."""

import numpy as np

from tmformer.program import Lookup
from tmformer.weights import Layout, Weights


def offsets_of(weights: Weights, lookups: tuple[Lookup, ...], rows: np.ndarray) -> tuple[int, ...] | str:
    """For each lookup how many rows further on the row is that its asker finds.

    Args:
        weights: the network.
        lookups: annotations that are true, each of which reads a signal of the stop table.
        rows: the residual stream of the prompt, [rows, d_model].

    Returns:
        The offsets in rows; or the first reason why there are none that go with the stop table.
    """
    signals = {signal.register: signal.offset for signal in weights.labels.stop.signals}
    offsets: list[int] = []
    for lookup in lookups:
        offset = offset_of(weights.layout, lookup, rows)
        if isinstance(offset, str):
            return offset
        if offset != -signals[lookup.value]:
            return f"the stop table reads another row than {lookup.name!r} brings the message to"
        offsets.append(offset)
    return tuple(offsets)


def offset_of(layout: Layout, lookup: Lookup, rows: np.ndarray) -> int | str:
    """How many rows further on stands the row that is found, the same for every row that finds one.

    Args:
        layout: registers and their coordinates.
        lookup: an annotation that is true, with one match and no preference.
        rows: the residual stream of the prompt, [rows, d_model].

    Returns:
        The offset in rows; or the first reason why there is none.
    """
    asks, null = rows[:, layout.spans[lookup.where][0]] == 1, rows[:, layout.spans[lookup.null][0]] == 1
    idle = rows[:, [layout.spans[name][0] for name in lookup.idle]].any(axis=1)
    match = lookup.matches[0]
    query, key = rows[:, layout.spans[match.query]], rows[:, layout.spans[match.key]]
    if null.sum() != 1 or (asks == idle).any() or rows[np.ix_(null, layout.spans[lookup.value])].any():
        return f"not every row asks {lookup.name!r} or leaves it to one empty null row"
    if not query[asks].all() or key[null].any() or (key != 0).any(axis=1).sum() != key.all(axis=1).sum():
        return f"a code of {lookup.name!r} is set in part"
    weights = 2 ** np.arange(key.shape[1], dtype=np.int64)
    holders = np.flatnonzero(key.all(axis=1))
    codes, wanted = (key[holders] > 0) @ weights, (query[asks] > 0) @ weights
    order = np.argsort(codes)
    if (np.diff(codes[order]) == 0).any():
        return f"two rows hold the same code of {lookup.name!r}"
    place = np.clip(np.searchsorted(codes[order], wanted), 0, len(codes) - 1)
    is_found = codes[order][place] == wanted
    offsets = holders[order][place][is_found] - np.flatnonzero(asks)[is_found]
    if len(set(offsets.tolist())) != 1:
        return f"{lookup.name!r} does not find the row at one and the same distance"
    return int(offsets[0])
