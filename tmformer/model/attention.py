"""Multi-head softmax attention without biases, normalised last. Axes: see `tmformer.axes`."""

from typing import NamedTuple, final

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float


@final
class Pattern(NamedTuple):
    """Who attends to whom, before normalising.

    Args:
        powers: exp(logit - largest logit of the row).
        total: their sum over the keys, in the accumulation dtype.
    """

    powers: Float[Array, "heads rows rows"]
    total: Float[Array, "heads rows 1"]


@final
class Attention(nnx.Module):
    """softmax(beta * (W_Q x)(W_K x)^T) (W_V x), then W_O, summed over attention heads.

    Products accumulate in `accumulation` and are rounded to the format of the weights.

    Args:
        query: W_Q.
        key: W_K.
        value: W_V.
        output: W_O.
        causal: for each attention head whether a row sees itself and earlier rows only.
        beta: inverse temperature: logits are beta times the scores.
        accumulation: the dtype of sums.
    """

    def __init__(
        self,
        query: Float[Array, "*loops heads key model"],
        key: Float[Array, "*loops heads key model"],
        value: Float[Array, "*loops heads value model"],
        output: Float[Array, "*loops heads model value"],
        *,
        causal: tuple[bool, ...],
        beta: float,
        accumulation: str,
    ) -> None:
        self.query = nnx.Param(query)
        self.key = nnx.Param(key)
        self.value = nnx.Param(value)
        self.output = nnx.Param(output)
        self.causal = causal
        self.beta = beta
        self.accumulation = accumulation

    def __call__(
        self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]
    ) -> tuple[Float[Array, "rows model"], Float[Array, "heads rows rows"]]:
        """What the attention heads add to the residual stream, and their attention weights."""
        pattern = self.pattern(x, keep)
        return self.mix(x, pattern), self.shares(pattern)

    def shares(self, pattern: Pattern) -> Float[Array, "heads rows rows"]:
        """The attention weights; each row sums to 1, exactly so where there is one winner."""
        powers, total = pattern
        return (powers.astype(self.accumulation) / total).astype(powers.dtype)

    def pattern(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Pattern:
        """Who attends to whom.

        Args:
            x: the residual stream.
            keep: False for padding, which no row sees; at least one row is kept.
        """
        dtype = x.dtype
        queries = self._sum("nd,hkd->hnk", x, self.query[...])
        keys = self._sum("nd,hkd->hnk", x, self.key[...])
        logits = self._sum("hqk,hnk->hqn", queries, keys) * jnp.asarray(self.beta, dtype)
        logits = jnp.where(self._sees(keep), logits, jnp.finfo(dtype).min)
        powers = jnp.exp(logits - logits.max(axis=-1, keepdims=True))
        return Pattern(powers, powers.astype(self.accumulation).sum(axis=-1, keepdims=True))

    def mix(self, x: Float[Array, "rows model"], pattern: Pattern) -> Float[Array, "rows model"]:
        """What the attention heads add to the residual stream, normalised last: m ties of value 1 give exactly 1."""
        powers, total = pattern
        values = self._sum("nd,hvd->hnv", x, self.value[...])
        mixed = jnp.einsum(
            "hqn,hnv->hqv",
            powers,
            values,
            preferred_element_type=self.accumulation,
            precision=jax.lax.Precision.HIGHEST,
        )
        found = (mixed / total).astype(x.dtype)
        return self._sum("hqv,hdv->qd", found, self.output[...])

    def _sees(self, keep: Bool[Array, " rows"]) -> Bool[Array, "_ _ rows"]:
        if not any(self.causal):
            return keep[None, None, :]
        rows = jnp.arange(keep.shape[0])
        earlier = (rows[:, None] >= rows[None, :])[None, :, :]
        return keep[None, None, :] & (earlier | ~jnp.asarray(self.causal)[:, None, None])

    def _sum(self, axes: str, left: jax.Array, right: jax.Array) -> jax.Array:
        product = jnp.einsum(
            axes, left, right, preferred_element_type=self.accumulation, precision=jax.lax.Precision.HIGHEST
        )
        return product.astype(left.dtype)
