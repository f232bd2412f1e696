"""The retrieval engine of networks that decode row by row and search for the latest row of a code."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, final

import jax.numpy as jnp
import numpy as np

from tmformer.decode.cached import Cached
from tmformer.decode.halting import outcomes
from tmformer.decode.registers import BlockRegisters
from tmformer.decode.retrieval.kept import rows_kept
from tmformer.decode.retrieval.network import fetched_of, first_slots, make_network, mlps_are_exact, products, why_not
from tmformer.decode.retrieval.prompts import Prompt, prompt_of
from tmformer.decode.retrieval.recall import CROWDED, GOES_ON, IRREGULAR, Network, Recalled, recall
from tmformer.decode.retrieval.searches import Searches, searches_of
from tmformer.decode.retrieval.slots import enlarged, filled
from tmformer.decode.state import UNASKED, State, check_prompt, check_signal, read_stream
from tmformer.model import check_enabled
from tmformer.precision import (
    Certificate,
    Uncertified,
    check_reason,
    native_format_named,
    policy_named,
)
from tmformer.program import FULL, RUNNING, Stream, check_admissible, generate
from tmformer.weights import Weights

_PORTION = 2**19  # rows a call, so that a caller can be interrupted between two
_LARGEST = 2**24  # positions that float32 counts


@final
@dataclass(frozen=True, eq=False)
class Run:
    """Where a run is.

    Args:
        stream: the prompt in symbols.
        prompt: the prompt, computed but for its last row.
        network: the numbers of the compiled loop.
        now: what the compiled loop carries; no row decoded yet where there are as many as the prompt has, less one.
    """

    stream: Stream
    prompt: Prompt
    network: Network
    now: Recalled


@final
class Recalling:
    """Decodes weights by retrieval: of each code the latest row alone is kept, and found by its address.

    Earlier rows of the same code never win a search, so memory grows with the codes in use, not with the rows. What every
    block of a search answers follows from the row found, and what the block makes of it is computed with its weights and
    compared, so the answer is that of `Cached`. Where a condition fails, for the weights, the format or the prompt, or a
    block does something else, `Cached` runs, and `why_dense` says why.

    Args:
        weights: exact weights with a feedback map and causal attention.
        format_name: number format.
        regime: "saturated" or "graded"; the graded regime is dense.
        memory: bytes that a prompt, or a dense run, may take.
        certificate: why its floats may be trusted; with one, a prompt that it does not speak of is refused.

    Raises:
        ModelError: if the format is not enabled in JAX, or a prompt would take more memory.
        PrecisionError: if a weight is no number of the format, or the certificate speaks of something else.
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
        self._memory = memory
        own = native_format_named(format_name)
        policy = policy_named("accumulate-float32", own)
        check_reason(certificate, weights, policy, regime)
        check_enabled(format_name)
        self._sums = policy.accumulation.name
        plan = searches_of(weights) if regime == "saturated" else "in the graded regime every row has its share"
        reason = plan if isinstance(plan, str) else why_not(weights, plan)
        if reason is None and isinstance(certificate, Uncertified) and certificate.even_if_inexact:
            reason = "numbers may be rounded, and a dense run shows how"
        if reason is None and weights.labels.max_positions > _LARGEST:
            reason = f"more than {_LARGEST} positions"
        if reason is None and not mlps_are_exact(weights, own.precision):
            reason = f"sums of an MLP may round in {format_name}"
        self._plan = plan if isinstance(plan, Searches) and reason is None else None
        self.why_dense = reason
        self._outcomes = outcomes(weights)
        if self._plan is None:
            _ = self.dense  # what it refuses is refused now
        check_prompt(weights, memory)

    @property
    def multiply_adds(self) -> int | None:
        """Products that one row computes with weights; None where it is dense."""
        return None if self._plan is None else products(self.weights, self._plan)

    @cached_property
    def dense(self) -> Cached:
        """The engine that keeps all rows."""
        return Cached(
            self.weights,
            format_name=self.format_name,
            regime=self.regime,
            memory=self._memory,
            certificate=self.certificate,
        )

    def start(self, prompt: Stream) -> State:
        """The state before the first row.

        Raises:
            ProgramError: if the prompt is longer than the network was compiled for, or one that the certificate, if there
                is one, does not speak of.
        """
        if self._plan is None:
            return self.dense.start(prompt)
        generated = generate(self.weights.labels, prompt)
        if isinstance(self.certificate, Certificate):
            check_admissible(self.weights.labels, generated)
        made = prompt_of(self.weights, self._plan, self.weights.layout.encode(generated))
        self.why_dense = made if isinstance(made, str) else None
        if isinstance(made, str):
            return self.dense.start(prompt)
        network = make_network(self.weights, self._plan, made, self._sums)
        kept = first_slots(self.weights, self._plan, made)
        slots = tuple(
            filled(rows, len(memory.keys), self._sums) for rows, memory in zip(kept, network.memories, strict=True)
        )
        last, count = jnp.zeros(self.weights.layout.d_model, self._sums), jnp.int32(prompt.num_rows - 1)
        now = Recalled(slots, last, count, jnp.int32(0), jnp.int32(GOES_ON))
        return State(Run(generated, made, network, now), 0, RUNNING, kept="latest")

    def advance(self, state: State, steps: int) -> State:
        """At most `steps` decoding steps more, or until the stop table says so, or until the sequence is full.

        Raises:
            DecodeError: if the last row encodes nothing.
            ModelError: if it has to go on dense, and that would take more memory.
        """
        if not isinstance(state.x, Run) or self._plan is None:
            return self.dense.advance(state, steps)
        run, rows = state.x, state.x.stream.num_rows
        end = min(rows + state.steps + steps, self.weights.labels.max_positions)
        now = self._recalled(self._plan, run, end)
        if int(now.status) == IRREGULAR:
            self.why_dense = f"at row {int(now.rows) - 1} a block does something else than its search"
            return self.dense.advance(self.dense.start(run.stream), state.steps + steps)
        outcome, done = self._outcomes[int(now.code)], int(now.rows) - rows
        check_signal(
            outcome,
            "newest row",
            f"row {int(now.rows) - 1}, in {self.format_name}",
            "Use a format with more precision, and start from an encoded prompt.",
        )
        if outcome == RUNNING and done < state.steps + steps:
            outcome = FULL
        return State(replace(run, now=now), done, outcome, len(self.weights.blocks) * (done + 1), "latest")

    def _recalled(self, plan: Searches, run: Run, end: int) -> Recalled:
        """Rows until there are `end`, or the run is over, or something is irregular."""
        now, searches = run.now, len(plan.searches)
        fetched = fetched_of(plan, len(self.weights.blocks))
        while (
            int(now.rows) < end
            and (int(now.code) == 0 or int(now.rows) < run.stream.num_rows)
            and int(now.status) != IRREGULAR
        ):
            if int(now.status) == CROWDED:
                slots = tuple(
                    enlarged(each, len(memory.keys), float(now.last[memory.asks] @ memory.places))
                    for each, memory in zip(now.slots[:searches], run.network.memories, strict=False)
                )
                now = now._replace(slots=(*slots, *now.slots[searches:]), status=jnp.int32(GOES_ON))
            most = jnp.int32(min(end, int(now.rows) + _PORTION))
            now = recall(run.network, now, most, searches=searches, fetched=fetched)
        return now

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block computes of all rows so far, by the engine that keeps them, from the prompt on.

        Raises:
            ModelError: if that would take more memory.
        """
        if not isinstance(state.x, Run):
            return self.dense.look(state)
        return self.dense.look(self.dense.advance(self.dense.start(state.x.stream), state.steps))

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The rows that are kept, in order of time, then the newest; all from row number `first` on where all are kept.

        Of rows before the newest there is what can be found of them: codes, times and what is fetched.
        """
        if not isinstance(state.x, Run) or self._plan is None:
            return self.dense.array(state, first)
        run = state.x
        if int(run.now.rows) < run.stream.num_rows:
            return np.zeros((0, self.weights.layout.d_model), jnp.dtype(self.format_name))
        kept = rows_kept(self.weights, self._plan, run.prompt, run.network.memories, run.now)
        return kept[first:].astype(jnp.dtype(self.format_name))

    def stream(self, state: State, first: int = 0) -> Stream:
        """What `array` has, in symbols.

        Raises:
            DecodeError: in the saturated regime, if a value lies off its grid.
        """
        return read_stream(self.weights.layout, self.array(state, first), self.regime)
