"""How long does it take to compile exact weights for T machine steps, and how large is the file?

Width grows with log T and position codes are generated, so neither should grow with T but for that logarithm.
"""

import statistics
import tempfile
import time
from pathlib import Path

import tmformer

STEPS = tuple(2**exponent for exponent in (4, 8, 12, 16, 20, 26))
MACHINES = ("bb5", "binary_multiplication")
REPEATS = 5


def measure() -> list[dict[str, object]]:
    """Seconds from a machine to exact weights (median of five), and bytes of the file."""
    return [_row(name, steps) for name in MACHINES for steps in STEPS]


def _row(name: str, steps: int) -> dict[str, object]:
    machine = tmformer.load_machine(name)
    seconds: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        weights = tmformer.compile(machine, steps=steps)
        seconds.append(time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        tmformer.save_weights(weights, path)
        size = path.stat().st_size
    return {
        "machine": name,
        "steps": steps,
        "cells": weights.labels.max_positions - 1,
        "compile, s": statistics.median(seconds),
        "file, bytes": size,
    }
