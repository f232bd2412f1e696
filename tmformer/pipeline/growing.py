"""Driving an engine: in a fixed window, or in one that grows with the run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from tmformer.constructions import Construction, construction_of
from tmformer.errors import WindowError
from tmformer.machine import Configuration, Machine
from tmformer.pipeline.engines import How, make_engine, precision_enabled
from tmformer.program import OUTSIDE, RUNNING
from tmformer.weights import Weights, lower

Watch: TypeAlias = Callable[[int, Configuration], None]
"""Called with the machine steps so far and the configuration: at the start, now and then, and at the end; each step once."""

_FIRST_ROOM = 8  # cells on each side at the start of a growing run; any number gives the same result
_LOOPS = 1 << 20  # loops asked of an engine at once when nobody watches; any number gives the same result


@final
@dataclass(frozen=True)
class Progress:
    """Where a run is: after `steps` machine steps, and what the stop table says of it."""

    configuration: Configuration
    steps: int
    outcome: str


def run_fixed(weights: Weights, start: Configuration, how: How, limit: int | None, watch: Watch | None) -> Progress:
    """Run in the window that the weights were compiled for.

    Raises:
        WindowError: if the tape head leaves it.
    """
    reached = _advance(weights, start, how, 0, limit, watch)
    if reached.outcome == OUTSIDE:
        origin = int(weights.labels.parameters["origin"])
        raise WindowError(
            f"The tape head left the window at step {reached.steps}",
            found=f"the tape head at cell {reached.configuration.head}",
            where=f"a window of cells {origin} to {origin + weights.labels.max_positions - 2}",
            remedy="Compile for more cells, or run the machine without `cells` (--cells): its window grows.",
        )
    return reached


def run_growing(
    machine: Machine,
    made: Construction,
    start: Configuration,
    how: How,
    limit: int | None,
    watch: Watch | None,
) -> tuple[Weights, Progress]:
    """Run a machine in a window that grows on the side where the tape head leaves it, from where the run has got to.

    Returns:
        The weights for the last window, and where the run ended.
    """
    reached = Progress(start, 0, OUTSIDE)
    left = right = _FIRST_ROOM
    while True:
        now = reached.configuration
        first = min(now.first, now.head) if now.tape else now.head
        last = max(now.first + len(now.tape) - 1, now.head) if now.tape else now.head
        cells = left + last - first + 1 + right
        program = made.compile(machine, steps=cells, cells=cells, head=now.head, input_length=0, origin=first - left)
        weights = lower(program)
        reached = _advance(weights, now, how, reached.steps, limit, watch)
        if reached.outcome != OUTSIDE:
            return weights, reached
        left, right = (2 * left, right) if reached.configuration.head < first - left else (left, 2 * right)


def _advance(
    weights: Weights,
    now: Configuration,
    how: How,
    done: int,
    limit: int | None,
    watch: Watch | None,
) -> Progress:
    made = construction_of(weights.labels)
    with precision_enabled(how.format):
        engine = make_engine(weights, how)
        state = engine.start(made.encode_configuration(weights.labels, now))
        if watch is not None and done == 0:
            watch(0, now)
        while True:
            before = done + state.loops
            # Watched runs stop to be looked at: after each step at first, after an eighth of all steps so far later.
            portion = _LOOPS if watch is None else max(1, before // 8)
            state = engine.advance(state, portion if limit is None else min(portion, limit - before))
            steps = done + state.loops
            reached = made.decode_configuration(weights.labels, engine.stream(state))
            if watch is not None and steps > before:
                watch(steps, reached)
            if state.outcome != RUNNING or steps == limit:
                return Progress(reached, steps, state.outcome)
