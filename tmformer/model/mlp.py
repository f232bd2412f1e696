"""A one-hidden-layer ReLU MLP. Axes: see `tmformer.axes`."""

from typing import final

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float


@final
class Mlp(nnx.Module):
    """W_out ReLU(W_in x + b_in).

    Args:
        w_in: W_in.
        b_in: b_in.
        w_out: W_out.
        accumulation: the dtype of sums.
    """

    def __init__(
        self,
        w_in: Float[Array, "*loops mlp model"],
        b_in: Float[Array, "*loops mlp"],
        w_out: Float[Array, "*loops model mlp"],
        *,
        accumulation: str,
    ) -> None:
        self.w_in = nnx.Param(w_in)
        self.b_in = nnx.Param(b_in)
        self.w_out = nnx.Param(w_out)
        self.accumulation = accumulation

    def __call__(self, x: Float[Array, "rows model"]) -> Float[Array, "rows model"]:
        """What the MLP adds to the residual stream."""
        hidden = self._sum("nd,md->nm", x, self.w_in[...])
        hidden = jax.nn.relu(hidden + self.b_in[...].astype(self.accumulation)[None, :]).astype(x.dtype)
        return self._sum("nm,dm->nd", hidden, self.w_out[...]).astype(x.dtype)

    def _sum(self, axes: str, left: jax.Array, right: jax.Array) -> jax.Array:
        return jnp.einsum(
            axes, left, right, preferred_element_type=self.accumulation, precision=jax.lax.Precision.HIGHEST
        )
