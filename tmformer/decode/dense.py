"""The dense engine: every block in full, in one compiled loop that stops when the stop table says so."""

from functools import partial
from typing import Any, Literal, TypeAlias, final

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from tmformer.decode.halting import Readout, outcomes, read, read_counted, readout
from tmformer.decode.registers import BlockRegisters
from tmformer.decode.state import UNASKED, State, check_loops, check_signal, read_stream
from tmformer.errors import ModelError
from tmformer.model import BlockValues, Loop, Shape, Transformer, common_shape, load, shape_of
from tmformer.precision import Certificate, Policy, Uncertified
from tmformer.program import COARSE, MOST_COUNTED, RUNNING, Stream, check_admissible, generate
from tmformer.weights import BlockWeights, Weights, is_attention_constant

_MOST_STEPS = MOST_COUNTED  # steps a call, so that an int32 counts them


@partial(jax.jit, static_argnames=("graph", "constant"))
def run_loops(
    graph: "nnx.GraphDef[Loop]",
    params: "nnx.State[Any, Any]",
    table: Readout,
    x: Float[Array, "rows model"],
    keep: Bool[Array, " rows"],
    done: Int[Array, ""],
    limit: Int[Array, ""],
    constant: bool,
) -> tuple[Float[Array, "rows model"], Int[Array, ""], Int[Array, ""], Int[Array, ""]]:
    """Apply the blocks until the stop table says so; attention that is constant is computed once, before the loop.

    Args:
        graph: the structure of the model.
        params: its parameters.
        table: the stop table, and the tally if there is one.
        x: the residual stream.
        keep: which rows are no padding.
        done: the loops applied so far, by which loops that are not tied are told apart.
        limit: at most so many steps more than there are loops so far.
        constant: whether attention is.

    Returns:
        The residual stream, the loops applied, what the stop table says, and the steps counted: from `done` on, all three.
    """
    patterns = nnx.merge(graph, params).patterns(x, keep) if constant else ()

    def goes_on(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        _, loop, code = carry
        return (code == 0) & (loop < limit)

    def body(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        stream, loop, _ = carry
        blocks = nnx.merge(graph, params)
        after = blocks(stream, keep, loop, patterns)
        return after, loop + 1, read(table, after, keep)

    if table.counts is not None:
        return _count_loops(graph, params, table, x, keep, done, limit, patterns)
    after, loops, code = jax.lax.while_loop(goes_on, body, (x, done, read(table, x, keep)))
    return after, loops, code, loops


_Carry: TypeAlias = tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]


def _count_loops(
    graph: "nnx.GraphDef[Loop]",
    params: "nnx.State[Any, Any]",
    table: Readout,
    x: Float[Array, "rows model"],
    keep: Bool[Array, " rows"],
    done: Int[Array, ""],
    limit: Int[Array, ""],
    patterns: tuple[Any, ...],
) -> tuple[Float[Array, "rows model"], Int[Array, ""], Int[Array, ""], Int[Array, ""]]:
    """As `run_loops`, with a tally: no loop is applied that would count beyond the limit."""

    def goes_on(carry: _Carry) -> jax.Array:
        _, _, code, counted, count = carry
        return (code == 0) & (count <= limit - counted)

    def body(carry: _Carry) -> _Carry:
        stream, loop, _, counted, count = carry
        after = nnx.merge(graph, params)(stream, keep, loop, patterns)
        return after, loop + 1, *_in_order(counted + count, read_counted(table, after, keep))

    first = x, done, *_in_order(done, read_counted(table, x, keep))
    after, loops, code, counted, _ = jax.lax.while_loop(goes_on, body, first)
    return after, loops, code, counted


def _in_order(counted: jax.Array, said: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
    code, count = said
    return code, counted, count


def name_outcome(outcomes: tuple[str, ...], code: int, counted: int, asked: int) -> str:
    """What a code of `run_loops` means; COARSE where the network goes on and fewer steps were counted than asked for.

    Args:
        outcomes: what each code means.
        code: that of the stop table.
        counted: the steps counted.
        asked: the steps asked for.
    """
    outcome = outcomes[code]
    return COARSE if outcome == RUNNING and counted < asked else outcome


@partial(jax.jit, static_argnames="graph")
def look_into(
    graph: "nnx.GraphDef[Loop]",
    params: "nnx.State[Any, Any]",
    x: Float[Array, "rows model"],
    keep: Bool[Array, " rows"],
    loop: Int[Array, ""],
) -> tuple[BlockValues, ...]:
    """What each block of loop number `loop` computes, attention included."""
    return nnx.merge(graph, params).values(x, keep, loop)


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
        policy: formats of weights, of sums and of scores, instead of `format_name`; emulated, numbers are kept in float64.
        certificate: why its floats may be trusted; with one, a prompt that it does not speak of is refused.

    `outcomes[code]` is what a code of the compiled loop means.

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
        policy: Policy | None = None,
        certificate: Certificate | Uncertified = UNASKED,
    ) -> None:
        self.weights = weights
        self.regime: Literal["saturated", "graded"] = regime
        self.model: Transformer = load(
            weights,
            certificate,
            format_name=format_name,
            regime=regime,
            tied=tied,
            shape=shape,
            memory=memory,
            policy=policy,
        )
        self.format_name = format_name if policy is None else policy.weights.name
        self.dtype = self.model.dtype
        self.shape = common_shape([shape_of(weights), shape]) if shape else shape_of(weights)
        self.graph, self.params = nnx.split(self.model.loop)
        self.table = readout(weights, d_model=self.shape.d_model, values=self.shape.d_readout, dtype=self.dtype)
        # In the graded regime the last bit of an exponential may depend on how XLA fuses it: computed in place there.
        self.constant = tied and regime == "saturated" and is_attention_constant(weights)
        self.outcomes = outcomes(weights)
        self.why_dense: str | None = None

    def embed(self, prompt: Stream) -> tuple[jax.Array, jax.Array]:
        """The residual stream [rows, d_model] of a prompt, and which rows are kept, padding being none.

        Raises:
            ModelError: if the prompt is longer than the network was compiled for.
            ProgramError: if there is a certificate, and it does not speak of this prompt.
        """
        if isinstance(self.model.certificate, Certificate):
            check_admissible(self.weights.labels, prompt)
        if prompt.num_rows > self.weights.labels.max_positions:
            raise ModelError(
                "A sequence is at most as long as the network was compiled for",
                found=f"{prompt.num_rows} positions",
                where=f"a network for {self.weights.labels.max_positions}",
                remedy="Compile for a longer sequence.",
            )
        encoded = self.weights.layout.encode(generate(self.weights.labels, prompt))
        padded = np.zeros((self.shape.rows, self.shape.d_model))
        padded[: encoded.shape[0], : encoded.shape[1]] = encoded
        keep = np.arange(padded.shape[0]) < prompt.num_rows
        return jnp.asarray(padded, self.dtype), jnp.asarray(keep)

    def start(self, prompt: Stream) -> State:
        """The state before the first block."""
        return State(self.embed(prompt), 0, RUNNING)

    def advance(self, state: State, steps: int) -> State:
        """Apply the blocks until `steps` steps more are counted (2**30 a call), or until the stop table says so.

        What would count more is not applied: the outcome is then COARSE.

        Raises:
            DecodeError: if the residual stream encodes nothing any more.
            ModelError: if untied weights are asked for more loops than they have, or the sequence grows.
        """
        check_loops(self.weights)
        tied = self.model.loop.tied
        x, keep = state.x
        per_loop = len(self.weights.blocks)
        begun, asked = state.layers // per_loop, min(steps, _MOST_STEPS)
        first = jnp.int32(0 if tied else begun)
        if not tied and begun + steps > self.model.loops:
            raise ModelError(
                "Untied weights have as many loops as they were loaded with",
                found=f"{begun + steps} loops",
                where=f"a model of {self.model.loops} loops",
                remedy="Compile for more steps, or load tied weights.",
            )
        x, *reached = run_loops(self.graph, self.params, self.table, x, keep, first, first + asked, self.constant)
        loops, code, counted = (int(number) for number in reached)
        applied, counted = begun + loops - int(first), counted - int(first)
        # Where more was asked for than one call counts, another call goes on: what this one leaves is not coarse.
        outcome = name_outcome(self.outcomes, code, counted, steps if asked == steps else 0)
        check_signal(
            outcome,
            "residual stream",
            f"after loop {applied}, in {self.format_name}",
            "Use a format with more precision, and start from an encoded prompt.",
        )
        return State((x, keep), state.steps + counted, outcome, applied * per_loop)

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block of the next loop computes."""
        x, keep = state.x
        rows = int(np.asarray(keep).sum())
        computed = look_into(self.graph, self.params, x, keep, jnp.int32(state.layers // len(self.weights.blocks)))
        return [
            self._registers(block, values, rows) for block, values in zip(self.weights.blocks, computed, strict=True)
        ]

    def _registers(self, block: BlockWeights, values: BlockValues, rows: int) -> BlockRegisters:
        layout = self.weights.layout
        streams = (np.asarray(stream)[:rows, : layout.d_model] for stream in values[:3])
        shares = np.asarray(values.attention)[:, :rows, :rows]
        names = [head.lookup.name for head in block.heads]
        return BlockRegisters(layout, *streams, attention=dict(zip(names, shares, strict=True)))

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream from row number `first` on without its padding, [rows, d_model], in the dtype of the model."""
        x, keep = state.x
        return np.asarray(x)[first : int(np.asarray(keep).sum()), : self.weights.layout.d_model]

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream in symbols.

        In the graded regime each value is read as the nearest grid point.

        Raises:
            DecodeError: in the saturated regime, if a value lies off its grid.
        """
        return read_stream(self.weights.layout, self.array(state, first), self.regime)
