"""The exact engine of sequences that grow: the same weights in exact rationals, row by row, with the same stop table."""

from typing import Literal, NamedTuple, final

import numpy as np

from tmformer.decode.exact import block_registers
from tmformer.decode.registers import BlockRegisters
from tmformer.decode.state import State, check_signal
from tmformer.errors import ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import FULL, RUNNING, Stream, generate, read_stop, sequence_of
from tmformer.weights import Decoding, Weights, trace

_BYTES_A_REGISTER = 128  # a symbol of a row in a stream of its own, and what holds it


@final
class Position(NamedTuple):
    """Where a run is.

    Args:
        prompt: the embedded sequence that it began with.
        decoding: what goes on from here, None before the first `advance`; it may have gone on already.
    """

    prompt: Stream
    decoding: Decoding | None


@final
class ExactRows:
    """Decodes weights whose sequence grows in exact rationals.

    Args:
        weights: exact weights.
        softmax: "hard" attention, or "base-2" softmax at the sharpness of the weights.
        memory: bytes that a run may take; the computer's memory if not said.

    Raises:
        ModelError: if a run to the last position would take more memory.
    """

    def __init__(
        self, weights: Weights, *, softmax: Literal["hard", "base-2"] = "hard", memory: int | None = None
    ) -> None:
        available = computer_memory() if memory is None else memory
        heads = [head for block in weights.blocks for head in block.heads]
        cached = weights.labels.loops * sum(head.key.shape[0] + head.value.shape[0] + 2 for head in heads)
        positions = weights.labels.max_positions
        needed = positions * (16 * cached + _BYTES_A_REGISTER * len(weights.labels.registers))
        if needed > available:
            raise ModelError(
                "An exact run fits into memory",
                found=f"about {shown_bytes(needed)} for {positions:,} positions",
                where=f"{shown_bytes(available)} of memory",
                remedy="Compile for fewer steps or cells, which is fewer positions.",
            )
        self.weights = weights
        self.format_name = "exact"
        self.why_dense: str | None = None
        self.softmax: Literal["hard", "base-2"] = softmax
        self.regime: Literal["saturated", "graded"] = "saturated" if softmax == "hard" else "graded"

    def start(self, prompt: Stream) -> State:
        """The state before the first row."""
        return State(Position(generate(self.weights.labels, prompt), None), 0, RUNNING)

    def advance(self, state: State, steps: int) -> State:
        """At most `steps` decoding steps more, or until the stop table says so, or until the sequence is full.

        Raises:
            DecodeError: if the last row encodes nothing.
        """
        labels = self.weights.labels
        decoding = self._decoding(state)
        outcome, done = read_stop(labels, decoding.after(decoding.num_rows - 1)), state.steps
        while outcome == RUNNING and done < state.steps + steps:
            if decoding.num_rows == labels.max_positions:
                outcome = FULL
                break
            decoding.step()
            outcome, done = read_stop(labels, decoding.after(decoding.num_rows - 1)), done + 1
        check_signal(
            outcome,
            "newest row",
            f"row {decoding.num_rows - 1}, in exact rationals",
            "Start from an encoded prompt, with weights that keep their invariants.",
        )
        per_row = len(self.weights.blocks) * labels.loops
        return State(Position(state.x.prompt, decoding), done, outcome, per_row * (done + 1))

    def _decoding(self, state: State) -> Decoding:
        """What goes on from this state: its own, or the same again if that has gone on already."""
        prompt, decoding = state.x
        if decoding is None or decoding.num_rows != prompt.num_rows + state.steps:
            decoding = Decoding(self.weights, prompt, self.softmax)
            for _ in range(state.steps):
                decoding.step()
        return decoding

    def sequence(self, state: State) -> Stream:
        """The sequence so far before any block: the prompt, and the rows that were fed back."""
        return sequence_of(self.weights.labels, state.x.prompt, self.stream(state))

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block computes of all rows so far, all at once."""
        blocks = trace(self.weights, self.sequence(state), self.softmax)
        per_loop = self.weights.labels.loops * self.weights.blocks
        return [block_registers(self.weights, own, block) for own, block in zip(per_loop, blocks, strict=True)]

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream after all blocks from row number `first` on, [rows, d_model], exact integers."""
        return self.weights.layout.encode(self.stream(state, first))

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream after all blocks in symbols, from row number `first` on."""
        return self._decoding(state).after(first)
