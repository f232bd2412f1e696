"""The exact engine: the same weights in exact rationals, loop by loop, with the same stop table."""

from typing import Literal, final

import numpy as np

from tmformer.decode.registers import BlockRegisters
from tmformer.decode.state import State, check_loops, check_signal
from tmformer.errors import ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import COARSE, RUNNING, Stream, read_count, read_stop
from tmformer.weights import BlockTrace, BlockWeights, Weights, constant_attention, trace

_BYTES_A_SCORE = 40  # scores, winners and shares as int64, and a float64 copy of two of them for the product


@final
class Exact:
    """Runs weights in exact rationals.

    Args:
        weights: exact weights.
        softmax: "hard" attention, or "base-2" softmax at the sharpness of the weights.
        memory: bytes that a run may take; the computer's memory if not said.

    Raises:
        ModelError: if a run would take more memory.
    """

    def __init__(
        self, weights: Weights, *, softmax: Literal["hard", "base-2"] = "hard", memory: int | None = None
    ) -> None:
        available = computer_memory() if memory is None else memory
        scores = _BYTES_A_SCORE * weights.labels.max_positions**2
        if scores > available:
            raise ModelError(
                "An exact run fits into memory",
                found=f"about {shown_bytes(scores)} for the scores of {weights.labels.max_positions} positions",
                where=f"{shown_bytes(available)} of memory",
                remedy="Compile for a smaller window, which is fewer positions, or for fewer loops.",
            )
        self.weights = weights
        self.format_name = "exact"
        self.why_dense: str | None = None
        self.softmax: Literal["hard", "base-2"] = softmax
        self.regime: Literal["saturated", "graded"] = "saturated" if softmax == "hard" else "graded"

    def start(self, prompt: Stream) -> State:
        """The state before the first block."""
        return State((prompt, constant_attention(self.weights, prompt, self.softmax)), 0, RUNNING)

    def advance(self, state: State, steps: int) -> State:
        """Apply the blocks until `steps` steps more are counted, or until the stop table says so.

        What would count more is not applied: the outcome is then COARSE.

        Raises:
            DecodeError: if the residual stream encodes nothing any more.
            ModelError: if the sequence grows.
        """
        check_loops(self.weights)
        labels, layout = self.weights.labels, self.weights.layout
        (stream, attention), done = state.x, state.steps
        outcome, count = read_stop(labels, stream), read_count(labels, stream)
        per_loop, loops = len(self.weights.blocks), 0
        blocks = trace(self.weights, stream, self.softmax, steps, attention)
        while outcome == RUNNING and done + count <= state.steps + steps:
            last = [next(blocks) for _ in range(per_loop)][-1]
            stream, done, loops = layout.decode(last.after.array()), done + count, loops + 1
            outcome, count = read_stop(labels, stream), read_count(labels, stream)
        layers = state.layers + loops * per_loop
        check_signal(
            outcome,
            "residual stream",
            f"after loop {layers // per_loop}, in exact rationals",
            "Start from an encoded prompt, with weights that keep their invariants.",
        )
        outcome = COARSE if outcome == RUNNING and done < state.steps + steps else outcome
        return State((stream, attention), done, outcome, layers)

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block of the next loop computes: int64 arrays where all values are integers, else Fractions."""
        stream, attention = state.x
        blocks = trace(self.weights, stream, self.softmax, 1, attention)
        pairs = zip(self.weights.blocks, blocks, strict=True)
        return [block_registers(self.weights, own, block) for own, block in pairs]

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream, [rows, d_model], exact integers."""
        return self.weights.layout.encode(self.stream(state, first))

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream in symbols."""
        return state.x[0].rows(first, state.x[0].num_rows)


def block_registers(weights: Weights, own: BlockWeights, block: BlockTrace) -> BlockRegisters:
    """What one block computed, by name.

    Args:
        weights: the network.
        own: the block's weights.
        block: what it computed.
    """
    shares = zip(own.heads, block.attention, strict=True)
    return BlockRegisters(
        weights.layout,
        *(values.array() for values in (block.before, block.attended, block.after)),
        attention={head.lookup.name: each.array() for head, each in shares},
    )
