"""A run of a network with everything kept."""

from functools import partial

from tmformer.decode.registers import BlockRegisters, NetworkTrace
from tmformer.decode.state import Engine
from tmformer.errors import ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import COARSE, RUNNING, Labels, Stream, read_count


def trace_network(
    engine: Engine, prompt: Stream, steps: int, memory: int | None = None, labels: Labels | None = None
) -> NetworkTrace:
    """Run an engine on a prompt, at most `steps` counted steps or decoding steps, and keep everything.

    Where the sequence grows, the blocks are those of one pass over all rows: causal attention shows each row what it saw
    when it was the newest.

    Args:
        engine: what runs the weights.
        prompt: the embedded sequence.
        steps: the most counted steps, or decoding steps.
        memory: bytes that what is kept may take; the computer's memory if not said.
        labels: those that encoded the prompt; those of the weights if not said.

    Raises:
        ModelError: if it would take more.
    """
    labels = engine.weights.labels if labels is None else labels
    kept = partial(NetworkTrace, engine.weights, labels, engine.format_name, engine.regime, prompt)
    grows = bool(labels.feedback)
    state = engine.advance(engine.start(prompt), steps if grows else 0)
    rows = prompt.num_rows + (state.steps if grows else 0)
    _check_memory(engine, rows, labels.loops if grows else steps, memory)
    if grows:
        return kept(tuple(engine.look(state)), state.outcome)
    looked: list[BlockRegisters] = []
    while state.outcome == RUNNING and state.steps < steps:
        count = read_count(labels, engine.stream(state)) if labels.tally else 1  # those of one loop
        if state.steps + count > steps:
            return kept(tuple(looked), COARSE)
        looked += engine.look(state)
        state = engine.advance(state, count)
    return kept(tuple(looked), state.outcome)


def _check_memory(engine: Engine, rows: int, loops: int, memory: int | None) -> None:
    available = computer_memory() if memory is None else memory
    blocks, d_model = engine.weights.blocks, engine.weights.layout.d_model
    heads = sum(len(block.heads) for block in blocks)
    kept = 8 * loops * (heads * rows**2 + 3 * len(blocks) * rows * d_model)
    if kept > available:
        raise ModelError(
            "What a trace keeps fits into memory",
            found=f"up to {shown_bytes(kept)} for {loops} loops over {rows} positions",
            where=f"{shown_bytes(available)} of memory",
            remedy="Trace fewer loops, or compile for fewer positions.",
        )
