"""Recording a run for looking at: floats block by block, and beside them what is exact."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count, islice
from typing import Literal, NamedTuple, TypeAlias, cast, final

import numpy as np

from tmformer.constructions import construction_of, read_outcome
from tmformer.decode import BlockRegisters, Cached, Dense, NetworkTrace
from tmformer.errors import VerifyError
from tmformer.machine import Machine, Outcome
from tmformer.pipeline import Given, certify, check_is, check_one_machine, check_regime, options_of, precision_enabled
from tmformer.precision import Certificate, Format, native_format_named
from tmformer.program import FULL, OUTSIDE, RUNNING, Labels, Stream
from tmformer.verify.fitting import fit, fitted, refuse_options
from tmformer.verify.recorded import Apart, Changes, Found, RecordedBlock, Recording
from tmformer.verify.ulps import ulps_apart
from tmformer.weights import BlockTrace, Weights, constant_attention, trace

MOST_STEPS = 2000
"""The most machine steps recorded if not said."""

Regime: TypeAlias = Literal["saturated", "graded"]


def record(
    compiled: Machine | Weights,
    input: Given = (),
    *,
    construction: str | None = None,
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    choose: str | None = None,
    machine: Machine | None = None,
    format: str = "float32",
    regime: str = "saturated",
    max_steps: int | None = None,
    head: int | None = None,
    visited: bool = False,
) -> Recording:
    """Run a network as a Flax transformer and keep what it computes, beside what is exact.

    Args:
        compiled: a machine, which is compiled for just this run, or weights.
        input: as in `run`.
        construction: how a machine is compiled; "cellular" if not said.
        form: as in `compile`.
        radix: as in `compile`.
        states: as in `compile`.
        symbols: as in `compile`.
        other: as in `compile`.
        choose: as in `run`.
        machine: as in `run`: what weights of the construction universal are to run.
        format: a number format of JAX.
        regime: "saturated", or "graded": softmax to the base 2**sharpness.
        max_steps: the most machine steps; MOST_STEPS if not said.
        head: the tape head's cell at the start; as compiled, or 0, if not said.
        visited: whether only the states are compiled that the run visits, so that a machine of any size can be recorded.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        ConstructionError: if the construction cannot compile this, or the run leaves the window of its weights.
        PrecisionError: if there is no certificate in this format and regime.
        UsageError: if there is no such regime, or a machine too many or none at all.
        ModelError: if the run would not fit into memory.

    >>> import tmformer
    >>> record(tmformer.load_machine("bb2"))
    <Recording of bb2 by cellular: 6 machine steps, 6 blocks, 5 rows, float32, saturated, halted>
    """
    check_is(compiled, (Machine, Weights), "compiled")
    check_one_machine(compiled, machine)
    check_regime(regime)
    limit = MOST_STEPS if max_steps is None else max_steps
    options = options_of(form=form, radix=radix, states=states, symbols=symbols, other=other)
    if isinstance(compiled, Weights):
        refuse_options("record", {**options, "construction": construction, "visited": visited or None})
        run = fitted(compiled, machine, input, limit, head, choose)
    else:
        run = fit(
            compiled,
            input,
            limit,
            construction=construction,
            options=options,
            other=other,
            choose=choose,
            cells=None,
            head=head,
            visited=visited,
        )
    prompt = construction_of(run.labels).encode_configuration(run.labels, run.start)
    found = _recorded(run.weights, run.labels, run.machine, prompt, run.steps, format, cast("Regime", regime))
    return replace(found, visited=visited)


def record_again(traced: NetworkTrace) -> Recording:
    """The recording of a run that was traced: the same weights from the same prompt, in float32 if that was exact.

    Args:
        traced: of `pipeline.trace`.

    Raises:
        PrecisionError: if there is no certificate in its format.
        ConstructionError: if its labels do not say which machine ran.
    """
    weights, labels = traced.weights, traced.labels
    loops = len(traced) // len(weights.blocks)
    rows = len(traced[-1].after) if len(traced) else traced.prompt.num_rows
    steps = rows - traced.prompt.num_rows if labels.feedback else loops
    format_ = "float32" if traced.format == "exact" else traced.format
    return _recorded(weights, labels, None, traced.prompt, steps, format_, traced.regime)


def _recorded(
    weights: Weights,
    labels: Labels,
    machine: Machine | None,
    prompt: Stream,
    most: int,
    format_name: str,
    regime: Regime,
) -> Recording:
    made, number = construction_of(labels), native_format_named(format_name)
    if labels.tally:
        raise VerifyError(
            "A run is recorded where each loop is one machine step",
            found="macro blocks, of several machine steps each",
            where=f"weights of {labels.construction}",
            remedy="Compile without macro (--macro).",
        )
    run = _Run(weights, prompt, most, number, regime, certify(weights, format=number.name, regime=regime))
    with precision_enabled(number.name):
        start, blocks, streams, outcome = _record_rows(run) if labels.feedback else _record_loops(run)
    configurations = tuple(made.decode_configuration(labels, stream) for stream in streams)
    steps = len(configurations) - 1
    if outcome in (OUTSIDE, FULL) or (outcome == RUNNING and steps < most):
        raise made.outgrown(labels, configurations[-1], steps)
    named = list(islice(named_rows(labels), len(start)))
    ended, accepted = (Outcome.LIMIT, None) if outcome == RUNNING else read_outcome(outcome)
    return Recording(
        weights=weights,
        labels=labels,
        machine=machine,
        certificate=run.certificate,
        format=number.name,
        regime=regime,
        beta=number.inverse_temperature(regime, labels.sharpness),
        rows=tuple(name for name, _ in named),
        cells=tuple(cell for _, cell in named),
        start=start,
        prompt_rows=prompt.num_rows,
        blocks=tuple(blocks),
        configurations=configurations,
        outcome=ended,
        accepted=accepted,
    )


def named_rows(labels: Labels) -> Iterator[tuple[str, int | None]]:
    """A name for each row of a sequence, and its cell, as the segments of an admissible prompt say it, and then the steps.

    Args:
        labels: those of the weights.
    """
    origin = int(labels.parameters.get("origin", 0))
    for segment in labels.admissible:
        for index in range(segment.rows):
            if segment.name in ("cells", "records"):
                yield f"cell {origin + index}", origin + index
            else:
                yield (f"{segment.name} {index}" if segment.rows > 1 else segment.name), None
    for step in count(1):
        yield f"step {step}", None


_Kept: TypeAlias = tuple[np.ndarray, list[RecordedBlock], list[Stream], str]
"""The residual stream before the first block, the blocks, what decodes to each configuration, what the stop table says."""


@final
class _Run(NamedTuple):
    """What is run, how far, and in which numbers."""

    weights: Weights
    prompt: Stream
    steps: int
    number: Format
    regime: Regime
    certificate: Certificate


def _record_loops(run: _Run) -> _Kept:
    """Loop by loop, beside the exact run; each block of floats against the exact one."""
    weights, prompt, number = run.weights, run.prompt, run.number
    floats = Dense(weights, format_name=number.name, regime=run.regime, certificate=run.certificate)
    softmax = _SOFTMAX[run.regime]
    exact = trace(weights, prompt, softmax, run.steps, constant_attention(weights, prompt, softmax))
    state = floats.advance(floats.start(prompt), 0)
    start, blocks, streams = floats.array(state), list[RecordedBlock](), [floats.stream(state)]
    while state.outcome == RUNNING and state.steps < run.steps:
        blocks += [_block(number, looked, next(exact)) for looked in floats.look(state)]
        state = floats.advance(state, 1)
        streams.append(floats.stream(state))
    return start, blocks, streams, state.outcome


def _record_rows(run: _Run) -> _Kept:
    """The sequence to its end, then every block of all its rows, in floats and exactly.

    As attention is causal, a row computes in this one pass what it computed when it was the newest. If no row differs from the
    exact one after the last block, each was fed what the exact run feeds, and the whole run is exact.
    """
    weights, prompt = run.weights, run.prompt
    engine = Cached(weights, format_name=run.number.name, regime=run.regime, certificate=run.certificate)
    state = engine.advance(engine.start(prompt), run.steps)
    looked = engine.look(state)
    exact = trace(weights, engine.sequence(state), _SOFTMAX[run.regime], weights.labels.loops)
    blocks = [_block(run.number, block, other) for block, other in zip(looked, exact, strict=True)]
    last = engine.stream(state)
    streams = [last.rows(0, rows) for rows in range(prompt.num_rows, last.num_rows + 1)]
    return looked[0].before, blocks, streams, state.outcome


def _block(number: Format, floats: BlockRegisters, exact: BlockTrace) -> RecordedBlock:
    return RecordedBlock(
        attended=_changes(floats.before, floats.attended),
        after=_changes(floats.attended, floats.after),
        found=tuple(
            Found(shares.argmax(axis=1), shares.max(axis=1).astype(np.float64)) for shares in floats.attention.values()
        ),
        attended_apart=tuple(_apart(number, floats.attended, exact.attended.array())),
        after_apart=tuple(_apart(number, floats.after, exact.after.array())),
    )


_SOFTMAX: dict[Regime, Literal["hard", "base-2"]] = {"saturated": "hard", "graded": "base-2"}


def _changes(before: np.ndarray, after: np.ndarray) -> Changes:
    places = np.flatnonzero(before != after)
    return Changes(places, after.reshape(-1)[places].astype(np.float64))


def _apart(number: Format, floats: np.ndarray, exact: np.ndarray) -> Iterator[Apart]:
    found = floats.astype(np.float64)
    for row, coordinate in np.argwhere(found != exact):
        one = Fraction(str(exact[row, coordinate]))
        other = float(found[row, coordinate])
        yield Apart(int(row * exact.shape[1] + coordinate), one, ulps_apart(one, other, number))
