"""Multi-head softmax attention without biases, normalised last. Axes: see `tmformer.axes`."""

from typing import NamedTuple, final

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float

from tmformer.model.arithmetic import Arithmetic


@final
class Pattern(NamedTuple):
    """Who attends to whom, before normalising.

    Args:
        powers: exp(logit - largest logit of the row).
        total: their sum over the keys, in the format of sums.
    """

    powers: Float[Array, "heads rows rows"]
    total: Float[Array, "heads rows 1"]


@final
class Attention(nnx.Module):
    """softmax(beta * (W_Q x)(W_K x)^T) (W_V x), then W_O, summed over attention heads.

    Sums are taken in the format of sums, and are rounded to that of the weights, or of scores.

    Args:
        query: W_Q.
        key: W_K.
        value: W_V.
        output: W_O.
        masks: for each attention head "none", or "causal": a row sees itself and earlier rows of its own side only, or
            "across": the rows of the encoder only.
        encoder: the coordinate that is 1 in the encoder's rows; None where there is no encoder.
        beta: inverse temperature: logits are beta times the scores.
        arithmetic: where numbers are rounded.
    """

    def __init__(
        self,
        query: Float[Array, "*loops heads key model"],
        key: Float[Array, "*loops heads key model"],
        value: Float[Array, "*loops heads value model"],
        output: Float[Array, "*loops heads model value"],
        *,
        masks: tuple[str, ...],
        encoder: int | None,
        beta: float,
        arithmetic: Arithmetic,
    ) -> None:
        self.query = nnx.Param(query)
        self.key = nnx.Param(key)
        self.value = nnx.Param(value)
        self.output = nnx.Param(output)
        self.masks = masks
        self.encoder = encoder
        self.beta = beta
        self.arithmetic = arithmetic

    def __call__(
        self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]
    ) -> tuple[Float[Array, "rows model"], Float[Array, "heads rows rows"]]:
        """What the attention heads add to the residual stream, and their attention weights."""
        pattern = self.pattern(x, keep)
        return self.mix(x, pattern), self.shares(pattern)

    def shares(self, pattern: Pattern) -> Float[Array, "heads rows rows"]:
        """The attention weights; each row sums to 1, exactly so where there is one winner."""
        powers, total = pattern
        by = self.arithmetic
        return by.to_scores(by.divide(by.to_accumulation(powers), total))

    def pattern(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Pattern:
        """Who attends to whom.

        Args:
            x: the residual stream.
            keep: False for padding, which no row sees; at least one row is kept.
        """
        by = self.arithmetic
        queries = by.to_weights(by.sum("nd,hkd->hnk", x, self.query[...]))
        keys = by.to_weights(by.sum("nd,hkd->hnk", x, self.key[...]))
        logits = by.scale(by.to_scores(by.sum("hqk,hnk->hqn", queries, keys)), self.beta)
        logits = jnp.where(self._sees(x, keep), logits, by.lowest)
        powers = by.exp(by.subtract(logits, logits.max(axis=-1, keepdims=True)))
        return Pattern(powers, by.total(powers))

    def mix(self, x: Float[Array, "rows model"], pattern: Pattern) -> Float[Array, "rows model"]:
        """What the attention heads add to the residual stream, normalised last: m ties of value 1 give exactly 1."""
        by = self.arithmetic
        powers, total = pattern
        values = by.to_weights(by.sum("nd,hvd->hnv", x, self.value[...]))
        mixed = by.sum("hqn,hnv->hqv", powers, values.astype(powers.dtype))
        found = by.to_weights(by.divide(mixed, total))
        return by.to_weights(by.sum("hqv,hdv->qd", found, self.output[...]))

    def _sees(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Bool[Array, "_ _ rows"]:
        if set(self.masks) <= {"none"}:
            return keep[None, None, :]
        rows = jnp.arange(keep.shape[0])
        encoded = x[:, self.encoder] > 0.5 if self.encoder is not None else jnp.zeros_like(keep)
        by_mask = {
            "none": jnp.ones((rows.size, rows.size), dtype=bool),
            "causal": (rows[:, None] >= rows[None, :]) & (encoded[:, None] == encoded[None, :]),
            "across": jnp.broadcast_to(encoded[None, :], (rows.size, rows.size)),
        }
        return keep[None, None, :] & jnp.stack([by_mask[mask] for mask in self.masks])
