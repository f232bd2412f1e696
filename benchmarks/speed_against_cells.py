"""How many machine steps a second does the dense engine make, and how does that fall with the cells of the window?

One machine step is one block. "naive" is the same block compiled by itself and called from Python once a machine step, with
attention computed anew each time; "loop" is the whole run in one compiled loop; "engine" also takes attention that never
changes out of the loop, which is what `tmformer run` does. All three give the same bits, which is checked here.
"""

import resource
import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

import tmformer
from tmformer.constructions import construction
from tmformer.decode import Dense
from tmformer.machine import initial_configuration
from tmformer.program import Stream

CELLS = (64, 256, 1024)
SHUTTLE = "0RB---_0LA---_1RB1RB_1RB1RB_1RZ1RZ"  # six states, as many as the BB(5) champion; shuttles between two cells
SECONDS = 1.0
REPEATS = 5


def measure() -> list[dict[str, object]]:
    """Machine steps a second (median of five), in float32, with attention to the whole window in each block."""
    return [_row(cells) for cells in CELLS]


def _row(cells: int) -> dict[str, object]:
    machine = tmformer.load_machine(SHUTTLE)
    weights = tmformer.compile(machine, steps=1 << 20, cells=cells)
    made = construction("cellular")
    prompt = made.encode_configuration(weights.labels, initial_configuration(machine.start, (), machine.blank))
    start = time.perf_counter()
    engine = Dense(weights)
    load = time.perf_counter() - start
    start = time.perf_counter()
    engine.advance(engine.start(prompt), 1)
    first = time.perf_counter() - start
    plain = Dense(weights)
    plain.constant = False
    naive = _naive(engine, prompt)
    runs = {
        "naive": naive,
        "loop": lambda loops: plain.array(plain.advance(plain.start(prompt), loops)),
        "engine": lambda loops: engine.array(engine.advance(engine.start(prompt), loops)),
    }
    for loops in (1, 7):
        bits = {name: run(loops).tobytes() for name, run in runs.items()}
        if len(set(bits.values())) != 1:
            raise RuntimeError(f"the runs differ after {loops} blocks")
    rates = {name: _rate(run) for name, run in runs.items()}
    return {
        "cells": cells,
        **{f"{name}, steps/s": rate for name, rate in rates.items()},
        "engine / naive": rates["engine"] / rates["naive"],
        "load, s": load,
        "first call, s": first,
        "attention, MB": 3 * (cells + 1) ** 2 * 4 / 1e6,
        "peak memory so far, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def _naive(engine: Dense, prompt: Stream) -> Callable[[int], np.ndarray]:
    graph, params = engine.graph, engine.params
    block = jax.jit(lambda state, x, keep: nnx.merge(graph, state)(x, keep, jnp.int32(0)))

    def run(loops: int) -> np.ndarray:
        x, keep = engine.embed(prompt)
        for _ in range(loops):
            x = block(params, x, keep)
        return np.asarray(x)

    return run


def _rate(run: Callable[[int], np.ndarray]) -> float:
    loops, elapsed = 4, 0.0
    while elapsed < SECONDS / 4:
        loops *= 2
        start = time.perf_counter()
        run(loops)
        elapsed = time.perf_counter() - start
    rates: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run(loops)
        rates.append(loops / (time.perf_counter() - start))
    return statistics.median(rates)
