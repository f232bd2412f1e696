"""How many machine steps a second does the dense engine make, and how does that fall with the cells of the window?

One machine step is one block. "naive" is the same block compiled by itself and called from Python once a machine step, with
attention computed anew each time; "loop" is the whole run in one compiled loop; "engine" also takes attention that never
changes out of the loop, which is what `--engine dense` does; "retrieval" computes two cells a machine step. "one-hot" is a
plain block in JAX with a coordinate for each cell, in the place of codes of log W digits, and "codes" the same block with
those. All give the same symbols, which is checked here.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

import tmformer
from benchmarks.position_codes import after, kept_coordinates, with_codes, with_one_hot
from benchmarks.surroundings import peak_memory, said
from benchmarks.tables import markdown, three_digits
from tmformer.constructions import construction
from tmformer.decode import Dense, Passing
from tmformer.machine import initial_configuration
from tmformer.program import Stream

CELLS = (64, 256, 1024)
SHUTTLE = "0RB---_0LA---_1RB1RB_1RB1RB_1RZ1RZ"  # six states, as many as the BB(5) champion; shuttles between two cells
SMALL = (31,)
SECONDS = 1.0
REPEATS = 5


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Machine steps a second (median of five), in float32, with attention to the whole window in each block."""
    return [_row(cells, SECONDS / 50 if small else SECONDS) for cells in (SMALL if small else CELLS)]


def _row(cells: int, seconds: float) -> dict[str, object]:
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
    retrieval = Passing(weights)
    codes, one_hot = with_codes(weights, prompt), with_one_hot(weights, prompt)
    runs: dict[str, Callable[[int], np.ndarray]] = {
        "naive": _naive(engine, prompt),
        "loop": lambda loops: plain.array(plain.advance(plain.start(prompt), loops)),
        "engine": lambda loops: engine.array(engine.advance(engine.start(prompt), loops)),
        "retrieval": lambda loops: retrieval.array(retrieval.advance(retrieval.start(prompt), loops)),
        "codes": lambda loops: after(codes, loops),
        "one-hot": lambda loops: after(one_hot, loops),
    }
    kept = kept_coordinates(weights)
    for loops in (1, 7):
        bits = {
            name: run(loops)[:, : len(kept)] if name == "one-hot" else run(loops)[:, kept] for name, run in runs.items()
        }
        if len({each.tobytes() for each in bits.values()}) != 1 or retrieval.why_dense is not None:
            raise RuntimeError(f"the runs differ after {loops} blocks")
    rates = {name: _rate(run, seconds) for name, run in runs.items()}
    return {
        "cells": cells,
        **{f"{name}, steps/s": rate for name, rate in rates.items()},
        "engine / naive": rates["engine"] / rates["naive"],
        "codes / one-hot": rates["codes"] / rates["one-hot"],
        "d_model": weights.layout.d_model,
        "one-hot d_model": one_hot.x.shape[1],
        "load, s": load,
        "first call, s": first,
        "attention, MB": 3 * (cells + 1) ** 2 * 4 / 1e6,
        "peak memory so far, MB": peak_memory(),
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


def _rate(run: Callable[[int], np.ndarray], seconds: float) -> float:
    loops, elapsed = 1, 0.0
    while elapsed < seconds / 4:
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


def in_readme(answer: dict[str, Any]) -> str:
    """What README shows of this answer."""
    shown = [
        {
            "cells": f"{row['cells']:,}",
            **{
                heading: three_digits(row[f"{name}, steps/s"])
                for heading, name in {
                    "retrieval, machine steps/s": "retrieval",
                    "dense": "engine",
                    "plain block, codes": "codes",
                    "plain block, one-hot": "one-hot",
                }.items()
            },
            "codes / one-hot": f"{row['codes / one-hot']:.1f}",
            "d_model": f"{row['d_model']} or {row['one-hot d_model']:,}",
        }
        for row in answer["rows"]
    ]
    return f"{markdown(shown)}\n\n{said(answer)}"
