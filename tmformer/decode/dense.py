"""The dense engine: every block in full, in one compiled loop that stops when the stop table says so."""

from functools import partial
from typing import Any, Literal, NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from tmformer.decode.halting import Readout, outcomes, read, readout, widest
from tmformer.decode.registers import BlockRegisters
from tmformer.errors import DecodeError, ModelError
from tmformer.model import BlockValues, Loop, Shape, Transformer, load, shape_of
from tmformer.precision import Uncertified
from tmformer.program import BROKEN, RUNNING, Stream
from tmformer.weights import BlockWeights, Weights, is_attention_constant


@final
class State(NamedTuple):
    """Where a run is.

    Args:
        x: the residual stream.
        loops: how often the blocks were applied.
        outcome: RUNNING, OUTSIDE, or an outcome of the stop table.
    """

    x: Any
    loops: int
    outcome: str


@partial(jax.jit, static_argnames=("graph", "constant"))
def _run(
    graph: "nnx.GraphDef[Loop]",
    params: "nnx.State[Any, Any]",
    table: Readout,
    x: Float[Array, "rows model"],
    keep: Bool[Array, " rows"],
    done: Int[Array, ""],
    limit: Int[Array, ""],
    constant: bool,
) -> tuple[Float[Array, "rows model"], Int[Array, ""], Int[Array, ""]]:
    """Apply the blocks until the stop table says so; attention that is constant is computed once, before the loop."""
    patterns = nnx.merge(graph, params).patterns(x, keep) if constant else ()

    def goes_on(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        _, loop, code = carry
        return (code == 0) & (loop < limit)

    def body(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        stream, loop, _ = carry
        blocks = nnx.merge(graph, params)
        after = blocks.apply(stream, patterns) if constant else blocks(stream, keep, loop)
        return after, loop + 1, read(table, after, keep)

    return jax.lax.while_loop(goes_on, body, (x, done, read(table, x, keep)))


@partial(jax.jit, static_argnames="graph")
def _look(
    graph: "nnx.GraphDef[Loop]",
    params: "nnx.State[Any, Any]",
    x: Float[Array, "rows model"],
    keep: Bool[Array, " rows"],
    loop: Int[Array, ""],
) -> tuple[BlockValues, ...]:
    return nnx.merge(graph, params).values(x, keep, loop)


_run_batch = jax.jit(jax.vmap(_run, in_axes=(None, 0, 0, 0, 0, None, None, None)), static_argnums=(0, 7))


@final
class Dense:
    """Runs weights through the Flax transformer that loads them.

    Args:
        weights: exact weights.
        format_name: number format.
        regime: "saturated" or "graded".
        tied: one set of parameters for all loops, or a copy for each.
        shape: pad to this shape, so that networks of many sizes share one compiled function.
        memory: bytes that a dense run may take.

    Raises:
        ModelError: as `model.load`.
        PrecisionError: as `model.load`.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        format_name: str = "float32",
        regime: Literal["saturated", "graded"] = "saturated",
        tied: bool = True,
        shape: Shape | None = None,
        memory: int | None = None,
    ) -> None:
        reason = "the judge of certificates is not part of this version; equality is tested"
        self.weights = weights
        self.regime = regime
        self.model: Transformer = load(
            weights,
            Uncertified(reason=reason),
            format_name=format_name,
            regime=regime,
            tied=tied,
            shape=shape,
            memory=memory,
        )
        self.dtype = format_name
        self.shape = shape or shape_of(weights)
        self.graph, self.params = nnx.split(self.model.loop)
        self.table = readout(weights, d_model=self.d_model, values=self._values(), dtype=format_name)
        # In the graded regime the last bit of an exponential may depend on how XLA fuses it: computed in place there.
        self.constant = tied and regime == "saturated" and is_attention_constant(weights)
        self._meaning = outcomes(weights)

    @property
    def d_model(self) -> int:
        """Coordinates of the residual stream, padding included."""
        return max(self.shape.d_model, self.weights.layout.d_model)

    def _values(self) -> int:
        return max(self.shape.d_value, widest(self.weights))

    def embed(self, prompt: Stream) -> tuple[jax.Array, jax.Array]:
        """The residual stream [rows, d_model] of a prompt, and which rows are kept, padding being none.

        Raises:
            ModelError: if the prompt is longer than the network was compiled for.
        """
        if prompt.num_rows > self.weights.labels.max_positions:
            raise ModelError(
                "A sequence is at most as long as the network was compiled for",
                found=f"{prompt.num_rows} positions",
                where=f"a network for {self.weights.labels.max_positions}",
                remedy="Compile for more cells.",
            )
        encoded = self.weights.layout.encode(prompt)
        padded = np.zeros((max(self.shape.rows, prompt.num_rows), self.d_model))
        padded[: encoded.shape[0], : encoded.shape[1]] = encoded
        keep = np.arange(padded.shape[0]) < prompt.num_rows
        return jnp.asarray(padded, self.dtype), jnp.asarray(keep)

    def start(self, prompt: Stream) -> State:
        """The state before the first block."""
        return State(self.embed(prompt), 0, RUNNING)

    def advance(self, state: State, loops: int) -> State:
        """Apply the blocks at most `loops` times more, or until the stop table says so.

        Raises:
            DecodeError: if the residual stream encodes nothing any more.
            ModelError: if untied weights are asked for more loops than they have.
        """
        x, keep = state.x
        limit = state.loops + loops
        if not self.model.loop.tied and limit > self.model.loops:
            raise ModelError(
                "Untied weights have as many loops as they were loaded with",
                found=f"{limit} loops",
                where=f"a model of {self.model.loops} loops",
                remedy="Compile for more steps, or load tied weights.",
            )
        x, done, code = _run(
            self.graph, self.params, self.table, x, keep, jnp.int32(state.loops), jnp.int32(limit), self.constant
        )
        outcome = self._meaning[int(code)]
        if outcome == BROKEN:
            raise DecodeError(
                "The residual stream holds exactly one signal",
                found="none, or several",
                where=f"after loop {int(done)}, in {self.dtype}",
                remedy="Use a format with more precision, and start from an encoded prompt.",
            )
        return State((x, keep), int(done), outcome)

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block of the next loop computes."""
        x, keep = state.x
        rows = int(np.asarray(keep).sum())
        computed = _look(self.graph, self.params, x, keep, jnp.int32(state.loops))
        return [
            self._registers(block, values, rows) for block, values in zip(self.weights.blocks, computed, strict=True)
        ]

    def _registers(self, block: BlockWeights, values: BlockValues, rows: int) -> BlockRegisters:
        layout = self.weights.layout
        streams = (np.asarray(stream)[:rows, : layout.d_model] for stream in values[:3])
        shares = np.asarray(values.attention)[:, :rows, :rows]
        names = [head.lookup.name for head in block.heads]
        return BlockRegisters(layout, *streams, attention=dict(zip(names, shares, strict=True)))

    def array(self, state: State) -> np.ndarray:
        """The residual stream without its padding, [rows, d_model], in the format of the model."""
        x, keep = state.x
        return np.asarray(x)[: int(np.asarray(keep).sum()), : self.weights.layout.d_model]

    def stream(self, state: State) -> Stream:
        """The residual stream in symbols.

        In the graded regime each value is read as the nearest grid point.

        Raises:
            DecodeError: in the saturated regime, if a value lies off its grid.
        """
        array = self.array(state).astype(np.float64)
        return self.weights.layout.decode(np.rint(array) if self.regime == "graded" else array)


def run_batch(engines: list[Dense], prompts: list[Stream], loops: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run many networks of one shape, each on its own prompt, in one compiled call.

    Args:
        engines: networks of the same shape, format and regime.
        prompts: one prompt each.
        loops: the most loops.

    Returns:
        The residual streams [batch, rows, d_model], the loops applied [batch], the codes of the outcomes [batch].
    """
    embedded = [engine.embed(prompt) for engine, prompt in zip(engines, prompts, strict=True)]
    stacked = [engine.params for engine in engines], [engine.table for engine in engines], embedded
    params, tables, (x, keep) = (jax.tree.map(lambda *leaves: jnp.stack(leaves), *part) for part in stacked)
    result = _run_batch(engines[0].graph, params, tables, x, keep, jnp.int32(0), jnp.int32(loops), engines[0].constant)
    streams, done, codes = result
    return np.asarray(streams), np.asarray(done), np.asarray(codes)
