"""A run of a network with everything kept."""

from typing import TYPE_CHECKING

from tmformer.decode.exact import Exact
from tmformer.decode.registers import BlockRegisters, NetworkTrace
from tmformer.program import RUNNING, Stream

if TYPE_CHECKING:
    from tmformer.decode.dense import Dense


def trace_network(engine: "Dense | Exact", prompt: Stream, loops: int) -> NetworkTrace:
    """Run an engine on a prompt, at most `loops` loops, and keep everything."""
    state = engine.advance(engine.start(prompt), 0)
    blocks: list[BlockRegisters] = []
    while state.outcome == RUNNING and state.loops < loops:
        blocks += engine.look(state)
        state = engine.advance(state, 1)
    return NetworkTrace(prompt, tuple(blocks), state.outcome)
