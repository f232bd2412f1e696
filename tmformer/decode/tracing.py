"""A run of a network with everything kept."""

from typing import TYPE_CHECKING

from tmformer.decode.exact import Exact
from tmformer.decode.registers import BlockRegisters, NetworkTrace
from tmformer.errors import ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import RUNNING, Stream

if TYPE_CHECKING:
    from tmformer.decode.dense import Dense


def trace_network(engine: "Dense | Exact", prompt: Stream, loops: int, memory: int | None = None) -> NetworkTrace:
    """Run an engine on a prompt, at most `loops` loops, and keep everything.

    Args:
        engine: what runs the weights.
        prompt: the embedded sequence.
        loops: the most loops.
        memory: bytes that what is kept may take; the computer's memory if not said.

    Raises:
        ModelError: if it would take more.
    """
    available = computer_memory() if memory is None else memory
    rows, d_model = prompt.num_rows, engine.weights.layout.d_model
    heads = sum(len(block.heads) for block in engine.weights.blocks)
    kept = 8 * loops * (heads * rows**2 + 3 * len(engine.weights.blocks) * rows * d_model)
    if kept > available:
        raise ModelError(
            "What a trace keeps fits into memory",
            found=f"up to {shown_bytes(kept)} for {loops} loops over {rows} positions",
            where=f"{shown_bytes(available)} of memory",
            remedy="Trace fewer loops, or compile for fewer positions.",
        )
    state = engine.advance(engine.start(prompt), 0)
    blocks: list[BlockRegisters] = []
    while state.outcome == RUNNING and state.loops < loops:
        blocks += engine.look(state)
        state = engine.advance(state, 1)
    return NetworkTrace(prompt, tuple(blocks), state.outcome)
