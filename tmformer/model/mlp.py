"""A one-hidden-layer ReLU MLP. Axes: see `tmformer.axes`."""

from typing import final

import jax
from flax import nnx
from jaxtyping import Array, Float

from tmformer.model.arithmetic import Arithmetic


@final
class Mlp(nnx.Module):
    """W_out ReLU(W_in x + b_in).

    Args:
        w_in: W_in.
        b_in: b_in.
        w_out: W_out.
        arithmetic: where numbers are rounded.
    """

    def __init__(
        self,
        w_in: Float[Array, "*loops mlp model"],
        b_in: Float[Array, "*loops mlp"],
        w_out: Float[Array, "*loops model mlp"],
        *,
        arithmetic: Arithmetic,
    ) -> None:
        self.w_in = nnx.Param(w_in)
        self.b_in = nnx.Param(b_in)
        self.w_out = nnx.Param(w_out)
        self.arithmetic = arithmetic

    def __call__(self, x: Float[Array, "rows model"]) -> Float[Array, "rows model"]:
        """What the MLP adds to the residual stream."""
        by = self.arithmetic
        hidden = by.sum("nd,md->nm", x, self.w_in[...])
        hidden = by.to_accumulation(hidden + by.to_accumulation(self.b_in[...])[None, :])
        return by.to_weights(by.sum("nm,dm->nd", by.to_weights(jax.nn.relu(hidden)), self.w_out[...]))
