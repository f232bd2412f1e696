"""The retrieval engine of networks that loop over a sequence and pass one message from row to row."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, final

import jax
import jax.numpy as jnp
import numpy as np

from tmformer.decode.dense import Dense
from tmformer.decode.halting import outcome_of
from tmformer.decode.registers import BlockRegisters
from tmformer.decode.retrieval.addresses import offsets_of
from tmformer.decode.retrieval.loop import Loop, Place, begin, go, is_regular, loop_of, rows_of
from tmformer.decode.retrieval.messages import Messages, messages_of
from tmformer.decode.retrieval.units import is_exact
from tmformer.decode.state import UNASKED, State, check_loops, check_prompt, check_signal, read_stream
from tmformer.model import Shape, check_enabled, common_shape, shape_of
from tmformer.precision import (
    Certificate,
    Uncertified,
    check_reason,
    native_format_named,
    policy_named,
)
from tmformer.program import COARSE, RUNNING, Stream, check_admissible, generate
from tmformer.weights import Weights

_PORTION = 2**22  # steps a call: counted in float32, and the caller can be interrupted between two
_MOST_ROWS = 2**22  # a row's number, and what is added to it, are computed in float32
_DIGITS = 22  # what is added to it has so many at most


@final
@dataclass(frozen=True, eq=False)
class Run:
    """Where a run is: what never changes, and what the compiled loop carries.

    Args:
        prompt: the residual stream of the prompt, [rows, d_model], entries -1, 0 and 1.
        places: the coordinates that the loop carries.
        loop: the constants of the compiled loop.
        place: what it carries.
    """

    prompt: np.ndarray
    places: tuple[int, ...]
    loop: Loop
    place: Place


@final
class Passing:
    """Runs weights by retrieval: the row that a message leaves and the row that it reaches, and no other.

    A row that neither holds the message nor receives it is a fixed point of the block, and attention never changes: both
    are read off the matrices, so the answer is that of `Dense`, bit for bit, after every block. Where a condition fails,
    for the weights, the format or the prompt, `Dense` runs, and `why_dense` says why.

    Args:
        weights: exact weights.
        format_name: number format.
        regime: "saturated" or "graded"; the graded regime is dense.
        shape: what is dense is padded to this shape, so that networks of many sizes share one compiled function.
        memory: bytes that a prompt, or a dense run, may take.
        certificate: why its floats may be trusted; with one, a prompt that it does not speak of is refused.

    Raises:
        ModelError: if the format is not enabled in JAX, the sequence grows, or a prompt would take more memory.
        PrecisionError: if a weight is no number of the format, or the certificate speaks of something else.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        format_name: str = "float32",
        regime: Literal["saturated", "graded"] = "saturated",
        shape: Shape | None = None,
        memory: int | None = None,
        certificate: Certificate | Uncertified = UNASKED,
    ) -> None:
        check_loops(weights)
        self.weights = weights
        self.certificate = certificate
        self.regime: Literal["saturated", "graded"] = regime
        self.format_name = format_name
        self._shape = common_shape([shape_of(weights), shape]) if shape else shape_of(weights)
        self._memory = memory
        own = native_format_named(format_name)
        policy = policy_named("accumulate-float32", own)
        check_reason(certificate, weights, policy, regime)
        check_enabled(format_name)
        self._sums = policy.accumulation.name
        self._precision = own.precision
        plan = self._messages()
        self._plan = plan if isinstance(plan, Messages) else None
        self.why_dense = plan if isinstance(plan, str) else None
        if self._plan is None:
            _ = self.dense  # what it refuses is refused now
        check_prompt(weights, memory)

    def _messages(self) -> Messages | str:
        """The network as one that passes messages, or the first reason why it is none or may be none in this format."""
        if self.regime != "saturated":
            return "in the graded regime every row has its share"
        plan = messages_of(self.weights)
        if isinstance(plan, Messages) and not is_exact(plan.units, self._precision):
            return f"sums of this MLP may round in {self.format_name}"
        if max((count.steps for count in self.weights.labels.tally), default=1) > _PORTION:
            return f"a block counts more than {_PORTION} steps"
        return plan

    @property
    def multiply_adds(self) -> int | None:
        """Products with weights of the MLP that one block computes; None where it is dense."""
        return None if self._plan is None else self._plan.units.multiply_adds

    def start(self, prompt: Stream) -> State:
        """The state before the first block.

        Raises:
            ModelError: if the prompt is longer than the network was compiled for, or a dense run would take more memory.
            ProgramError: if there is a certificate, and it does not speak of this prompt.
        """
        if isinstance(self.certificate, Certificate):
            check_admissible(self.weights.labels, prompt)
        if self._plan is not None and prompt.num_rows <= self.weights.labels.max_positions:
            rows = self.weights.layout.encode(generate(self.weights.labels, prompt)).astype(np.int8)
            run = self._run(self._plan, rows)
            self.why_dense = run if isinstance(run, str) else None
            if isinstance(run, Run):
                return State(run, 0, RUNNING)
        return self.dense.start(prompt)

    @cached_property
    def dense(self) -> Dense:
        """The engine that computes all rows."""
        return Dense(
            self.weights,
            format_name=self.format_name,
            regime=self.regime,
            shape=self._shape,
            memory=self._memory,
            certificate=self.certificate,
        )

    def _run(self, plan: Messages, rows: np.ndarray) -> Run | str:
        """The run from this prompt; or the first reason why its rows have no addresses."""
        offsets = offsets_of(self.weights, plan.lookups, rows)
        if isinstance(offsets, str):
            return offsets
        if len(rows) > _MOST_ROWS or not is_exact(plan.units, _DIGITS - max(map(abs, offsets)).bit_length()):
            return "the number of a row may round"
        loop = loop_of(self.weights, plan, offsets, self._sums)
        place = begin(loop, plan, offsets, rows[:, list(plan.units.places)])
        return place if isinstance(place, str) else Run(rows, plan.units.places, loop, place)

    def advance(self, state: State, steps: int) -> State:
        """At most `steps` steps more, counted as the labels say, or until the stop table says so.

        Raises:
            DecodeError: if the residual stream encodes nothing any more.
            ModelError: if it has to go on dense, and that would take more memory.
        """
        if not isinstance(state.x, Run):
            return self.dense.advance(state, steps)
        run, done, blocks = state.x, 0, 0
        while done < steps:
            place, counted, applied = go(run.loop, run.place, min(steps - done, _PORTION))
            run, done, blocks = replace(run, place=place), done + counted, blocks + applied
            if applied == 0:
                break
        outcome = self._outcome(run, state.layers + blocks)
        reached = State(run, state.steps + done, outcome, state.layers + blocks)
        if outcome != RUNNING or done == steps:
            return reached
        if is_regular(run.loop, run.place):
            return reached._replace(outcome=COARSE)
        self.why_dense = f"after step {reached.steps} the rows are not those of one message"
        loops = reached.layers
        further = self.dense.advance(State(self._embedded(run), loops, RUNNING, loops), steps - done)
        return further._replace(steps=reached.steps + further.steps - loops)

    def _outcome(self, run: Run, done: int) -> str:
        """What the stop table says after `done` loops.

        Raises:
            DecodeError: if it has nothing to read.
        """
        outcome = outcome_of(self.weights, self._rows(run))
        check_signal(
            outcome,
            "residual stream",
            f"after loop {done}, in {self.format_name}",
            "Use a format with more precision, and start from an encoded prompt.",
        )
        return outcome

    def _embedded(self, run: Run) -> tuple[jax.Array, jax.Array]:
        """The residual stream as `Dense` has it, and which rows are kept."""
        rows = self._rows(run)
        padded = np.zeros((self._shape.rows, self._shape.d_model), dtype=rows.dtype)
        padded[: rows.shape[0], : rows.shape[1]] = rows
        return jnp.asarray(padded), jnp.asarray(np.arange(len(padded)) < len(rows))

    def _rows(self, run: Run) -> np.ndarray:
        rows = run.prompt.astype(jnp.dtype(self.format_name))
        rows[:, list(run.places)] = rows_of(run.loop, run.place, len(run.prompt))
        return rows

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block of the next loop computes, by the dense engine."""
        dense = state.x if not isinstance(state.x, Run) else self._embedded(state.x)
        return self.dense.look(state._replace(x=dense))

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream from row number `first` on, [rows, d_model], in the format of the model."""
        return self._rows(state.x)[first:] if isinstance(state.x, Run) else self.dense.array(state, first)

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream in symbols.

        Raises:
            DecodeError: in the saturated regime, if a value lies off its grid.
        """
        return read_stream(self.weights.layout, self.array(state, first), self.regime)
