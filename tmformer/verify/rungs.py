"""Rungs: a run of the same machine, read after every machine step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np

from tmformer.constructions import Construction
from tmformer.decode import Engine
from tmformer.machine import Configuration
from tmformer.pipeline import precision_enabled
from tmformer.program import RUNNING, Decoding, Program, Stream, read_stop, trace
from tmformer.weights import Layout


@final
@dataclass(frozen=True, eq=False)
class Reading:
    """A run, read after some machine step.

    Args:
        configuration: what the residual stream decodes to.
        outcome: what the stop table says.
        residual: the residual stream, [rows, d_model], in the rung's own numbers; where the sequence grows, of the rows
            that no reading before had.
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

    def decoded(prompt: Stream) -> Iterator[Reading]:
        decoding, first = Decoding(program, prompt), 0
        while True:
            new = decoding.after(first)
            outcome, first = read_stop(labels, new), decoding.num_rows
            yield Reading(made.decode_configuration(labels, decoding.after()), outcome, layout.encode(new))
            if outcome != RUNNING or first == labels.max_positions:
                return
            decoding.step()

    return decoded if labels.feedback else readings


def engine_rung(engine: Engine, made: Construction) -> Rung:
    """The weights, run by an engine, one machine step at a time."""
    labels = engine.weights.labels

    def readings(prompt: Stream) -> Iterator[Reading]:
        with precision_enabled(engine.format_name):
            state = engine.advance(engine.start(prompt), 0)
        stream, first = engine.stream(state), 0
        while True:
            now = made.decode_configuration(labels, stream)
            yield Reading(now, state.outcome, engine.array(state, first))
            if state.outcome != RUNNING:
                return
            first = stream.num_rows if labels.feedback else 0
            with precision_enabled(engine.format_name):
                state = engine.advance(state, 1)
            new = engine.stream(state, first)
            stream = stream + new if labels.feedback else new

    return readings
