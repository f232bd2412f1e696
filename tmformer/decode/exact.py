"""The exact engine: the same weights in exact rationals, loop by loop, with the same stop table."""

from typing import Literal, final

import numpy as np

from tmformer.decode.dense import State
from tmformer.decode.registers import BlockRegisters
from tmformer.errors import DecodeError
from tmformer.model import check_scores_fit
from tmformer.program import BROKEN, RUNNING, Stream, read_stop
from tmformer.weights import Weights, trace


@final
class Exact:
    """Runs weights in exact rationals.

    Args:
        weights: exact weights.
        softmax: "hard" attention, or "base-2" softmax at the sharpness of the weights.
        memory: bytes that a run may take; the machine's memory if not said.

    Raises:
        ModelError: if a run would take more memory.
    """

    def __init__(
        self, weights: Weights, *, softmax: Literal["hard", "base-2"] = "hard", memory: int | None = None
    ) -> None:
        check_scores_fit(weights.labels.max_positions, bytes_a_score=40, memory=memory)
        self.weights = weights
        self.softmax: Literal["hard", "base-2"] = softmax

    def start(self, prompt: Stream) -> State:
        """The state before the first block."""
        return State(prompt, 0, RUNNING)

    def advance(self, state: State, loops: int) -> State:
        """Apply the blocks at most `loops` times more, or until the stop table says so.

        Raises:
            DecodeError: if the residual stream encodes nothing any more.
        """
        labels, layout = self.weights.labels, self.weights.layout
        stream, done = state.x, state.loops
        outcome = read_stop(labels, stream)
        per_loop = len(self.weights.blocks)
        blocks = trace(self.weights, stream, self.softmax, loops)
        while outcome == RUNNING and done < state.loops + loops:
            last = [next(blocks) for _ in range(per_loop)][-1]
            stream, done = layout.decode(last.after.array()), done + 1
            outcome = read_stop(labels, stream)
        if outcome == BROKEN:
            raise DecodeError(
                "The residual stream holds exactly one signal",
                found="none, or several",
                where=f"after loop {done}, in exact rationals",
                remedy="Start from an encoded prompt, with weights that keep their invariants.",
            )
        return State(stream, done, outcome)

    def look(self, state: State) -> list[BlockRegisters]:
        """What each block of the next loop computes: int64 arrays where all values are integers, else Fractions."""
        return [
            BlockRegisters(
                self.weights.layout,
                *(stream.array() for stream in (block.before, block.attended, block.after)),
                attention={
                    head.lookup.name: shares.array()
                    for head, shares in zip(weights.heads, block.attention, strict=True)
                },
            )
            for weights, block in zip(
                self.weights.blocks, trace(self.weights, state.x, self.softmax, loops=1), strict=True
            )
        ]

    def array(self, state: State) -> np.ndarray:
        """The residual stream, [rows, d_model], exact integers."""
        return self.weights.layout.encode(state.x)

    def stream(self, state: State) -> Stream:
        """The residual stream in symbols."""
        return state.x
