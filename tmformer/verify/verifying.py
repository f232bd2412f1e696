"""Verifying a machine: the reference interpreter against every rung, after every machine step."""

import random
from collections.abc import Iterator, Sequence

from tmformer.constructions import Construction, name_outcome
from tmformer.constructions import construction as construction_named
from tmformer.decode import Dense, Exact
from tmformer.errors import TmformerError
from tmformer.machine import Machine, Outcome, Trace, trace
from tmformer.pipeline import as_symbols, precision_enabled
from tmformer.program import Program
from tmformer.verify.agreement import Agreement, Difference
from tmformer.verify.comparing import compare_readings
from tmformer.verify.rungs import Reading, Rung, engine_rung, program_rung
from tmformer.weights import Layout, Weights, lower

_EXACT_WORK = 2e9  # pairs of positions times machine steps that the exact rung takes on: about ten seconds
_SOFTMAX_WORK = 2e6  # likewise for softmax in arbitrary precision


def verify(
    machine: Machine,
    inputs: Sequence[str | Sequence[str]] = ("",),
    *,
    construction: str = "cellular",
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
        formats: number formats of the model.
        max_steps: the most machine steps of each run.
        head: the tape head's cell at the start.

    Raises:
        MachineError: if an input has a symbol that the machine does not know.

    >>> import tmformer
    >>> verify(tmformer.load_machine("bb2")).agreement
    True
    """
    made = construction_named(construction)
    symbols = [as_symbols(machine.symbols, given) for given in inputs]
    traces = [trace(machine, given, max_steps=max_steps, head=head) for given in symbols]
    program = _program(machine, made, traces)
    weights = lower(program)
    steps = sum(run.steps for run in traces)
    skipped: list[str] = []
    compared = 0
    rungs: list[str] = []
    first: Difference | None = None
    for name, format_name in _rung_names(formats):
        reason = _too_large(name, weights, steps)
        if reason:
            skipped.append(f"{name}: {reason}")
            continue
        with precision_enabled(format_name):
            rung = _rung(name, format_name, program, weights, made)
            rungs.append(name)
            for given, run in zip(symbols, traces, strict=True):
                count, first = _compare_run(name, rung, given, run, program, made)
                compared += count
                if first:
                    return Agreement(machine.name, tuple(rungs), len(traces), compared, tuple(skipped), first)
    return Agreement(machine.name, tuple(rungs), len(traces), compared, tuple(skipped), None)


def random_inputs(machine: Machine, count: int, *, seed: int = 0, longest: int = 8) -> list[tuple[str, ...]]:
    """Random inputs over the machine's alphabet, of 0 to `longest` symbols; the same for the same seed."""
    source = random.Random(seed)
    return [tuple(source.choices(machine.symbols, k=source.randint(0, longest))) for _ in range(count)]


def _program(machine: Machine, made: Construction, traces: Sequence[Trace]) -> Program:
    cells = [
        cell
        for run in traces
        for now in run.configurations
        for cell in (now.head, *((now.first, now.first + len(now.tape) - 1) if now.tape else ()))
    ]
    first, last = min(cells), max(cells)
    steps = max(run.steps for run in traces)
    head = traces[0].configurations[0].head
    return made.compile(machine, steps=steps, cells=last - first + 1, head=head, input_length=0, origin=first)


def _rung_names(formats: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from (("program", "exact"), ("exact", "exact"), ("exact-softmax", "exact"))
    yield from ((f"model {name}", name) for name in formats)


def _too_large(name: str, weights: Weights, steps: int) -> str:
    limits = {"exact": _EXACT_WORK, "exact-softmax": _SOFTMAX_WORK}
    work = weights.labels.max_positions**2 * steps
    if work <= limits.get(name, work):
        return ""
    return f"{weights.labels.max_positions} positions for {steps} machine steps take too long in rationals"


def _rung(name: str, format_name: str, program: Program, weights: Weights, made: Construction) -> Rung:
    if name == "program":
        return program_rung(program, made)
    if name in ("exact", "exact-softmax"):
        return engine_rung(Exact(weights, softmax="hard" if name == "exact" else "base-2"), made)
    return engine_rung(Dense(weights, format_name=format_name), made)


def _compare_run(
    name: str, rung: Rung, symbols: tuple[str, ...], run: Trace, program: Program, made: Construction
) -> tuple[int, Difference | None]:
    """How many machine steps were compared, and the first difference."""
    names = Layout(program.labels.registers).coordinate_names()
    prompt = made.encode_configuration(program.labels, run.configurations[0])
    found, streams = rung(prompt), program_rung(program, made)(prompt)
    for step, now in enumerate(run.configurations):
        try:
            reading = next(found)
        except TmformerError as error:
            return step, Difference(name, symbols, step, "residual stream", str(now), error.found)
        outcome = run.outcome if step == run.steps else Outcome.LIMIT
        label = name_outcome(outcome, run.accepted if outcome is Outcome.HALTED else None)
        different = compare_readings(Reading(now, label, next(streams).residual), reading, names)
        if different:
            return step, Difference(name, symbols, step, *different)
    return run.steps, None
