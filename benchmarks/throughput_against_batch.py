"""How many machine steps a second do all runs of a batch make together, and how does that grow with the batch?

`tmformer.run_batch` of weights that are compiled already: prompts, the compiled loop, and the last configuration of each run.
"""

import tmformer
from benchmarks.timing import timed
from tmformer.machine import load

SIZES = (1, 4, 16, 64, 256)
SMALL = (1, 4)
STEPS = 107  # what bb4 takes
CELLS = 31  # of the window, or of the prompt; it needs 14


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """A row for each construction and size; the ratio is to one run at a time."""
    rows: list[dict[str, object]] = []
    for construction in ("cellular", "wei_ma"):
        weights = tmformer.compile(load("bb4"), construction, steps=STEPS, cells=CELLS)
        alone = 0.0
        for size in SMALL if small else SIZES:
            runs = [tmformer.Run()] * size
            ends = {(each.steps, each.configuration.hash) for each in tmformer.run_batch(weights, runs)}
            if len(ends) != 1 or {steps for steps, _ in ends} != {STEPS}:
                raise RuntimeError(f"runs of a batch of {size} end differently")
            times = timed(lambda weights=weights, runs=runs: tmformer.run_batch(weights, runs), seconds=1.0)
            rate = size * STEPS / times.median
            alone = alone or rate
            rows.append(
                {
                    "construction": construction,
                    "runs": size,
                    "machine steps/s": rate,
                    "best": size * STEPS / times.best,
                    "runs/s": size / times.median,
                    "beside one run": rate / alone,
                }
            )
    return rows
