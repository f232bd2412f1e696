"""The dense engine of sequences that grow: every row once, against a cache of what earlier rows show.

Axes: see `tmformer.axes`.
"""

from typing import Literal, NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from tmformer.decode.dense import Dense
from tmformer.decode.feedback import feedback_of
from tmformer.decode.halting import outcomes, readout
from tmformer.decode.plan import HeadArrays, plan
from tmformer.decode.registers import BlockRegisters
from tmformer.decode.rows import UNITS, Block, Cache, Numbers, decode_rows
from tmformer.decode.state import UNASKED, State, check_signal, read_stream
from tmformer.errors import ModelError, PrecisionError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.model import Shape, check_enabled, shape_of
from tmformer.precision import (
    Certificate,
    Uncertified,
    check_reason,
    native_format_named,
    policy_named,
)
from tmformer.program import FULL, RUNNING, Stream, check_admissible, generate, sequence_of
from tmformer.weights import Weights, dense

_LANES = 64  # the cache has a multiple of so many rows
_FIRST_ROWS = 4096  # rows of a cache at first; it doubles when it is full, so that few rows pay for many


@final
class Position(NamedTuple):
    """Where a run is, as `Cached` keeps it.

    Args:
        prompt: the prompt in symbols.
        embedded: its residual stream, padded with zeros.
        cache: the rows so far; none before the first `advance`.
    """

    prompt: Stream
    embedded: Float[Array, "rows model"]
    cache: Cache


@final
class Cached:
    """Decodes weights whose sequence grows, with a cache, through a transformer in floats.

    A score is an integer, computed from what changed since the attention head before: exact, and so the same number that
    the Flax transformer computes from scratch, as long as scores are integers of the format, which is checked.

    Args:
        weights: exact weights with a feedback map and causal attention.
        format_name: number format.
        regime: "saturated" or "graded".
        memory: bytes that a run may take; the computer's memory if not said.
        certificate: why its floats may be trusted; with one, a prompt that it does not speak of is refused.

    `outcomes[code]` is what a code of the compiled loop means.

    Raises:
        ModelError: if a run would take more memory, or the format is not enabled in JAX.
        PrecisionError: if a weight or a logit is no number of the format, or JAX does not compute in it as it is.
        ProgramError: if the sequence does not grow row by row.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        format_name: str = "float32",
        regime: Literal["saturated", "graded"] = "saturated",
        memory: int | None = None,
        certificate: Certificate | Uncertified = UNASKED,
    ) -> None:
        self.weights = weights
        self.certificate = certificate
        self.regime: Literal["saturated", "graded"] = regime
        self.format_name = format_name
        self.outcomes = outcomes(weights)
        self.why_dense: str | None = None
        self._format = native_format_named(format_name)
        policy = policy_named("accumulate-float32", self._format)
        self.accumulation = policy.accumulation.name
        self._memory = memory
        check_reason(certificate, weights, policy, regime)
        structure, heads = plan(weights)
        self.structure = structure
        self._check_memory()
        check_enabled(format_name)
        self.numbers = self._numbers(heads)

    def start(self, prompt: Stream) -> State:
        """The state before the first row.

        Raises:
            ProgramError: if the prompt is longer than the network was compiled for, or one that the certificate, if there
                is one, does not speak of.
        """
        prompt = generate(self.weights.labels, prompt)
        if isinstance(self.certificate, Certificate):
            check_admissible(self.weights.labels, prompt)
        embedded = jnp.asarray(self.weights.layout.encode(prompt), self.format_name)
        cache = Cache(
            jnp.zeros((len(self.structure.keys), 0), self.accumulation),
            tuple(jnp.zeros((len(entries), 0), self.accumulation) for entries in self.structure.values),
            jnp.zeros((0, self.weights.layout.d_model), self.format_name),
            jnp.int32(0),
            jnp.int32(0),
        )
        return self.grown(State(Position(prompt, embedded, cache), 0, RUNNING), prompt.num_rows)

    def grown(self, state: State, rows: int) -> State:
        """The same state, with room for so many rows at least; it changes no value."""
        room = _FIRST_ROWS
        while room < rows:
            room *= 2
        room = room if 2 * room <= self.num_rows else self.num_rows
        prompt, embedded, cache = state.x
        keys, values, after, *counts = cache
        if after.shape[0] >= room:
            return state

        def padded(array: jax.Array, axis: int) -> jax.Array:
            widths = [(0, 0), (0, 0)]
            widths[axis] = (0, room - array.shape[axis])
            return jnp.pad(array, widths)

        cache = Cache(padded(keys, 1), tuple(padded(array, 1) for array in values), padded(after, 0), *counts)
        return state._replace(x=Position(prompt, padded(embedded, 0), cache))

    def advance(self, state: State, steps: int) -> State:
        """At most `steps` decoding steps more, or until the stop table says so, or until the sequence is full.

        Raises:
            DecodeError: if the last row encodes nothing.
        """
        prompt_rows, end = self.limits(state, steps)
        while True:
            cache: Cache = state.x.cache
            most = jnp.minimum(end, cache.after.shape[0])
            embedded = state.x.embedded
            cache = decode_rows(self.structure, self.accumulation, self.numbers, embedded, prompt_rows, cache, most)
            state = state._replace(x=state.x._replace(cache=cache))
            if int(cache.rows) < cache.after.shape[0] or int(cache.rows) == int(end) or int(cache.code) != 0:
                break
            state = self.grown(state, int(cache.rows) + 1)
        reached = self.reached(state, steps, cache)
        check_signal(
            reached.outcome,
            "newest row",
            f"row {int(cache.rows) - 1}, in {self.format_name}",
            "Use a format with more precision, and start from an encoded prompt.",
        )
        return reached

    def limits(self, state: State, steps: int) -> tuple[Int[Array, ""], Int[Array, ""]]:
        """The rows of the prompt, and how many rows there are after `steps` decoding steps more."""
        rows = state.x.prompt.num_rows
        return jnp.int32(rows), jnp.int32(min(rows + state.steps + steps, self.weights.labels.max_positions))

    def reached(self, state: State, steps: int, cache: Cache) -> State:
        """The state with this cache, where `steps` more than in `state` were asked for; its outcome may be BROKEN."""
        outcome, done = self.outcomes[int(cache.code)], int(cache.rows) - state.x.prompt.num_rows
        if outcome == RUNNING and done < state.steps + steps:
            outcome = FULL
        layers = len(self.weights.blocks) * self.weights.labels.loops * (done + 1)
        return State(state.x._replace(cache=cache), done, outcome, layers)

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block computes of all rows so far, by the Flax transformer, which keeps no cache."""
        engine = Dense(
            self.weights,
            format_name=self.format_name,
            regime=self.regime,
            shape=Shape(self.num_rows, 0, 0, 0, 0),
            memory=self._memory,
        )
        return engine.look(engine.start(self.sequence(state)))

    def sequence(self, state: State) -> Stream:
        """The sequence so far before any block: the prompt, and the rows that were fed back."""
        return sequence_of(self.weights.labels, state.x.prompt, self.stream(state))

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream after all blocks from row number `first` on, [rows, d_model], in the format of the model."""
        return np.asarray(state.x.cache.after)[first : int(state.x.cache.rows)]

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream after all blocks in symbols, from row number `first` on.

        In the graded regime each value is read as the nearest grid point.

        Raises:
            DecodeError: in the saturated regime, if a value lies off its grid.
        """
        return read_stream(self.weights.layout, self.array(state, first), self.regime)

    @property
    def num_rows(self) -> int:
        """The most rows of the arrays, padding included."""
        return -(-self.weights.labels.max_positions // _LANES) * _LANES

    def _check_memory(self) -> None:
        available = computer_memory() if self._memory is None else self._memory
        entries = len(self.structure.keys) + sum(len(entries) for entries in self.structure.values)
        per_row = 2 * self.weights.layout.d_model * jnp.dtype(self.format_name).itemsize
        needed = 2 * self.num_rows * (per_row + entries * jnp.dtype(self.accumulation).itemsize)
        if needed > available:
            raise ModelError(
                "A dense run fits into memory",
                found=f"about {shown_bytes(needed)} for {self.num_rows} rows of prompt and cache",
                where=f"{shown_bytes(available)} of memory",
                remedy="Compile for fewer steps, which is fewer positions.",
            )

    def _numbers(self, heads: tuple[tuple[HeadArrays, ...], ...]) -> Numbers:
        def array(values: np.ndarray) -> jax.Array:
            """The numbers in the format, each of them exactly.

            Raises:
                PrecisionError: if one is no number of the format.
            """
            rounded = values.astype(jnp.dtype(self.format_name))
            if (rounded.astype(np.float64) != values).any():
                raise PrecisionError(
                    "What the cache computes with is exact in the format",
                    found="a product of two weight matrices that is not",
                    where=f"decode.Cached in {self.format_name}",
                    remedy="Use a format with more digits, or Dense on the whole sequence.",
                )
            return jnp.asarray(rounded)

        def units(values: np.ndarray, axis: int) -> jax.Array:
            padding = [(0, 0) if each != axis else (0, -values.shape[axis] % UNITS) for each in range(values.ndim)]
            return array(np.pad(values, padding))

        weights = self.weights
        blocks = weights.labels.loops * weights.blocks
        beta = self._format.inverse_temperature(self.regime, weights.labels.sharpness)
        d_model = weights.layout.d_model
        return Numbers(
            blocks=tuple(
                Block(
                    tuple(array(head.asks) for head in own),
                    tuple(array(head.brings) for head in own),
                    units(dense(block.mlp.w_in), 0),
                    units(dense(block.mlp.b_in)[:, 0], 0),
                    units(dense(block.mlp.w_out), 1),
                )
                for block, own in zip(blocks, heads, strict=True)
            ),
            table=readout(weights, d_model=d_model, values=shape_of(weights).d_readout, dtype=self.format_name),
            feedback=feedback_of(weights, self.format_name),
            beta=jnp.asarray(beta, self.format_name),
        )
