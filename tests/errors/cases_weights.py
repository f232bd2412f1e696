"""What the weights room refuses: entries, streams off the grid, scores that are no integers, and every damaged file."""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from tests.errors.sites import Case
from tests.program.programs import EXAMPLES
from tests.weights.damaged import DAMAGED
from tests.weights.growing import wei_ma
from tmformer.weights import AttentionHead, BlockWeights, Sparse, Weights, load, lower, save, sparse, trace

SHIFT = EXAMPLES["shift"]


def halved(part: Sparse) -> Sparse:
    return Sparse(part.shape, part.entries, part.shift + 1)


def fractional_score() -> object:
    weights = lower(SHIFT.program)
    [block], [head] = weights.blocks, weights.blocks[0].heads
    halves = AttentionHead(head.lookup, halved(head.query), head.key, head.value, head.output)
    return list(trace(Weights(weights.labels, (BlockWeights((halves,), block.mlp),)), SHIFT.prompt, "base-2"))


def no_row_seen() -> object:
    """A decoder that looks across, without its encoder."""
    case = wei_ma(2, "encoder-decoder")
    start = case.prompt.num_rows - 2
    return list(trace(case.weights, case.prompt.rows(start, start + 2)))


def damaged(data: Callable[[], bytes]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights"
        path.write_bytes(data())
        return load(path)


FILES: dict[str, Case] = {name: partial(damaged, data) for name, data in DAMAGED.items()}
CASES: dict[str, Case] = {
    **FILES,
    "an entry outside": lambda: sparse((1, 1), {(0, 1): 1}),
    "an entry that is not dyadic": lambda: sparse((1, 1), {(0, 0): Fraction(1, 3)}),
    "a value off its grid": lambda: lower(SHIFT.program).layout.decode(np.full((1, 14), 0.5)),
    "a score that is no integer": fractional_score,
    "a row that sees none": no_row_seen,
    "a place that cannot be written": lambda: save(lower(SHIFT.program), "/dev/null/weights"),
    "no file": lambda: load("no such file"),
}
