"""What `tmformer run` is asked to run: a machine or saved weights, and the options."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from tmformer.cli.arguments import ReadAs
from tmformer.cli.sources import read_other, read_source, read_weights, refuse_compiling
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Document, Machine
from tmformer.machine import starting_configuration as machine_start

if TYPE_CHECKING:
    from tmformer.pipeline import Emit, Given, Result, Watch
    from tmformer.precision import Certificate, Uncertified
    from tmformer.weights import Weights


@final
@dataclass(frozen=True)
class How:
    """The options of a run, None where one was not given."""

    construction: str | None
    form: str | None
    radix: int | None
    macro: int | None
    other: str | None
    choose: str | None
    states: int | None
    symbols: int | None
    weights: str | None
    engine: str | None
    format: str | None
    max_steps: int | None
    cells: int | None
    head: int | None
    every: int | None
    checkpoint: str | None
    certificate: str | None
    uncertified: str | None
    read_as: ReadAs

    def refuse_compiling(self, weights: str) -> None:
        """Refuse what says how to compile, where saved weights are run."""
        names = ("construction", "form", "radix", "macro", "other", "states", "symbols", "cells")
        refuse_compiling(weights, {f"--{name}": getattr(self, name) for name in names})


@final
@dataclass(frozen=True)
class Job:
    """What is run: a machine, perhaps beside another one, or weights, perhaps on a machine, from this configuration on."""

    compiled: "Machine | Weights"
    other: Machine | None
    machine: Machine | None
    given: "Given"
    start: Configuration
    how: How


def job_of(machine: str, given: str | None, how: How) -> Job:
    """What is to be run; everything that can be refused before anything is compiled is refused here.

    Args:
        machine: MACHINE.
        given: INPUT, None if none was given.
        how: the options.
    """
    source = read_source(machine, how.read_as)
    from tmformer.pipeline import how_to_run
    from tmformer.precision import native_format_named

    how_to_run(how.engine or "retrieval", how.format or "float32", how.max_steps)
    native_format_named(how.format or "float32")
    if not isinstance(source, Document):
        if how.weights is not None:
            refuse_compiling(machine, {"--weights": how.weights})
        how.refuse_compiling(machine)
        return _in_weights(source, None, given or "", how)
    if how.weights is not None:
        how.refuse_compiling(how.weights)
        return _in_weights(read_weights(how.weights), source.machine, source.words if given is None else given, how)
    return _compiled(source, given, how)


def _in_weights(weights: "Weights", machine: Machine | None, given: "Given", how: How) -> Job:
    """A run in weights that are compiled already."""
    from tmformer.pipeline import start_of

    _, start = start_of(weights, machine, given, how.head, how.choose)
    return Job(weights, None, machine, given, start, how)


def _compiled(source: Document, given: str | None, how: How) -> Job:
    """A run in weights that will be compiled."""
    from tmformer.constructions import REFERENCES, construction
    from tmformer.pipeline import as_words, machine_that_runs

    if how.construction not in REFERENCES:
        construction(how.construction or "cellular")
    beside = read_other(how.other, "run", how.read_as)
    runs = machine_that_runs(source, beside, how.choose)
    read = runs.machine
    words = runs.words if given is None else as_words(read.symbols, given, read.tapes)
    start = machine_start(read, words[0], words[1:], head=how.head or 0)
    return Job(source.machine, None if beside is None else beside.machine, None, words, start, how)


def run_job(
    job: Job, watch: "Watch", emit: "Emit | None" = None, note: Callable[[str], None] | None = None
) -> "Result":
    """Run it.

    Args:
        job: what is run.
        watch: as in `pipeline.run`.
        emit: likewise.
        note: likewise.
    """
    from tmformer.pipeline import run

    how = job.how
    return run(
        job.compiled,
        job.given,
        construction=how.construction,
        form=how.form,
        radix=how.radix,
        macro=how.macro,
        other=job.other,
        states=how.states,
        symbols=how.symbols,
        machine=job.machine,
        choose=how.choose,
        engine=how.engine,
        format=how.format,
        max_steps=how.max_steps,
        cells=how.cells,
        head=how.head,
        certificate=_reason(how),
        watch=watch,
        emit=emit,
        every=how.every,
        checkpoint=how.checkpoint,
        note=note,
    )


def _reason(how: How) -> "Certificate | Uncertified | None":
    """Why floats may be trusted, as the user said.

    Raises:
        UsageError: if there are two answers.
    """
    from tmformer.precision import Certificate, Uncertified

    if how.certificate is not None and how.uncertified is not None:
        raise UsageError(
            "A run has a certificate, or a reason to have none",
            found="--certificate and --uncertified",
            where="tmformer run",
            remedy="Leave one of them out.",
        )
    if how.certificate is not None:
        return Certificate.load(how.certificate)
    return None if how.uncertified is None else Uncertified(reason=how.uncertified)
