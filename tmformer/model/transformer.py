"""The transformer: blocks of attention and MLP, looped with tied weights, or with weights of their own for each loop."""

from collections.abc import Sequence
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from tmformer.model.attention import Attention, Pattern
from tmformer.model.mlp import Mlp


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

    def __call__(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> BlockValues:
        """The residual stream before attention, after it, and after the MLP, with the attention weights."""
        found, shares = self.attention(x, keep)
        attended = x + found
        return BlockValues(x, attended, attended + self.mlp(attended), shares)

    def apply(self, x: Float[Array, "rows model"], pattern: Pattern) -> Float[Array, "rows model"]:
        """The residual stream after the block, for a pattern of attention that is known."""
        attended = x + self.attention.mix(x, pattern)
        return attended + self.mlp(attended)


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

    def apply(self, x: Float[Array, "rows model"], patterns: Sequence[Pattern]) -> Float[Array, "rows model"]:
        """The residual stream after all blocks of a loop, for patterns of attention that are known."""
        for block, pattern in zip(self.blocks, patterns, strict=True):
            x = block.apply(x, pattern)
        return x

    def values(
        self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"], loop: Int[Array, ""]
    ) -> tuple[BlockValues, ...]:
        """What each block computed."""
        computed: list[BlockValues] = []
        for block in self.at(loop).blocks:
            computed.append(block(x, keep))
            x = computed[-1].after
        return tuple(computed)

    def __call__(
        self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"], loop: Int[Array, ""]
    ) -> Float[Array, "rows model"]:
        """The residual stream after all blocks of this loop."""
        return self.values(x, keep, loop)[-1].after


@final
class Transformer(nnx.Module):
    """A transformer of fixed depth: `loops` applications of `loop`.

    Args:
        loop: the blocks of one loop.
        loops: how often they are applied; any number of times with tied weights, so that decoding may stop by itself.
    """

    def __init__(self, loop: Loop, loops: int) -> None:
        self.loop = loop
        self.loops = loops

    def __call__(self, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Float[Array, "rows model"]:
        """The residual stream after all layers."""
        graph, state = nnx.split(self.loop)

        def body(index: Int[Array, ""], stream: Float[Array, "rows model"]) -> Float[Array, "rows model"]:
            return nnx.merge(graph, state)(stream, keep, jnp.asarray(index))

        return jax.lax.fori_loop(0, self.loops, body, x)
