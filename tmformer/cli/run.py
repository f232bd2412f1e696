"""`tmformer run`: run a machine as a transformer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from tmformer.cli.arguments import (
    AS_IT_IS,
    Cells,
    Choose,
    Flag,
    Form,
    Most,
    Name,
    Number,
    Other,
    Radix,
    ReadAs,
    Source,
    Steps,
)
from tmformer.cli.interrupting import run_interruptibly
from tmformer.cli.printing import pairs, show, show_note, write_json
from tmformer.cli.sources import (
    check_cell,
    check_number,
    marked_head,
    read_other,
    read_source,
    read_weights,
    refuse_compiling,
)
from tmformer.cli.starting import INTERRUPTED
from tmformer.cli.tape import tape_text
from tmformer.cli.tokens import Tokens
from tmformer.cli.view import View, view_of
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Document, Machine, Outcome
from tmformer.machine import starting_configuration as machine_start

if TYPE_CHECKING:
    from tmformer.pipeline import Given, Result
    from tmformer.precision import Certificate, Uncertified
    from tmformer.weights import Weights

_ROOM = 56  # columns of the tape in the result

EXAMPLES = """Examples:

  tmformer run balanced_parentheses "(()())"
  tmformer run bb4 --engine exact
  tmformer run 1RB1LB_1LA1RZ --json
  tmformer run mine.yaml "1 0 1" --format bfloat16
  tmformer run mine.yaml -- --11      an INPUT that looks like an option
  tmformer run mine.txt "01*1" --from morphett --one-way
  tmformer run two_tapes.yaml "01|1" --construction wei_ma
  tmformer run bb2 --construction wei_ma --trace
  tmformer run bb5 --construction perez --format float32
  tmformer run bb3 --construction switchable --other bb4 --choose b
  tmformer run bb3 --construction universal --states 8 --symbols 4
  tmformer run bb4.safetensors        saved by `tmformer compile`
  tmformer run bb3 --weights any.safetensors        saved with --construction universal

Exit status: 0 however the machine ends, 2 for an error, 130 after Ctrl-C."""


def run_command(
    machine: Source,
    input: str | None = None,
    /,
    *,
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    other: Other = None,
    choose: Choose = None,
    states: Most = None,
    symbols: Most = None,
    weights: Annotated[str | None, Parameter(metavar="FILE")] = None,
    engine: Name | None = None,
    format: Name | None = None,
    max_steps: Steps | None = None,
    cells: Cells | None = None,
    head: Number | None = None,
    certificate: Annotated[str | None, Parameter(metavar="CERT")] = None,
    uncertified: Annotated[str | None, Parameter(metavar="REASON")] = None,
    trace: Flag = False,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Compile a Turing machine into a transformer and run it, showing the tape as it goes.

    Without --max-steps it runs until the machine halts; Ctrl-C ends it.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        input: One character a symbol, or symbols separated by blanks; further tapes after |, as "01|1". If not given: the file's own; a blank tape for weights.
        construction: cellular (if not given): a block is a machine step; wei_ma: a decoding step is; universal: the machine in the prompt; switchable: two machines; perez: a reference.
        form: In which form.
        radix: With which search.
        other: Which other machine.
        choose: Which of the two.
        states: For which machines.
        symbols: For which machines.
        weights: Run MACHINE in these saved weights of the construction universal: it comes in the prompt.
        engine: retrieval (if not given): lookups by address; dense: the Flax transformer; exact: hard attention in rationals; exact-softmax: base-2 softmax.
        format: Number format of retrieval and dense: float32 (if not given), float64, bfloat16 or float16.
        max_steps: The most machine steps; saved weights run as many as they were compiled for if not given.
        cells: Compile once for this many cells, instead of for a window or a context that grows.
        head: The tape head's cell at the start; the input's first symbol is at cell 0.
        certificate: What `tmformer certify` wrote of these saved weights, in this format; if not given, they are certified.
        uncertified: Run without a certificate, for this reason, which is shown with the result.
        trace: Show each decoding step of wei_ma: what it wrote and what its search found, instead of the tape.
        read_as: How MACHINE is read.
        json: Print the result as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--max-steps", max_steps, least=0)
    check_number("--cells", cells, least=1)
    check_number("--states", states, least=1)
    check_number("--symbols", symbols, least=1)
    check_cell("--head", head)
    given, cell = marked_head(input, head, read_as)
    numbers = (engine, format, max_steps, cells, cell, certificate, uncertified, read_as)
    how = How(construction, form, radix, other, choose, states, symbols, weights, *numbers)
    job = _job(machine, given, how)
    seen, tokens = Seen(0, job.start), Tokens(is_silent=json) if trace else None
    try:
        with view_of(job.start, is_silent=json or trace) as view:
            result = run_interruptibly(lambda check: _run(job, view, tokens, seen, check))
    except KeyboardInterrupt:
        # No half result on standard output where a program reads it.
        (show_note if json else show)(pairs(_interrupted(seen)))
        return INTERRUPTED
    if json:
        write_json(result.to_json() | ({} if tokens is None else {"trace": tokens.emitted}))
    else:
        show("", pairs(_report(result)))
    return 0


@final
@dataclass(frozen=True)
class How:
    """The options of a run, None where one was not given."""

    construction: str | None
    form: str | None
    radix: int | None
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
    certificate: str | None
    uncertified: str | None
    read_as: ReadAs

    def refuse_compiling(self, weights: str) -> None:
        """Refuse what says how to compile, where saved weights are run."""
        names = ("construction", "form", "radix", "other", "states", "symbols", "cells")
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


@final
@dataclass
class Seen:
    """The last configuration that a run has shown."""

    steps: int
    now: Configuration


def _job(machine: str, given: str | None, how: How) -> Job:
    """Everything that can be refused before anything is compiled is refused here."""
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


def _run(job: Job, view: View, tokens: Tokens | None, seen: Seen, check: Callable[[], None]) -> "Result":
    from tmformer.pipeline import run

    def watch(steps: int, now: Configuration) -> None:
        check()
        seen.steps, seen.now = steps, now
        view.show(steps, now)

    how = job.how
    return run(
        job.compiled,
        job.given,
        construction=how.construction,
        form=how.form,
        radix=how.radix,
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
        emit=None if tokens is None else tokens.show,
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


def _report(result: "Result") -> list[tuple[str, str]]:
    now = result.configuration
    return [
        ("outcome", _outcome(result)),
        ("machine steps", f"{result.steps:,}"),
        *_configuration(now),
        ("layers", f"{result.layers:,} transformer block{'s' * (result.layers != 1)}"),
        ("network", f"{result.machine} by {result.construction}, engine {result.engine}, format {result.format}"),
        *([] if result.weights_hash is None else [("weights", f"sha256 {result.weights_hash}, for any machine")]),
        ("trust", _trust(result)),
    ]


def _configuration(now: Configuration) -> list[tuple[str, str]]:
    rows = [("state", now.state)]
    for number, tape in enumerate(now.tapes, 1):
        name = "tape" if len(now.tapes) == 1 else f"tape {number}"
        cells = [("cells", f"{tape.first:,} to {tape.first + len(tape.symbols) - 1:,}")] if tape.symbols else []
        rows += [(name, tape_text(tape, _ROOM)), *cells, ("tape head", f"cell {tape.head:,}")]
    return rows


def _outcome(result: "Result") -> str:
    now = result.configuration
    if result.outcome is Outcome.HALTED:
        verdict = {True: ", accepted", False: ", rejected", None: ""}[result.accepted]
        return f"halted{verdict}"
    if result.outcome is Outcome.UNDEFINED:
        verdict = "" if result.accepted is None else ", which rejects"
        return f"undefined: no transition for state {now.state!r} reading {', '.join(map(repr, now.here))}{verdict}"
    if result.failure is not None:
        return f"stopped before machine step {result.failure['step']:,}, which {result.format} loses"
    return f"limit: the machine would go on after {result.steps:,} machine steps"


def _trust(result: "Result") -> str:
    if result.warning is not None:
        return f"none: {result.warning}"
    if result.certificate is not None:
        return result.certificate
    return "exact rationals: nothing is rounded"


def _interrupted(seen: Seen) -> list[tuple[str, str]]:
    return [("outcome", f"interrupted; last seen after {seen.steps:,} machine steps"), *_configuration(seen.now)]
