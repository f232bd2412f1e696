"""`tmformer run`: run a machine as a transformer."""

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import (
    AS_IT_IS,
    Cells,
    Choose,
    Every,
    Flag,
    Form,
    Macro,
    Most,
    Name,
    Number,
    Other,
    Radix,
    ReadAs,
    Source,
    Steps,
)
from tmformer.cli.following import Seen
from tmformer.cli.interrupting import run_interruptibly
from tmformer.cli.job import How, Job, job_of, run_job
from tmformer.cli.printing import pairs, printable, show, show_note, write_json
from tmformer.cli.progress import Pace
from tmformer.cli.sources import check_cell, check_number, marked_head
from tmformer.cli.starting import INTERRUPTED
from tmformer.cli.tape import tape_text
from tmformer.cli.tokens import Tokens
from tmformer.cli.view import view_of
from tmformer.machine import Configuration, Outcome

if TYPE_CHECKING:
    from tmformer.pipeline import Result

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
  tmformer run bb5 --macro 4          4 cells are one, many machine steps a block
  tmformer run bb3 --construction universal --states 8 --symbols 4
  tmformer run bb5 --checkpoint folder --every 10M        the same again goes on from there
  tmformer run bb4 --every 20 --json        with the hash of every 20th configuration
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
    macro: Macro = None,
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
    every: Every = None,
    checkpoint: Annotated[str | None, Parameter(metavar="DIR")] = None,
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
        macro: With which macro blocks.
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
        every: Machine steps, such as 5000, 10K, 10M or 1G: show the configuration's hash at each multiple; with --checkpoint, write one there.
        checkpoint: Write checkpoints to this folder, every 1M machine steps if --every is not given; after a kill, the same command goes on from the newest.
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
    check_number("--macro", macro, least=1)
    check_number("--every", every, least=1)
    check_cell("--head", head)
    given, cell = marked_head(input, head, read_as)
    numbers = (engine, format, max_steps, cells, cell, every, checkpoint, certificate, uncertified, read_as)
    how = How(construction, form, radix, macro, other, choose, states, symbols, weights, *numbers)
    return _shown(job_of(machine, given, how), Tokens(is_silent=json) if trace else None, json=json)


def _shown(job: Job, tokens: Tokens | None, *, json: bool) -> int:
    """Run it, show it, and say with which status to end."""
    how = job.how
    seen = Seen(0, job.start, how.every if how.checkpoint is None else None, is_silent=json)
    emit = None if tokens is None else tokens.show
    try:
        with view_of(job.start, Pace(how.max_steps), is_silent=json or tokens is not None, is_json=json) as view:
            result = run_interruptibly(
                lambda check: run_job(job, lambda steps, now: seen.look(steps, now, view, check), emit, _note)
            )
    except KeyboardInterrupt:
        # No half result on standard output where a program reads it.
        (show_note if json else show)(pairs([*_interrupted(seen), *_goes_on(how.checkpoint)]))
        return INTERRUPTED
    if json:
        write_json(result.to_json() | ({} if tokens is None else {"trace": tokens.emitted}) | seen.to_json())
    else:
        show("", pairs(_report(result)))
    return 0


def _note(text: str) -> None:
    sys.stderr.write(printable(text) + "\n")


def _report(result: "Result") -> list[tuple[str, str]]:
    now = result.configuration
    return [
        ("outcome", _outcome(result)),
        ("machine steps", f"{result.steps:,}"),
        *_configuration(now),
        ("hash", f"sha256 {result.configuration.hash}"),
        ("layers", f"{result.layers:,} transformer block{'s' * (result.layers != 1)}"),
        ("network", f"{result.machine} by {result.construction}, engine {result.engine}, format {result.format}"),
        *([] if result.why_dense is None else [("dense", f"computed in full: {result.why_dense}")]),
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


def _goes_on(folder: str | None) -> list[tuple[str, str]]:
    """How to go on after Ctrl-C, where there are checkpoints."""
    if folder is None:
        return []
    from tmformer.pipeline import saved_steps

    newest = saved_steps(folder)
    where = "anew, for there is no checkpoint yet" if newest is None else f"from machine step {newest:,}, in {folder}"
    return [("goes on", f"{where}, with the same command again")]
