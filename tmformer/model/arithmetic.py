"""The arithmetic of a model: where its numbers are rounded, and to which format. Axes: see `tmformer.axes`."""

import math
from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from tmformer.model.quantise import quantise
from tmformer.precision import Format, Policy


@final
@dataclass(frozen=True)
class Arithmetic:
    """What a model computes with: JAX's own formats, or, where it lacks one, an emulation in float64.

    Emulated sums are taken strictly from left to right, and each product and each partial sum is rounded; so is every other
    result.

    Error bound: up to 25 digits a sum, a product or a quotient is the one that the format itself rounds to; with more, float64
    may have rounded it before. An exponential is one of float64, within 1 ulp of its own, that is then rounded.

    Args:
        policy: the formats.
    """

    policy: Policy

    @property
    def dtype(self) -> str:
        """The dtype that holds weights and activations."""
        return self._dtype(self.policy.weights)

    @property
    def accumulation(self) -> str:
        """The dtype that holds sums, the widest of all."""
        return self._dtype(self.policy.accumulation)

    @property
    def lowest(self) -> float:
        """The most negative finite score: the logit of what is not seen."""
        return -float(self.policy.scores.largest)

    def to_weights(self, x: Float[Array, "..."]) -> Float[Array, "..."]:
        """Rounded to the format of weights and activations."""
        return self._rounded(x, self.policy.weights)

    def to_accumulation(self, x: Float[Array, "..."]) -> Float[Array, "..."]:
        """Rounded to the format of sums."""
        return self._rounded(x, self.policy.accumulation)

    def to_scores(self, x: Float[Array, "..."]) -> Float[Array, "..."]:
        """Rounded to the format of scores."""
        return self._rounded(x, self.policy.scores)

    def scale(self, scores: Float[Array, "..."], factor: float) -> Float[Array, "..."]:
        """Scores times a number, both in the format of scores."""
        return self.to_scores(scores * self.to_scores(jnp.asarray(factor, scores.dtype)))

    def subtract(self, scores: Float[Array, "..."], most: Float[Array, "..."]) -> Float[Array, "..."]:
        """scores - most, in the format of scores; emulated, it ends at the lowest, as not every format has an infinity."""
        if self.policy.is_native:
            return scores - most
        return self.to_scores(jnp.maximum(scores - most, self.lowest))

    def exp(self, gaps: Float[Array, "..."]) -> Float[Array, "..."]:
        """The powers of e, in the format of scores."""
        return self.to_scores(jnp.exp(gaps))

    def add(self, x: Float[Array, "..."], y: Float[Array, "..."]) -> Float[Array, "..."]:
        """x + y, in the format of weights and activations."""
        return self.to_weights(x + y)

    def divide(self, sums: Float[Array, "..."], total: Float[Array, "..."]) -> Float[Array, "..."]:
        """sums / total, in the format of sums.

        The barrier makes XLA divide: where many are divided by one number it would multiply by its reciprocal, and 41 ties of
        value 1 would have an average of 1 - 2**-24 in float32.
        """
        return self.to_accumulation(sums / jax.lax.optimization_barrier(jnp.broadcast_to(total, sums.shape)))

    def sum(self, axes: str, left: Float[Array, "..."], right: Float[Array, "..."]) -> Float[Array, "..."]:
        """The sums of products, in the format of sums.

        Args:
            axes: as of `einsum`; what is summed over stands in both factors.
            left: the one factor.
            right: the other.
        """
        if self.policy.is_native:
            return jnp.einsum(
                axes, left, right, preferred_element_type=self.accumulation, precision=jax.lax.Precision.HIGHEST
            )
        factors, output = axes.split("->")
        letters = factors.split(",")
        summed = "".join(letter for letter in letters[0] if letter not in output)
        sizes = dict(zip("".join(letters), (*left.shape, *right.shape), strict=True))
        terms = [_terms(array, own, summed, output) for array, own in zip((left, right), letters, strict=True)]

        def step(sums: jax.Array, term: list[jax.Array]) -> tuple[jax.Array, None]:
            return self.to_accumulation(sums + self.to_accumulation(term[0] * term[1])), None

        return jax.lax.scan(step, jnp.zeros([sizes[letter] for letter in output], left.dtype), terms)[0]

    def total(self, powers: Float[Array, "*axes keys"]) -> Float[Array, "*axes 1"]:
        """The sum over the last axis, in the format of sums."""
        terms = self.to_accumulation(powers)
        if self.policy.is_native:
            return terms.sum(axis=-1, keepdims=True)

        def step(sums: jax.Array, term: jax.Array) -> tuple[jax.Array, None]:
            return self.to_accumulation(sums + term), None

        return jax.lax.scan(step, jnp.zeros(powers.shape[:-1], powers.dtype), jnp.moveaxis(terms, -1, 0))[0][..., None]

    def _dtype(self, format_: Format) -> str:
        return format_.name if self.policy.is_native else "float64"

    def _rounded(self, x: jax.Array, format_: Format) -> jax.Array:
        return x.astype(format_.name) if self.policy.is_native else quantise(x, format_)


def _terms(array: jax.Array, letters: str, summed: str, output: str) -> jax.Array:
    """A factor with what is summed over as its first axis, and then an axis for each letter of the output."""
    kept = "".join(letter for letter in output if letter in letters)
    moved = jnp.transpose(array, [letters.index(letter) for letter in summed + kept])
    sizes = iter(moved.shape[len(summed) :])
    spread = [next(sizes) if letter in letters else 1 for letter in output]
    return moved.reshape(math.prod(moved.shape[: len(summed)]), *spread)
