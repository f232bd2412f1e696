"""How long does it take to compile for T machine steps, how much memory does it take, and how large is the file?

Width grows with log T and position codes are generated, so none should grow with T but for that logarithm. Each row is a
process of its own, whose peak memory the system tells: with exact weights alone, before JAX is loaded; and after a first run of
one machine step, XLA's compilation included and imports not, up to the positions of RUN_UP_TO: the prompt of a cellular network has a
row for each cell. From 2^24 positions on wei_ma has no certificate in float32, which counts no further.
"""

import json
import statistics
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import tmformer
from benchmarks.surroundings import alone, peak_memory
from tmformer.errors import PrecisionError
from tmformer.weights import Weights

STEPS = tuple(2**exponent for exponent in (4, 10, 16, 20, 26))
SMALL = (2**4, 2**8)
RUN_UP_TO = {"cellular": 2**17 + 16, "wei_ma": 2**21}
CASES = (("bb5", "cellular"), ("binary_multiplication", "cellular"), ("bb5", "wei_ma"))
REPEATS = 5


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Seconds from a machine to exact weights (median of five), peak memory, bytes of the file, seconds of a first run."""
    cases = CASES[::2] if small else CASES
    return [
        alone("compile_time_against_steps", name, construction, str(steps))
        for name, construction in cases
        for steps in (SMALL if small else STEPS)
    ]


def _alone(name: str, construction: str, steps: int) -> dict[str, object]:
    """In a process of its own."""
    machine = tmformer.load_machine(name)
    seconds: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        weights = tmformer.compile(machine, construction, steps=steps, input_length=8)
        seconds.append(time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        tmformer.save_weights(weights, path)
        size = path.stat().st_size
    exact = peak_memory()
    start = time.perf_counter()
    try:
        tmformer.certify(weights)
        certified: object = time.perf_counter() - start
    except PrecisionError:
        certified = "none"
    first, peak = _first_run(weights) if weights.labels.max_positions <= RUN_UP_TO[construction] else ("", "")
    return {
        "machine": name,
        "construction": construction,
        "steps": steps,
        "positions": weights.labels.max_positions,
        "compile, s": statistics.median(seconds),
        "certify, s": certified,
        "file, bytes": size,
        "peak memory, compiled, MB": exact,
        "first run, s": first,
        "peak memory, run, MB": peak,
    }


def _first_run(weights: Weights) -> tuple[float, float]:
    """Seconds, and MB at the peak."""
    import_module("tmformer.decode.retrieval")
    start = time.perf_counter()
    tmformer.run(weights, max_steps=1)
    return time.perf_counter() - start, peak_memory()


if __name__ == "__main__":
    print(json.dumps(_alone(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
