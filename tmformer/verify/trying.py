"""What trials compute with, and what they find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tmformer.decode import UNITS, row_average, row_sum
from tmformer.model import Arithmetic
from tmformer.precision import Format, Policy, quantise

RowSum = Callable[[Float[Array, "sums terms"], Float[Array, " terms"], str], Float[Array, " sums"]]
RowAverage = Callable[
    [Float[Array, " rows"], Float[Array, "values rows"], str], tuple[Float[Array, " values"], Float[Array, " rows"]]
]


@final
class Finding(NamedTuple):
    """What a trial has found.

    Args:
        held: whether the device computes every value as it should.
        tried: how many values were computed.
        worst: the first value that is not as it should be, or what is worth knowing where all are.
    """

    held: bool
    tried: int
    worst: str


@final
@dataclass(frozen=True)
class Means:
    """What trials compute with: the operations of the model and of the engine that decodes row by row, and up to where.

    Args:
        arithmetic: the operations of the model.
        largest: the largest score.
        positions: the most keys of a sum.
        sharpness: the largest c of the graded regime.
        row_sum: the sums of the engine that decodes row by row.
        row_average: its softmax.
        units: what the number of its hidden units is a multiple of.
    """

    arithmetic: Arithmetic
    largest: int
    positions: int
    sharpness: int
    row_sum: RowSum = row_sum
    row_average: RowAverage = row_average
    units: int = UNITS

    @property
    def policy(self) -> Policy:
        """The formats."""
        return self.arithmetic.policy

    def weights(self, values: object) -> Float[Array, "..."]:
        """Numbers as weights and activations are held."""
        return self._array(values, self.policy.weights, self.arithmetic.dtype)

    def sums(self, values: object) -> Float[Array, "..."]:
        """Numbers as sums are held."""
        return self._array(values, self.policy.accumulation, self.arithmetic.accumulation)

    def scores(self, values: object) -> Float[Array, "..."]:
        """Numbers as scores are held."""
        scores = self.policy.scores
        return self._array(values, scores, scores.name if self.policy.is_native else "float64")

    def scores_up_to(self, temperature: float) -> int:
        """The largest score that is tried: it is exact, and its logit finite."""
        weights, scores = self.policy.weights, self.policy.scores
        exact = min(weights.largest_exact_integer, scores.largest_exact_integer)
        return min(self.largest, exact, int(float(scores.largest) / max(temperature, 1.0)))

    def _array(self, values: object, format_: Format, dtype: str) -> Float[Array, "..."]:
        return jnp.asarray(quantise(np.asarray(values, np.float64), format_).astype(jnp.dtype(dtype)))


def floats(array: Float[Array, "..."]) -> np.ndarray:
    """What the device computed, as float64, which holds it."""
    return np.asarray(array).astype(np.float64)


def nearest(value: Fraction, format_: Format) -> Fraction:
    """The number of the format nearest to a rational, ties to even; the rational is small enough for it.

    >>> from tmformer.precision import FORMATS
    >>> nearest(Fraction(1, 3), FORMATS["float8_e5m2"])
    Fraction(5, 16)
    """
    if value == 0:
        return value
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    exponent -= abs(value) < Fraction(2) ** exponent
    unit = Fraction(2) ** (max(exponent, format_.min_exponent) - format_.precision + 1)
    return round(value / unit) * unit


def compare(expected: np.ndarray, found: np.ndarray, what: Callable[[tuple[int, ...]], str]) -> Finding:
    """Whether each value is the one expected.

    Args:
        expected: as float64; NaN where any value will do.
        found: likewise, of the same shape.
        what: how the value at an index is called.
    """
    asked = ~np.isnan(expected)
    wrong = np.argwhere(asked & (found != expected))
    if not wrong.size:
        return Finding(True, int(asked.sum()), "")
    first = tuple(int(place) for place in wrong[0])
    says = f"{what(first)} is {float(found[first])!r}, not {float(expected[first])!r}"
    return Finding(False, int(asked.sum()), f"{says}; {len(wrong):,} in all")


def together(findings: Iterable[Finding]) -> Finding:
    """All findings as one: the first that is broken speaks for them, or else the first that has something to say."""
    found = list(findings)
    words = [each.worst for each in found if not each.held] or [each.worst for each in found if each.worst] or [""]
    return Finding(all(each.held for each in found), sum(each.tried for each in found), words[0])
