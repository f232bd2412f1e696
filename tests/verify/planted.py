"""Arithmetic with planted faults, such as devices have them, and means of trials with few values."""

from collections.abc import Iterable
from itertools import product

import jax
import jax.numpy as jnp

from tests.often import covering, long
from tmformer.model import Arithmetic
from tmformer.precision import FORMATS, format_named, policy_named
from tmformer.verify.trying import Means


def trials(names: Iterable[str]) -> list[object]:
    """Formats and trials: each trial in float32 or in float16 every time, in turn, all in all formats in `make test-long`."""
    others = product(("bfloat16", "float64"), names)
    return [*covering(("float32", "float16"), names), *long(others)]


def means(
    format_name: str = "float32", kind: type[Arithmetic] = Arithmetic, policy: str = "accumulate-float32", **more
):
    sizes = {"largest": 8, "positions": 48, "sharpness": 3} | more
    return Means(kind(policy_named(policy, format_named(format_name))), **sizes)


class LessThanOne(Arithmetic):
    """exp(0) is the number before 1."""

    def exp(self, gaps):
        return jnp.minimum(super().exp(gaps), jnp.finfo(gaps.dtype).epsneg.astype(gaps.dtype) * -1 + 1)


class Fused(Arithmetic):
    """Softmax as one kernel: round(s beta - round(max beta)), the product not rounded."""

    def scale(self, scores, factor):
        return scores.astype("float64") * factor

    def subtract(self, scores, most):
        return self.to_scores(scores - self.to_scores(most).astype("float64"))


class Soft(Arithmetic):
    """exp of half its argument."""

    def exp(self, gaps):
        return super().exp(gaps / 2)


class Rough(Arithmetic):
    """exp that is off by 2**-20 of itself, but not at 0."""

    def exp(self, gaps):
        powers = super().exp(gaps)
        return jnp.where(gaps == 0, powers, powers * (1 + 2.0**-10 if self.dtype == "float16" else 1 + 2.0**-20))


class Reciprocal(Arithmetic):
    """Quotients as products with a reciprocal."""

    def divide(self, sums, total):
        return self.to_accumulation(sums * (1 / total))


class ShortFactors(Arithmetic):
    """Factors of eight digits, as where a device multiplies in bfloat16 by default."""

    def sum(self, axes, left, right):
        return super().sum(axes, *(jax.lax.reduce_precision(each, 8, 7) for each in (left, right)))


class ShortSums(Arithmetic):
    """Sums of eight digits."""

    def sum(self, axes, left, right):
        return jax.lax.reduce_precision(super().sum(axes, left, right), 8, 7)


class ShortCounts(Arithmetic):
    """Totals of four digits."""

    def total(self, powers):
        return jax.lax.reduce_precision(super().total(powers), 8, 3)


class ShortHidden(Arithmetic):
    """Sums with their bias, of eight digits."""

    def to_accumulation(self, x):
        return jax.lax.reduce_precision(super().to_accumulation(x), 8, 7)


class Elided(Arithmetic):
    """Weights and activations that keep the digits of sums."""

    def to_weights(self, x):
        return self.to_accumulation(x)

    def sum(self, axes, left, right):
        return super().sum(axes, self.to_accumulation(left), self.to_accumulation(right))

    def add(self, x, y):
        return self.to_accumulation(x) + self.to_accumulation(y)


class Flushing(Arithmetic):
    """Sums that flush subnormal numbers to zero."""

    def add(self, x, y):
        least = 2.0 ** FORMATS["float16"].min_exponent
        return jnp.where(jnp.abs(super().add(x, y)) < least, 0, super().add(x, y))


class OtherOrder(Arithmetic):
    """The sums of the last unit are taken in another order."""

    def sum(self, axes, left, right):
        sums = super().sum(axes, left, right)
        return sums.at[..., -1].set(super().sum(axes, left[..., ::-1], right[..., ::-1])[..., -1] * (1 + 2.0**-23))


class BiasFirst(Arithmetic):
    """One more rounding of the sum before the bias is added."""

    def to_accumulation(self, x):
        return super().to_accumulation(x) * (1 - 2.0**-22)


def other_row_order(matrix, vector, accumulation):
    """Sums row by row, in another order in every second unit."""
    terms = matrix.astype(accumulation) * vector.astype(accumulation)[None, :]
    ordered = jnp.cumsum(terms, axis=1)[:, -1]
    reverse = jnp.cumsum(terms[:, ::-1], axis=1)[:, -1]
    return jnp.where(jnp.arange(len(matrix)) % 2 == 0, ordered, reverse)


def reciprocal_average(logits, values, accumulation):
    """The softmax of one row, with a reciprocal."""
    powers = jnp.exp(logits - logits.max()).astype(accumulation)
    return (values * powers[None, :]).sum(axis=1) * (1 / powers.sum()), powers
