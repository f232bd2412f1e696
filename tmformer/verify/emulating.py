"""Emulated sums without a loop over what cannot matter: the twin of `model.Arithmetic` on NumPy, bit for bit.

Sums are taken strictly from left to right, and each product and each partial sum is rounded, as there. They are taken at once
where no order could matter: all terms are whole multiples of one number, and their absolute values in sum are short of the
format's digits, so that each partial sum is exact. Else terms that are 0 are left out, as they change no partial sum, and
where a partial sum stays as it is under a term, so it does under all equal terms that follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from tmformer.precision import FORMATS, Format, Policy, quantise

Order = Literal["left to right", "by halves"]
"""In which order powers are summed: as the values that are mixed by them are, or by halves, as kernels may do it."""

_ONE = np.ones((1, 1))
_SCORES = FORMATS["float32"]
_TABLE = 2**16
_FINEST = 4  # multiples of 2**-_FINEST at least are looked for


@final
@dataclass(frozen=True)
class Emulation:
    """What rows compute with where JAX lacks a format; all arrays are float64.

    Args:
        policy: the formats.
        order: in which order powers are summed.
    """

    policy: Policy
    order: Order = "left to right"

    def products(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """left @ right in the format of sums, for [n, terms] and [terms, m]."""
        sums = self.policy.accumulation
        if is_exact(sums, left, right):
            return left @ right
        out = np.zeros((len(left), right.shape[1]))
        for row, factors in enumerate(left):
            kept = np.flatnonzero(factors)
            terms = factors[kept, None] * right[kept]
            out[row] = _in_turn(quantise(terms, sums), sums)
        return out

    def scores(self, queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """queries @ keys in the format of sums, for keys of -1, 0 and 1 in float32."""
        sums = self.policy.accumulation
        if _grid(queries) == 1 and is_exact(_SCORES, queries, _ONE) and is_exact(sums, queries, _ONE):
            return (queries.astype(np.float32) @ keys).astype(np.float64)
        return self.products(queries, keys.astype(np.float64))

    def total(self, powers: np.ndarray) -> np.ndarray:
        """The sum of each row, in the format of sums: [n, 1]."""
        sums = self.policy.accumulation
        if is_exact(sums, powers, _ONE):
            return powers.sum(axis=1, keepdims=True)
        each: Callable[[np.ndarray, Format], np.ndarray] = _in_turn if self.order == "left to right" else _by_halves
        return np.stack([each(quantise(row[row != 0], sums)[:, None], sums) for row in powers])

    def powers(self, scores: np.ndarray, beta: float) -> np.ndarray:
        """exp(logit - largest logit of the row), in the format of scores; whole scores are looked up in a table."""
        if _grid(scores) != 1 or np.ptp(scores) > _TABLE:
            return self._powers(scores, scores.max(axis=1, keepdims=True), beta)
        low, high = int(scores.min()), int(scores.max())
        table = self._powers(np.arange(low, high + 1.0)[None], scores.max(axis=1, keepdims=True), beta)
        return np.take_along_axis(table, scores.astype(np.int64) - low, axis=1)

    def _powers(self, scores: np.ndarray, most: np.ndarray, beta: float) -> np.ndarray:
        """Rounding keeps order, so the largest logit is that of the largest score."""
        format_ = self.policy.scores
        with np.errstate(all="ignore"):
            logits, largest = (
                quantise(quantise(each, format_) * quantise(beta, format_), format_) for each in (scores, most)
            )
            gaps = np.maximum(logits - largest, -float(format_.largest))
            return quantise(np.exp(quantise(gaps, format_)), format_)


def _in_turn(terms: np.ndarray, sums: Format) -> np.ndarray:
    """The sum over the first axis, one after another; terms are numbers of the format."""
    total, row = np.zeros(terms.shape[1]), 0
    changes = [*(np.flatnonzero((terms[1:] != terms[:-1]).any(axis=1)) + 1), len(terms)]
    for end in changes:
        while row < end:
            before, total = total, quantise(total + terms[row], sums)
            row = end if np.array_equal(before, total, equal_nan=True) else row + 1
    return total


def _by_halves(terms: np.ndarray, sums: Format) -> np.ndarray:
    while len(terms) > 1:
        terms = np.concatenate([terms, np.zeros((len(terms) % 2, terms.shape[1]))])
        terms = quantise(terms[::2] + terms[1::2], sums)
    return terms.sum(axis=0)


def is_exact(sums: Format, left: np.ndarray, right: np.ndarray) -> bool:
    """Whether all partial sums of left @ right are numbers of the format, in whatever order they are taken."""
    grid = _grid(left) * _grid(right)
    bound = float(np.abs(left).sum(axis=-1).max(initial=0)) * float(np.abs(right).max(initial=0))
    least = 2.0 ** (sums.min_exponent - sums.precision + 1)
    return grid >= least and bound <= min(grid * 2.0**sums.precision, float(sums.largest))


def _grid(array: np.ndarray) -> float:
    """The largest 2**-s, s from 0 to _FINEST, of which all numbers are whole multiples; 0 if there is none."""
    if not np.isfinite(array).all():
        return 0.0
    for power in range(_FINEST + 1):
        scaled = array * 2.0**power
        if (scaled == np.rint(scaled)).all():
            return 2.0**-power
    return 0.0
