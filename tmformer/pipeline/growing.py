"""Driving an engine: in a network that was compiled once, or in larger and larger ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias, final

from tmformer.constructions import STOPS_SHORT, UNCOMPILED, Construction, Options, Token, construction_of
from tmformer.errors import ConstructionError, UsageError
from tmformer.machine import Configuration, Machine
from tmformer.pipeline.engines import How, certificate_of, configuration_after, make_engine, precision_enabled
from tmformer.precision import Certificate, Uncertified
from tmformer.program import COARSE, FULL, OUTSIDE, RUNNING, Labels
from tmformer.weights import Weights, lower

if TYPE_CHECKING:
    from tmformer.decode import Engine, State

Watch: TypeAlias = Callable[[int, Configuration], None]
"""Called with the machine steps so far and the configuration: at the start, now and then, at each multiple of `every`, and at
the end; each step once."""

Emit: TypeAlias = Callable[[int, int, Token], None]
"""Called with each decoding step once: its machine step, that at which its sequence began, and what was emitted."""

_LONG = 1 << 16  # machine steps from which on a run is looked at by the clock
_SHORTEST = 1e-3  # seconds that a portion is taken to last at least
_STEPS = 1 << 20  # machine steps asked of an engine at once when nobody watches; any number gives the same result

_ROOM = {"visited": 2**14, "start": 2**22}  # positions, for an engine whose cost does not depend on them
_WIDER = 16  # where a prompt has a position for each cell, it is encoded position by position: not more at once


@final
@dataclass(frozen=True)
class Progress:
    """Where a run is: after `steps` machine steps and `layers` blocks, what the stop table says, and why it may be trusted.

    `why_dense` is the engine's reason to compute everything, if it was to retrieve and did not.
    """

    configuration: Configuration
    steps: int
    outcome: str
    layers: int
    certificate: Certificate | Uncertified | None = None
    why_dense: str | None = None


def told(made: Construction, labels: Labels, machine: Machine | None, now: Configuration) -> Labels:
    """Labels that encode and decode this machine's configurations, from `now` on.

    Args:
        made: the construction.
        labels: those of the weights, which know their machine, or none.
        machine: the machine that the prompt is to bring; None where the weights know it.
        now: the configuration that the prompt represents.

    Raises:
        UsageError: if there is a machine too many.
        ConstructionError: if the network is not for such a machine.
    """
    if machine is None:
        return labels
    if made.tell is None:
        raise UsageError(
            "Weights know their machine, unless it comes in the prompt",
            found=f"the machine {machine.name!r} beside weights of {labels.construction}",
            where="run",
            remedy="Leave the machine out, or compile with the construction universal.",
        )
    return made.tell(labels, machine, origin=0 if machine.one_way else now.used[0], head=now.head)


def chosen(made: Construction, labels: Labels, choice: str | None) -> Labels:
    """Labels that encode and decode configurations of the machine that was chosen, where the weights know several.

    Args:
        made: the construction.
        labels: those of the weights.
        choice: which machine; the one that was compiled if None.

    Raises:
        UsageError: if there is nothing to choose.
        ConstructionError: for a choice that is none.
    """
    if choice is None:
        return labels
    if made.choose is None:
        raise UsageError(
            "Where several machines are in the weights, one is chosen",
            found=f"choose={choice!r} and a network of {labels.construction}, which runs one machine",
            where="run",
            remedy="Leave it out, or compile two machines with the construction switchable.",
        )
    return made.choose(labels, choice)


def run_fixed(
    weights: Weights, labels: Labels, begun: Progress, how: How, limit: int | None, follow: "Follow"
) -> Progress:
    """Run in the network as it was compiled.

    Args:
        weights: the network.
        labels: as `told` has them.
        begun: where the run is: at its start, or at a checkpoint.
        how: in which arithmetic.
        limit: the most machine steps.
        follow: who wants to know.

    Raises:
        ConstructionError: WindowError or ContextError if it is too small.
        PrecisionError: if there is no reason to trust its floats.
        ModelError: if a run would take more memory.
        DecodeError: if it comes to what encodes nothing.
    """
    made = construction_of(weights.labels)
    reached = _advance(made, weights, labels, begun, how, limit, follow)
    if reached.outcome in (OUTSIDE, FULL):
        raise made.outgrown(weights.labels, reached.configuration, reached.steps)
    check_fine(reached.outcome, reached.steps, limit)
    return reached


def check_fine(outcome: str, steps: int, limit: int | None) -> None:
    """Refuse a run whose next block of machine steps would not end where it is to end; a network alone cannot divide it.

    Args:
        outcome: what the stop table said last.
        steps: the machine steps so far.
        limit: the most machine steps.

    Raises:
        ConstructionError: if it stopped short.
    """
    if outcome in (COARSE, *STOPS_SHORT):
        end = "beyond them" if outcome == COARSE else "in no number of machine steps that was compiled"
        raise ConstructionError(
            "A run in macro blocks ends where one of them does",
            found=f"a block after machine step {steps} that ends {end}",
            where="a run without end" if limit is None else f"a run of at most {limit} machine steps",
            remedy=f"Ask for {steps} machine steps (--max-steps {steps}), or run the machine itself, without cells: it goes on "
            "cell by cell where macro blocks are too coarse.",
        )


def run_growing(
    machine: Machine,
    made: Construction,
    options: Options,
    begun: Progress,
    how: How,
    limit: int | None,
    follow: "Follow",
    choice: str | None = None,
) -> tuple[Weights, Labels, Progress]:
    """Run a machine, from `begun` on, in a network that is compiled anew, and larger, whenever it is outgrown.

    Where a macro block is too coarse for the number of machine steps asked for, or has no end, it goes on without them.

    Returns:
        The last weights, the labels that decode them, and where the run ended.
    """
    reached = begun
    labels: Labels | None = None
    while True:
        room = _room(made, labels, how, reached.why_dense)
        # A context that is long enough anyway need not grow: the next one begins from the configuration as the first did.
        previous = None if room and made.holds == "start" else labels
        weights = lower(made.grow(machine, reached.configuration, previous, options, room=room))
        labels = chosen(made, weights.labels, choice)
        ours = told(made, labels, machine if made.tell else None, reached.configuration)
        reached = _advance(made, weights, ours, reached, how, limit, follow)
        if reached.outcome in (COARSE, *STOPS_SHORT) and reached.outcome != UNCOMPILED:
            options, labels = {name: value for name, value in options.items() if name != "macro"}, None
        elif reached.outcome not in (OUTSIDE, FULL, UNCOMPILED):
            return weights, ours, reached


def _room(made: Construction, previous: Labels | None, how: How, why_dense: str | None) -> int:
    """The positions that a run which outgrew its network asks for; any number gives the same result."""
    if previous is None or how.engine != "retrieval" or why_dense is not None:
        return 0
    room = _ROOM[made.holds]
    return min(_WIDER * previous.max_positions, room) if made.holds == "visited" else room


@final
@dataclass(frozen=True)
class Follow:
    """Who wants to know how a run goes.

    Args:
        watch: sees configurations now and then.
        emit: sees each decoding step.
        every: machine steps; the run is looked at after each multiple of it, in macro blocks after the one that passes it.
        save: keeps what the run has reached then.
    """

    watch: Watch | None = None
    emit: Emit | None = None
    every: int | None = None
    save: Callable[[Progress], None] | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether anybody does, at other machine steps too than the multiples."""
        return self.watch is not None or self.emit is not None

    def portion(self, steps: int, seconds: float, last: int) -> int:
        """The machine steps after which to look at a run that has done `steps`.

        A run that is followed is looked at after each step at first, after an eighth of all so far later; a long one not
        more often than once a second or so.

        Args:
            steps: machine steps so far.
            seconds: how long the last portion took.
            last: its machine steps.
        """
        portion = max(1, steps // 8) if self.is_wanted else _STEPS
        if self.is_wanted and steps > _LONG:
            portion = max(portion, int(last / max(seconds, _SHORTEST)))
        return portion if self.every is None else min(portion, self.every - steps % self.every)

    def looks_at(self, before: int, steps: int) -> bool:
        """Whether anybody wants the configuration after the portion from machine step `before` to `steps`."""
        return self.is_wanted or self._passes(before, steps)

    def keep(self, before: int, reached: Progress) -> None:
        """Save what the portion from machine step `before` on has reached, if it is to be."""
        if self.save is not None and self._passes(before, reached.steps):
            self.save(reached)

    def _passes(self, before: int, steps: int) -> bool:
        """Whether a portion came to a multiple of `every`, or, in macro blocks, beyond one."""
        return self.every is not None and steps // self.every > before // self.every


def _advance(
    made: Construction,
    weights: Weights,
    labels: Labels,
    begun: Progress,
    how: How,
    limit: int | None,
    follow: Follow,
) -> Progress:
    now, done, emitted = begun.configuration, begun.steps, begun.steps - (begun.layers == 0)
    reason = certificate_of(weights, how)
    with precision_enabled(how.format):
        engine = make_engine(weights, replace(how, certificate=reason))
        state = engine.start(made.encode_configuration(labels, now))
        if follow.watch is not None and done == 0 and begun.outcome == RUNNING:  # not one that stopped short at once
            follow.watch(0, now)
        before, seconds, steps = done, 0.0, done
        while True:
            portion, before = follow.portion(steps, seconds, steps - before), steps
            begun_at = perf_counter()
            state = _advance_by(engine, state, portion, None if limit is None else limit - before)
            seconds = perf_counter() - begun_at
            steps, is_over = done + state.steps, state.outcome != RUNNING or done + state.steps == limit
            if not (is_over or follow.looks_at(before, steps)):
                continue
            reached = configuration_after(made, labels, engine, state)
            if steps > before:
                follow.keep(before, Progress(reached, steps, state.outcome, begun.layers + state.layers))
            if follow.watch is not None and steps > before:
                follow.watch(steps, reached)
            if follow.emit is not None and made.read_tokens is not None:
                for step, token in enumerate(made.read_tokens(labels, engine.stream(state)), start=done):
                    if step > emitted:
                        follow.emit(step, done, token)
                emitted = steps
            if is_over:
                return Progress(reached, steps, state.outcome, begun.layers + state.layers, reason, engine.why_dense)


def _advance_by(engine: "Engine", state: "State", portion: int, rest: int | None) -> "State":
    """Some machine steps more: about a portion, of which the last block may not fit, and `rest` at most.

    The outcome is COARSE only where the next block does not fit into the rest.
    """
    while True:
        asked = portion if rest is None else min(portion, rest)
        after = engine.advance(state, asked)
        if after.outcome != COARSE or asked == rest:
            return after
        if after.steps > state.steps:
            return after._replace(outcome=RUNNING)
        portion *= 2
