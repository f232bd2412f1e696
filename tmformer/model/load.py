"""Loading: exact weights become the parameters of a Flax transformer, every one of them exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Literal, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tmformer.errors import ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.model.arithmetic import Arithmetic
from tmformer.model.attention import Attention
from tmformer.model.mlp import Mlp
from tmformer.model.transformer import Block, Loop, Transformer
from tmformer.precision import (
    Certificate,
    Policy,
    Uncertified,
    check_reason,
    format_named,
    policy_named,
    quantise,
)
from tmformer.weights import BlockWeights, Sparse, Weights


@final
@dataclass(frozen=True)
class Shape:
    """The sizes of the dense arrays; padding with zeros up to a larger shape changes no value.

    `d_readout` is the width of the widest register that the stop table reads.
    """

    rows: int
    d_model: int
    d_key: int
    d_value: int
    d_mlp: int
    d_readout: int = 0


def shape_of(weights: Weights) -> Shape:
    """The smallest shape that holds these weights."""
    heads = [head for block in weights.blocks for head in block.heads]
    stop = weights.labels.stop
    return Shape(
        rows=weights.labels.max_positions,
        d_model=weights.layout.d_model,
        d_key=max((head.key.shape[0] for head in heads), default=0),
        d_value=max((head.value.shape[0] for head in heads), default=0),
        d_mlp=max(block.mlp.w_in.shape[0] for block in weights.blocks),
        d_readout=max(
            len(weights.layout.spans[name]) for name in (*stop.reads, *(each.register for each in stop.signals))
        ),
    )


def common_shape(shapes: Iterable[Shape]) -> Shape:
    """The smallest shape that holds all of them, so that networks of many sizes share one compiled function."""
    return Shape(*map(max, zip(*map(astuple, shapes), strict=True)))


def load(
    weights: Weights,
    certificate: Certificate | Uncertified,
    *,
    format_name: str = "float32",
    regime: Literal["saturated", "graded"] = "saturated",
    tied: bool = True,
    shape: Shape | None = None,
    memory: int | None = None,
    policy: Policy | None = None,
) -> Transformer:
    """The Flax transformer with these weights.

    Args:
        weights: exact weights.
        certificate: why floats may be trusted: a certificate of these weights, or an explicit Uncertified.
        format_name: number format of weights and activations; shorter formats than float32 accumulate in it.
        regime: "saturated", beta of the format, where float softmax is hard attention; or "graded", beta = c ln 2.
        tied: one set of parameters for all loops, or `labels.loops` copies.
        shape: pad every array with zeros up to this shape.
        memory: bytes that a dense run may take; the computer's memory if not said.
        policy: formats of weights, of sums and of scores, instead of `format_name`; emulated where JAX lacks them.

    Raises:
        PrecisionError: if the certificate speaks of other weights, formats or regime; or if a weight or a logit is no number
            of its format, unless it is Uncertified and says even_if_inexact.
        ModelError: if a dense run would take more memory, or the format is not enabled in JAX.
    """
    if not isinstance(certificate, Certificate | Uncertified):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ModelError(
            "A model is loaded with a certificate, or with an explicit Uncertified(reason=...)",
            found=repr(certificate),
            where="model.load",
            remedy="Pass precision.certify(weights), or Uncertified(reason='...') and say why.",
        )
    policy = policy_named("accumulate-float32", format_named(format_name)) if policy is None else policy
    arithmetic = Arithmetic(policy)
    check_reason(certificate, weights, policy, regime)
    padded = common_shape([shape_of(weights), shape]) if shape else shape_of(weights)
    check_memory(weights, padded, arithmetic.dtype, tied=tied, memory=memory)
    check_enabled(arithmetic.accumulation)
    beta = policy.scores.inverse_temperature(regime, weights.labels.sharpness)
    copies = 1 if tied else weights.labels.loops
    labels = weights.labels
    encoder = weights.layout.spans[labels.encoder][0] if labels.encoder is not None else None
    shapes = [padded if shape else _own_shape(block, padded) for block in weights.blocks]
    blocks = [
        _block(block, own, arithmetic, beta, None if tied else copies, encoder)
        for block, own in zip(weights.blocks, shapes, strict=True)
    ]
    return Transformer(Loop(blocks, tied=tied), weights.labels.loops, certificate)


def check_enabled(dtype: str) -> None:
    """Refuse a dtype that JAX would replace in silence by a smaller one.

    Raises:
        ModelError: saying how to switch it on.
    """
    if jax.dtypes.canonicalize_dtype(dtype) != dtype:
        raise ModelError(
            "JAX computes in the format asked for",
            found=f"{dtype} is switched off",
            where="JAX's configuration",
            remedy='Call jax.config.update("jax_enable_x64", True) first.',
        )


def check_memory(weights: Weights, shape: Shape, dtype: str, *, tied: bool, memory: int | None) -> None:
    """Refuse a dense run that would not fit, before anything is allocated.

    Raises:
        ModelError: with the sizes.
    """
    available = computer_memory() if memory is None else memory
    number = jnp.dtype(dtype).itemsize
    heads = max(len(block.heads) for block in weights.blocks)
    per_head = 2 * shape.d_model * (shape.d_key + shape.d_value)
    parameters = len(weights.blocks) * (heads * per_head + 2 * shape.d_model * shape.d_mlp) * number
    parameters *= 2 * (1 if tied else weights.labels.loops)  # once on the host, once on the device
    scores = 2 * heads * shape.rows**2 * max(number, 4)
    stream = shape.rows * (3 * shape.d_model + shape.d_mlp) * max(number, 4)
    if parameters + scores + stream > available:
        raise ModelError(
            "A dense run fits into memory",
            found=f"about {shown_bytes(parameters + scores + stream)}: parameters {shown_bytes(parameters)}, "
            f"scores of {shape.rows} positions {shown_bytes(scores)}, residual stream {shown_bytes(stream)}",
            where=f"{shown_bytes(available)} of memory",
            remedy="Compile for a smaller window, which is fewer positions, or for fewer loops.",
        )


def _own_shape(block: BlockWeights, shape: Shape) -> Shape:
    """The smallest arrays that hold one block."""
    return replace(
        shape,
        d_key=max((head.key.shape[0] for head in block.heads), default=0),
        d_value=max((head.value.shape[0] for head in block.heads), default=0),
        d_mlp=block.mlp.w_in.shape[0],
    )


def _block(
    block: BlockWeights, shape: Shape, arithmetic: Arithmetic, beta: float, copies: int | None, encoder: int | None
) -> Block:
    def array(matrices: Sequence[Sparse], *sizes: int) -> Float[Array, "..."]:
        return _array(matrices, sizes, arithmetic, copies)

    heads, mlp = block.heads, block.mlp
    attention = Attention(
        array([head.query for head in heads], shape.d_key, shape.d_model),
        array([head.key for head in heads], shape.d_key, shape.d_model),
        array([head.value for head in heads], shape.d_value, shape.d_model),
        array([head.output for head in heads], shape.d_model, shape.d_value),
        masks=tuple(head.lookup.mask for head in heads),
        encoder=encoder,
        beta=beta,
        arithmetic=arithmetic,
    )
    units = Mlp(
        array([mlp.w_in], shape.d_mlp, shape.d_model)[..., 0, :, :],
        array([mlp.b_in], shape.d_mlp, 1)[..., 0, :, 0],
        array([mlp.w_out], shape.d_model, shape.d_mlp)[..., 0, :, :],
        arithmetic=arithmetic,
    )
    return Block(attention, units)


def _array(matrices: Sequence[Sparse], sizes: Sequence[int], arithmetic: Arithmetic, copies: int | None) -> jax.Array:
    array, policy = np.zeros((len(matrices), *sizes), dtype=jnp.dtype(arithmetic.dtype)), arithmetic.policy
    for index, matrix in enumerate(matrices):
        rows, columns, numerators = matrix.columns
        values = numerators / 2**matrix.shift
        array[index, rows, columns] = (values if policy.is_native else quantise(values, policy.weights)).astype(
            array.dtype
        )
    return jnp.asarray(array if copies is None else np.broadcast_to(array, (copies, *array.shape)))
