"""Policies: which format a network's numbers have at each place."""

import math
from dataclasses import dataclass
from typing import final

from tmformer.errors import PrecisionError, did_you_mean
from tmformer.precision.formats import FORMATS, Format

POLICIES = ("accumulate-float32", "pure", "scores-float32")
"""accumulate-float32, the default: sums in float32, all else in the format. pure: all in the format. scores-float32: sums
and attention scores in float32. Where float32 does not hold every number of the format, the format takes its place."""


@final
@dataclass(frozen=True)
class Policy:
    """Which format numbers have.

    Args:
        name: one of POLICIES, or a name of your own.
        weights: the format of weights and activations.
        accumulation: the format of sums: of each product and each partial sum.
        scores: the format of attention scores, of logits, and of what exp makes of them.
    """

    name: str
    weights: Format
    accumulation: Format
    scores: Format

    @property
    def beta(self) -> int:
        """The inverse temperature, in nats, at which softmax over these scores saturates."""
        return self.scores.beta

    @property
    def most_ties(self) -> int:
        """The most tied keys whose average is exact: their number is counted exactly, and finite in the format of weights.

        >>> policy_named("accumulate-float32", FORMATS["float16"]).most_ties
        65519
        """
        format_ = self.weights
        half_a_step = 1 << max(format_.max_exponent - format_.precision, 0)
        finite = math.floor(format_.largest) + half_a_step - 1
        return min(self.accumulation.largest_exact_integer, finite)

    @property
    def is_native(self) -> bool:
        """Whether JAX computes so as it is: in a native format, with sums in float32 or float64 at least as long."""
        return (
            self.weights.is_native
            and self.accumulation.name in ("float32", "float64")
            and self.accumulation.precision >= self.weights.precision
            and self.scores in (self.weights, self.accumulation)
        )


def policy_named(name: str, format_: Format) -> Policy:
    """The preset with this name for weights of this format.

    Raises:
        PrecisionError: if there is none.
    """
    if name not in POLICIES:
        raise PrecisionError(
            "A policy of formats is one that tmformer knows",
            found=repr(name),
            where="policy",
            remedy=f"Use {', '.join(POLICIES)}{did_you_mean(name, POLICIES)}",
        )
    if name == "pure":
        return Policy(name, format_, format_, format_)
    accumulation = FORMATS["float32"] if _is_within_float32(format_) else format_
    return Policy(name, format_, accumulation, accumulation if name == "scores-float32" else format_)


def _is_within_float32(format_: Format) -> bool:
    """Whether float32 holds every number of the format, subnormal ones aside."""
    float32 = FORMATS["float32"]
    return format_.precision <= float32.precision and format_.max_exponent <= float32.max_exponent
