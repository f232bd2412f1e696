"""The transformer: blocks of attention and MLP, looped with tied weights, or with weights of their own for each loop."""

from collections.abc import Sequence
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from tmformer.model.attention import Attention, Pattern
from tmformer.model.mlp import Mlp
from tmformer.precision import Certificate, Uncertified


@final
class BlockValues(NamedTuple):
    """What one block computed, for those who want to look inside."""

    before: Float[Array, "rows model"]
    attended: Float[Array, "rows model"]
    after: Float[Array, "rows model"]
    attention: Float[Array, "heads rows rows"]


@final
class Block(nnx.Module):
    """One standard block: attention, then MLP, both with residual."""

    def __init__(self, attention: Attention, mlp: Mlp) -> None:
        self.attention = attention
        self.mlp = mlp

    def __call__(
        self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"], pattern: Pattern | None = None
    ) -> BlockValues:
        """The residual stream before attention, after it, and after the MLP, with the attention weights.

        Args:
            x: the residual stream.
            keep: False for padding.
            pattern: who attends to whom, where that is known already.
        """
        known = self.attention.pattern(x, keep) if pattern is None else pattern
        add = self.attention.arithmetic.add
        attended = add(x, self.attention.mix(x, known))
        return BlockValues(x, attended, add(attended, self.mlp(attended)), self.attention.shares(known))


@final
class Loop(nnx.Module):
    """The blocks of one loop. Where `tied` is False every parameter has a leading axis, one entry a loop."""

    def __init__(self, blocks: Sequence[Block], *, tied: bool) -> None:
        self.blocks = nnx.List(blocks)
        self.tied = tied

    def at(self, loop: Int[Array, ""]) -> "Loop":
        """The blocks that loop number `loop` applies."""
        if self.tied:
            return self
        graph, state = nnx.split(self)
        return nnx.merge(graph, jax.tree.map(lambda stacked: stacked[loop], state))

    def patterns(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> tuple[Pattern, ...]:
        """Who attends to whom in each block, where that does not depend on what blocks write; for tied weights."""
        return tuple(block.attention.pattern(x, keep) for block in self.blocks)

    def values(
        self,
        x: Float[Array, "rows model"],
        keep: Bool[Array, " rows"],
        loop: Int[Array, ""],
        patterns: Sequence[Pattern] = (),
    ) -> tuple[BlockValues, ...]:
        """What each block computed; `patterns`, if any, are those of all blocks."""
        computed: list[BlockValues] = []
        for index, block in enumerate(self.at(loop).blocks):
            computed.append(block(x, keep, patterns[index] if patterns else None))
            x = computed[-1].after
        return tuple(computed)

    def __call__(
        self,
        x: Float[Array, "rows model"],
        keep: Bool[Array, " rows"],
        loop: Int[Array, ""],
        patterns: Sequence[Pattern] = (),
    ) -> Float[Array, "rows model"]:
        """The residual stream after all blocks of this loop.

        Error bound: 0 in the saturated regime for weights that keep their invariants: bit for bit the exact stream.
        """
        return self.values(x, keep, loop, patterns)[-1].after


@final
class Transformer(nnx.Module):
    """A transformer of fixed depth: `loops` applications of `loop`.

    Args:
        loop: the blocks of one loop.
        loops: how often they are applied; any number of times with tied weights, so that decoding may stop by itself.
        certificate: why its floats may be trusted.
    """

    def __init__(self, loop: Loop, loops: int, certificate: Certificate | Uncertified) -> None:
        self.loop = loop
        self.loops = loops
        self.certificate = certificate

    @property
    def dtype(self) -> str:
        """The dtype of the residual stream."""
        return self.loop.blocks[0].attention.arithmetic.dtype

    def __call__(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Float[Array, "rows model"]:
        """The residual stream after all layers."""
        graph, state = nnx.split(self.loop)

        def body(index: Int[Array, ""], stream: Float[Array, "rows model"]) -> Float[Array, "rows model"]:
            return nnx.merge(graph, state)(stream, keep, jnp.asarray(index))

        return jax.lax.fori_loop(0, self.loops, body, x)
