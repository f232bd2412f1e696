"""Rungs: a run of the same machine, read after every machine step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np

from tmformer.constructions import Construction
from tmformer.decode import Dense, Exact
from tmformer.machine import Configuration
from tmformer.pipeline import precision_enabled
from tmformer.program import RUNNING, Program, Stream, read_stop, trace
from tmformer.weights import Layout


@final
@dataclass(frozen=True, eq=False)
class Reading:
    """A run, read after some machine step.

    Args:
        configuration: what the residual stream decodes to.
        outcome: what the stop table says.
        residual: the residual stream, [rows, d_model], in the rung's own numbers.
    """

    configuration: Configuration
    outcome: str
    residual: np.ndarray


Rung: TypeAlias = Callable[[Stream], Iterator[Reading]]
"""From an embedded input to the readings before the first and after every machine step, the last one where it stops."""


def program_rung(program: Program, made: Construction) -> Rung:
    """The program's own semantics, on symbols."""
    labels, layout = program.labels, Layout(program.labels.registers)

    def readings(prompt: Stream) -> Iterator[Reading]:
        for stream in trace(program, prompt, loops=2**62):
            outcome = read_stop(labels, stream)
            yield Reading(made.decode_configuration(labels, stream), outcome, layout.encode(stream))
            if outcome != RUNNING:
                return

    return readings


def engine_rung(engine: Dense | Exact, made: Construction) -> Rung:
    """The weights, run by an engine, one block at a time."""
    labels = engine.weights.labels

    def readings(prompt: Stream) -> Iterator[Reading]:
        with precision_enabled(engine.format_name):
            state = engine.advance(engine.start(prompt), 0)
        while True:
            now = made.decode_configuration(labels, engine.stream(state))
            yield Reading(now, state.outcome, engine.array(state))
            if state.outcome != RUNNING:
                return
            with precision_enabled(engine.format_name):
                state = engine.advance(state, 1)

    return readings
