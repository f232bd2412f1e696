"""Verifying a machine: the reference interpreter against every rung, after every machine step."""

import random
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from tmformer.constructions import Construction, Options, name_outcome
from tmformer.constructions import construction as construction_named
from tmformer.errors import ModelError, TmformerError, VerifyError
from tmformer.machine import Machine, Outcome, Trace, trace
from tmformer.pipeline import (
    Given,
    How,
    as_words,
    chosen,
    machine_that_runs,
    make_engine,
    options_of,
    precision_enabled,
)
from tmformer.precision import Uncertified, native_format_named
from tmformer.program import Program
from tmformer.verify.agreement import Agreement, Difference
from tmformer.verify.comparing import compare_readings
from tmformer.verify.rungs import Reading, Rung, engine_rung, program_rung
from tmformer.weights import Layout, lower

_EXACT_WORK = 2e9  # pairs of positions times machine steps that the exact rung takes on: some ten seconds
_COMPARED = Uncertified(reason="compared with the exact run here, bit by bit")
_SOFTMAX_WORK = 2e6  # likewise for softmax in arbitrary precision


def verify(
    machine: Machine,
    inputs: Sequence[Given] = ("",),
    *,
    construction: str = "cellular",
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    choose: str | None = None,
    formats: Sequence[str] = ("float32",),
    max_steps: int = 1000,
    head: int = 0,
) -> Agreement:
    """Compare the reference interpreter with every rung after every machine step.

    Program, exact weights with hard attention, exact weights with base-2 softmax, and the Flax model in each format:
    configuration, outcome, and every value of the residual stream bit for bit.

    Args:
        machine: the machine.
        inputs: its inputs, each as in `run`.
        construction: the construction's name.
        form: as in `compile`.
        radix: as in `compile`.
        states: as in `compile`.
        symbols: as in `compile`.
        other: as in `compile`.
        choose: as in `run`.
        formats: number formats of the model.
        max_steps: the most machine steps of each run.
        head: the tape head's cell at the start.

    Raises:
        MachineError: if an input has a symbol that the machine does not know.
        PrecisionError: if there is no such format, or one that does not hold the network exactly.
        VerifyError: if there is no input.

    >>> import tmformer
    >>> verify(tmformer.load_machine("bb2")).agreement
    True
    """
    for name in formats:
        native_format_named(name)
    made = construction_named(construction)
    if not inputs or isinstance(inputs, str):
        raise VerifyError(
            "Inputs are a list of at least one input",
            found=repr(inputs),
            where="verify",
            remedy="Give [''] for the empty input, or ['0110'] for one input.",
        )
    options = options_of(form=form, radix=radix, states=states, symbols=symbols, other=other)
    runs = machine_that_runs(machine, other, choose)
    words = [as_words(runs.symbols, given, runs.tapes) for given in inputs]
    traces = [trace(runs, given[0], given[1:], max_steps=max_steps, head=head) for given in words]
    program = compile_runs(machine, made, options, traces)
    program = msgspec.structs.replace(program, labels=chosen(made, program.labels, choose))
    rungs, skipped = _rungs(program, made, formats, steps=sum(run.steps for run in traces))
    compared = 0
    for given, run in zip(words, traces, strict=True):
        steps, first = _compare_run(rungs, joined(given), run, program, made)
        compared += steps
        if first:
            return Agreement(runs.name, tuple(rungs), len(traces), compared, skipped, first)
    return Agreement(runs.name, tuple(rungs), len(traces), compared, skipped, None)


def random_inputs(machine: Machine, count: int, *, seed: int = 0, longest: int = 8) -> list[Given]:
    """Random inputs over the machine's alphabet, of 0 to `longest` symbols a tape; the same for the same seed."""
    source = random.Random(seed)
    words = [
        [tuple(source.choices(machine.symbols, k=source.randint(0, longest))) for _ in range(machine.tapes)]
        for _ in range(count)
    ]
    return list[Given](each[0] if machine.tapes == 1 else each for each in words)


def joined(words: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The inputs of all tapes as one, with ``|`` between two of them: how reports show it."""
    return tuple(symbol for number, word in enumerate(words) for symbol in (*("|",) * (number > 0), *word))


def compile_runs(machine: Machine, made: Construction, options: Options, traces: Sequence[Trace]) -> Program:
    """The smallest program that holds these runs of one machine, whose tape heads start at one cell."""
    used = [
        tape.used
        for run in traces
        for now in (run.configurations if made.holds == "visited" else run.configurations[:1])
        for tape in now.tapes
    ]
    first, last = 0 if machine.one_way else min(first for first, _ in used), max(last for _, last in used)
    head = traces[0].configurations[0].head
    program = made.compile(
        machine,
        steps=max(run.steps for run in traces),
        cells=last - first + 1,
        head=head,
        input_length=0,
        origin=first,
        options=options,
    )
    return tell(made, program, machine, origin=first, head=head)


def tell(made: Construction, program: Program, machine: Machine, *, origin: int, head: int) -> Program:
    """The program with labels that know the machine, also where its weights do not."""
    if made.tell is None:
        return program
    return msgspec.structs.replace(program, labels=made.tell(program.labels, machine, origin=origin, head=head))


def _rungs(
    program: Program, made: Construction, formats: Sequence[str], steps: int
) -> tuple[dict[str, Rung], tuple[str, ...]]:
    """The rungs by name, and those left out, each with its reason."""
    weights = lower(program)
    # A machine step is one pass over all pairs of positions, or, where the sequence grows, over those of one position.
    positions = weights.labels.max_positions
    work = positions * steps * (len(weights.blocks) if weights.labels.feedback else positions)
    rungs: dict[str, Rung] = {"program": program_rung(program, made)}
    skipped: list[str] = []
    for name, limit in (("exact", _EXACT_WORK), ("exact-softmax", _SOFTMAX_WORK), *((name, work) for name in formats)):
        rung_name = f"model {name}" if name in formats else name
        if work > limit:
            sizes = f"{positions} positions for {steps} machine steps"
            skipped.append(f"{rung_name}: {sizes} take too long in rationals")
            continue
        how = How("dense", name, _COMPARED) if name in formats else How(name, "exact")
        try:
            with precision_enabled(how.format):
                rungs[rung_name] = engine_rung(make_engine(weights, how), made)
        except ModelError as error:
            skipped.append(f"{rung_name}: {error.found}, where there are {error.where}")
    return rungs, tuple(skipped)


def _compare_run(
    rungs: Mapping[str, Rung], symbols: tuple[str, ...], run: Trace, program: Program, made: Construction
) -> tuple[int, Difference | None]:
    """All rungs side by side: how many machine steps were compared, and the first difference."""
    names = Layout(program.labels.registers).coordinate_names()
    prompt = made.encode_configuration(program.labels, run.configurations[0])
    running = {name: rung(prompt) for name, rung in rungs.items()}
    compared = 0
    for step, now in enumerate(run.configurations):
        outcome = run.outcome if step == run.steps else Outcome.LIMIT
        label = name_outcome(outcome, run.accepted if step == run.steps else None)
        residual: np.ndarray | None = None  # as the program has it, which comes first
        for name, readings in running.items():
            try:
                found = next(readings)
            except TmformerError as error:
                what = f"{error.rule}: {error.found}"
                return compared, Difference(name, symbols, step, error.where, str(now), what)
            residual = found.residual if residual is None else residual
            different = compare_readings(Reading(now, label, residual), found, names)
            if different:
                return compared, Difference(name, symbols, step, *different)
        compared += step > 0
    return compared, None
