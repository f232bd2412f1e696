"""Enumeration: every machine of a family on the blank tape, transformer against reference, portion by portion."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from tmformer.verify.census import Census, joined
from tmformer.verify.enumeration import Enumeration, Runs
from tmformer.verify.families import Family
from tmformer.verify.family_runs import FamilyRuns
from tmformer.verify.portions import Note, Portion, Portions

_Made = TypeVar("_Made")

PORTION = 2**17
"""Machines of a portion, after which the state is written."""

_TASK, _BATCH = (
    2**13,
    2**10,
)  # machines that a thread takes, and those of a compiled call: their weights fit in the cache


def enumerate_machines(
    family: Family,
    steps: int,
    *,
    numbers: range | None = None,
    folder: str | os.PathLike[str] | None = None,
    note: Note | None = None,
) -> Portion:
    """Run machines of a family on the blank tape by transformer and reference, and count.

    Args:
        family: which machines.
        steps: the most machine steps of each.
        numbers: the numbers of the machines; all of them if not said.
        folder: where portions that are done are kept, and not done again; the result is the same.
        note: told of each portion done; None if nobody wants to know.
    """
    begun = time.perf_counter()
    enumeration, chosen = Enumeration(family, steps), range(family.size) if numbers is None else numbers
    which = {**enumeration.description, "numbers": str(chosen), "portion": PORTION}
    portions = Portions(None if folder is None else Path(folder), which, note)
    done, is_compiled = list[Portion](), False
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for first in range(0, len(chosen), PORTION):
            portion = portions.read(len(done))
            if portion is None:
                tasks = _tasks(chosen[first : first + PORTION])
                compiling = _compiled(enumeration, begun) if not is_compiled else []
                is_compiled = True
                portion = _joined([*compiling, *pool.map(partial(_task, enumeration), tasks)])
                now = time.perf_counter()
                portion.seconds["wall"], begun = now - begun, now
                portions.write(len(done), portion)
            done.append(portion)
            if note is not None:
                note(f"{min(first + PORTION, len(chosen)):,} of {len(chosen):,} machines")
    return _joined(done)


def _compiled(enumeration: Enumeration, begun: float) -> list[Portion]:
    """Compile before threads begin, each of which would do so; nothing is counted but the seconds."""
    enumeration.transformer(enumeration.written(np.zeros(_BATCH, dtype=np.int64)))
    return [Portion(Census(), {"compiling": time.perf_counter() - begun})]


def _tasks(chosen: range) -> list[np.ndarray]:
    """The numbers of some machines, in parts for threads."""
    return [np.array(chosen[first : first + _TASK], dtype=np.int64) for first in range(0, len(chosen), _TASK)]


def _task(enumeration: Enumeration, numbers: np.ndarray) -> Portion:
    """What a thread does: some batches by the transformer, and all their machines by the reference."""
    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], _Made]) -> _Made:
        begun = time.perf_counter()
        made = make()
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - begun
        return made

    parts: list[Runs] = []
    for first in range(0, len(numbers), _BATCH):
        batch = np.resize(
            numbers[first : first + _BATCH], _BATCH
        )  # the last one is filled up with machines done already
        written = timed("weights", lambda batch=batch: enumeration.written(batch))
        parts.append(timed("transformer", lambda written=written: enumeration.transformer(written)))
    runs = Runs(
        FamilyRuns(
            *(np.concatenate(arrays)[: len(numbers)] for arrays in zip(*(part.runs for part in parts), strict=True))
        ),
        np.concatenate([part.on_grid for part in parts])[: len(numbers)],
    )
    reference = timed("reference", lambda: enumeration.reference(numbers))
    census = timed("comparison", lambda: enumeration.compare(numbers, runs, reference))
    return Portion(census, seconds)


def _joined(parts: list[Portion]) -> Portion:
    names = dict.fromkeys(name for part in parts for name in part.seconds)
    seconds = {name: sum(part.seconds.get(name, 0) for part in parts) for name in names}
    return Portion(joined([part.census for part in parts]), seconds)
