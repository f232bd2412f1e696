"""The rows that a run by retrieval still knows, as a residual stream."""

import numpy as np

from tmformer.decode.retrieval.prompts import Prompt, kept_of, times_of
from tmformer.decode.retrieval.recall import Memory, Recalled
from tmformer.decode.retrieval.searches import Searches
from tmformer.decode.retrieval.slots import taken
from tmformer.program import Flag
from tmformer.weights import Weights, constant_coordinates


def rows_kept(
    weights: Weights, searches: Searches, prompt: Prompt, memories: tuple[Memory, ...], now: Recalled
) -> np.ndarray:
    """Rows of the prompt without a time, then those that can be found, in order of time, then the newest.

    Of a row that was fed back there is what can be found of it: its flags, codes and time, and what is fetched.

    Args:
        weights: the network.
        searches: its searches.
        prompt: the prompt, computed but for its last row.
        memories: how rows are kept.
        now: where the run is.

    Returns:
        The residual stream of these rows after all blocks, [kept, d_model].
    """
    last = np.asarray(now.last, dtype=np.float64)
    flags = [place for place in constant_coordinates(weights) if isinstance(_type_at(weights, place), Flag)]
    is_timed = np.zeros(len(prompt.after), dtype=bool)
    by_time: dict[int, np.ndarray] = {}
    for search in searches.searches:
        own = kept_of(weights, search.codes, prompt.after) & ~prompt.is_aside[:-1]
        is_timed |= own
        by_time |= dict(zip(times_of(weights, search, prompt.after[own]).tolist(), prompt.after[own], strict=True))
    prompted = set(by_time)
    for search, memory, slots in zip(searches.searches, memories, now.slots, strict=False):
        rows = _filled(weights, memory, taken(slots))
        for time, row in zip(times_of(weights, search, rows).tolist(), rows, strict=True):
            if time not in prompted:
                row[flags] = last[flags]
                by_time[time] = np.asarray(np.where(row != 0, row, by_time.get(time, row)))
    timed = [by_time[time] for time in sorted(by_time)]
    return np.stack(
        [*prompt.after[~is_timed], *timed[:-1], *(timed[-1:] if len(prompted) == len(by_time) else ()), last]
    )


def _filled(weights: Weights, memory: Memory, held: np.ndarray) -> np.ndarray:
    """Rows with what slots hold, in its coordinates."""
    digits, times = len(memory.keys), len(memory.times)
    rows = np.zeros((len(held), weights.layout.d_model))
    numbers = (held[:, 1].astype(np.int64) + 2**digits - 1) >> 1
    rows[:, np.asarray(memory.keys)] = 2 * (numbers[:, None] >> np.arange(digits) & 1) - 1
    rows[:, np.asarray(memory.times)] = held[:, 2 : 2 + times]
    rows[:, np.asarray(memory.values)] = held[:, 2 + times :]
    return rows


def _type_at(weights: Weights, place: int) -> object:
    names = (name for name, span in weights.layout.spans.items() if place in span)
    return weights.layout.types[next(names)]
