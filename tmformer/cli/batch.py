"""`tmformer batch`: many runs in one compiled call, on one device or many."""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import AS_IT_IS, Cells, Choose, Flag, Name, Number, ReadAs, Source, Steps
from tmformer.cli.interrupting import run_interruptibly
from tmformer.cli.printing import output_aside, pairs, printable, show, show_note, write_json
from tmformer.cli.sources import check_cell, check_number, read_machine, read_source, refuse_compiling
from tmformer.cli.starting import INTERRUPTED
from tmformer.errors import TmformerError, UsageError
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.pipeline import Result, Run
    from tmformer.weights import Weights

DATA = "data"
"""The mesh of all devices."""

_ROOM = 24  # characters of an input in the table

EXAMPLES = """Examples:

  tmformer batch increment --inputs words.txt --max-steps 100
  tmformer batch bb4.safetensors --inputs words.txt --mesh data=8 --json
  tmformer batch any.safetensors --machines machines.txt
  tmformer batch increment --inputs words.txt --max-steps 100 \\
    --coordinator 127.0.0.1:9876 --processes 2 --process 0

A line of a file is an INPUT, an empty one a blank tape; or a MACHINE.
With several processes each is started with the number of its own; process 0
prints. More devices on a CPU, simulated:
  XLA_FLAGS=--xla_force_host_platform_device_count=8 tmformer batch ...

Exit status: 0 however the machines end, 2 for an error, 130 after Ctrl-C."""


@Parameter(name="*")
@final
@dataclass(frozen=True)
class Among:
    """This process among several.

    Args:
        coordinator: where process 0 listens, the same for all.
        processes: how many there are.
        process: the number of this one, from 0 on.
    """

    coordinator: Annotated[
        str | None, Parameter(metavar="HOST:PORT", help="Where process 0 listens for the others.")
    ] = None
    processes: Annotated[Number | None, Parameter(help="How many processes share the batch.")] = None
    process: Annotated[Number | None, Parameter(help="Which of them this one is, from 0 on.")] = None

    @property
    def are_several(self) -> bool:
        """Whether there are to be several processes."""
        return (self.coordinator, self.processes, self.process) != (None, None, None)

    def check(self) -> None:
        """Refuse what does not say which process this one is.

        Raises:
            UsageError: if something is missing.
        """
        if self.are_several and None in (self.coordinator, self.processes, self.process):
            raise UsageError(
                "Of several processes each knows the coordinator, how many there are and which one it is",
                found=f"--coordinator {self.coordinator}, --processes {self.processes}, --process {self.process}",
                where="tmformer batch",
                remedy="Give all three: --coordinator HOST:PORT --processes N --process I.",
            )

    def connected(self) -> AbstractContextManager[None]:
        """The context in which this process is one of several, if it is to be."""
        if self.coordinator is None or self.processes is None or self.process is None:
            return nullcontext()
        from tmformer.pipeline import connected

        return connected(self.coordinator, self.processes, self.process)


ALONE = Among()
"""One process, with no other."""


def batch_command(
    machine: Source,
    /,
    *,
    inputs: Annotated[str | None, Parameter(metavar="FILE")] = None,
    machines: Annotated[str | None, Parameter(metavar="FILE")] = None,
    construction: Name | None = None,
    cells: Cells | None = None,
    head: Number | None = None,
    choose: Choose = None,
    format: Name | None = None,
    max_steps: Steps | None = None,
    mesh: Annotated[str | None, Parameter(metavar="data=N")] = None,
    among: Among = ALONE,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Run one network on many inputs, or on many machines, in one compiled call.

    A machine is compiled once, large enough for all inputs. The hash is that of outcomes, steps and configurations: the same on any mesh.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        inputs: The inputs, one a line.
        machines: The machines that saved weights of universal run, one a line; on their own inputs where there is no --inputs.
        construction: How MACHINE is compiled: cellular (if not given) or wei_ma.
        cells: Compile for this many cells; for so many that no run needs more if not given.
        head: The tape head's cell at the start.
        choose: Which of the two.
        format: Number format: float32 (if not given), float64, bfloat16 or float16.
        max_steps: The most machine steps; saved weights run as many as they were compiled for if not given.
        mesh: Spread the batch over so many devices; over all of them with `data` alone, or where there are several processes.
        among: Which process.
        read_as: How MACHINE is read.
        json: Print a JSON object a line: one for each run, in order, then one with the hash of all; and nothing else.

    Returns:
        The exit status.
    """
    check_number("--max-steps", max_steps, least=0)
    check_number("--cells", cells, least=1)
    check_cell("--head", head)
    among.check()
    files = Files(inputs, machines)
    lines = files.lines()
    source = read_source(machine, read_as)
    from tmformer.pipeline import run_batch

    if isinstance(source, Document):
        weights, runs = _compiled(source, files, lines, construction, max_steps, cells, head)
        runs = [replace(each, choose=choose) for each in runs]
    else:
        refuse_compiling(machine, {"--construction": construction, "--cells": cells})
        weights, runs = source, _runs(files, lines, head, choose)
    _check_starts(weights, runs, files)
    spread = mesh or (DATA if among.are_several else None)

    def work(_: object) -> "list[Result]":
        # Libraries that connect processes write to standard output, which is for results.
        with output_aside() if among.are_several else nullcontext(), among.connected():
            return run_batch(weights, runs, format=format, max_steps=max_steps, mesh=spread)

    try:
        results = run_interruptibly(work)
    except KeyboardInterrupt:
        show_note("interrupted")
        return INTERRUPTED
    if not among.process:
        _report(results, [line[-1] for line in lines], json)
    return 0


@final
@dataclass(frozen=True)
class Files:
    """The files that say what the runs of a batch are."""

    inputs: str | None
    machines: str | None

    def lines(self) -> list[tuple[str | None, ...]]:
        """For each run the line of its machine, if machines are given, and that of its input, if inputs are.

        Raises:
            UsageError: if there are none, or not as many of the one as of the other.
        """
        files = [file for file in (self.machines, self.inputs) if file is not None]
        held = [read_lines(file) for file in files]
        if not held or len(held[0]) != len(held[-1]):
            raise UsageError(
                "A batch has inputs, or machines, or as many of both",
                found=" and ".join(f"{len(lines):,} lines in {file}" for file, lines in zip(files, held, strict=True))
                or "neither",
                where="--inputs and --machines",
                remedy="Give --inputs FILE, with an input a line; for saved weights of universal --machines FILE.",
            )
        return list(zip(*held, strict=True))

    @contextmanager
    def at(self, number: int) -> Generator[None]:
        """A context in which an error is one of this run's line.

        Raises:
            TmformerError: as it was, with the file and the line.
        """
        try:
            yield
        except TmformerError as error:
            place = f"{self.machines or self.inputs}:{number + 1}: {error.where}"
            raise type(error)(error.rule, found=error.found, where=place, remedy=error.remedy) from error


def read_lines(file: str) -> list[str]:
    """The lines of a file, one at least.

    Raises:
        UsageError: if there is none, or it is no text.
    """
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except ValueError as error:
        raise UsageError(
            "A file of lines is text in UTF-8",
            found=str(error)[:80],
            where=file,
            remedy="Save the file as UTF-8 text; check that this is the file you mean.",
        ) from error
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if not text:
        raise UsageError(
            "A batch has a run at least, which is a line",
            found="an empty file",
            where=file,
            remedy="Write an input a line; an empty line is a blank tape.",
        )
    return lines


def _compiled(
    document: Document,
    files: Files,
    lines: Sequence[tuple[str | None, ...]],
    construction_name: str | None,
    max_steps: int | None,
    cells: int | None,
    head: int | None,
) -> "tuple[Weights, list[Run]]":
    """A machine compiled once for all inputs, and its runs.

    Raises:
        UsageError: if it is not said for how many machine steps, or other machines are given.
    """
    if max_steps is None or files.machines is not None:
        raise UsageError(
            "A machine is compiled once for all inputs, for a number of machine steps",
            found="no --max-steps" if max_steps is None else "--machines beside a machine",
            where="tmformer batch",
            remedy="Give --inputs FILE and --max-steps N; machines run in saved weights of universal.",
        )
    from tmformer.constructions import construction
    from tmformer.pipeline import Run, as_words, compile

    machine, name, words = document.machine, construction_name or "cellular", list[tuple[tuple[str, ...], ...]]()
    for number, line in enumerate(lines):
        with files.at(number):
            words.append(as_words(machine.symbols, line[-1] or "", machine.tapes))
    length = max(len(word) for given in words for word in given)
    weights = compile(machine, name, steps=max_steps, cells=cells, head=head or 0, input_length=length)
    told = None if construction(name).tell is None else machine
    return weights, [Run(told, given, head) for given in words]


def _runs(files: Files, lines: Sequence[tuple[str | None, ...]], head: int | None, choose: str | None) -> "list[Run]":
    """The runs of saved weights."""
    from tmformer.pipeline import Run

    if files.machines is None:
        return [Run(None, line[-1] or "", head, choose) for line in lines]
    runs: list[Run] = []
    for number, line in enumerate(lines):
        with files.at(number):
            document = read_machine(line[0] or "", "batch", "one a line is run in these weights")
            given = document.words if files.inputs is None else line[-1] or ""
            runs.append(Run(document.machine, given, head, choose))
    return runs


def _check_starts(weights: "Weights", runs: "Sequence[Run]", files: Files) -> None:
    """Refuse a run that cannot begin, naming its line, before anything is computed."""
    from tmformer.pipeline import start_of

    for number, run in enumerate(runs):
        with files.at(number):
            start_of(weights, run.machine, run.input, run.head, run.choose)


def _report(results: "Sequence[Result]", lines: Sequence[str | None], json: bool) -> None:
    from tmformer.pipeline import batch_hash, result_hash

    hashes = [result_hash(result) for result in results]
    if json:
        for number, (result, its_hash) in enumerate(zip(results, hashes, strict=True)):
            write_json({"run": number} | result.to_json() | {"hash": its_hash})
        write_json({"runs": len(results), "hash": batch_hash(results)})
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("run", justify="right")
    table.add_column("line", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("machine steps", justify="right")
    table.add_column("hash", no_wrap=True)
    for number, (result, line, its_hash) in enumerate(zip(results, lines, hashes, strict=True)):
        text = printable(line or "")
        shown = text if len(text) <= _ROOM else f"{text[: _ROOM - 3]}..."
        verdict = {True: ", accepted", False: ", rejected", None: ""}[result.accepted]
        row = (str(number), shown, f"{result.outcome}{verdict}", f"{result.steps:,}", its_hash[:12])
        table.add_row(*map(Text, row))
    first = results[0]
    rows = [
        ("network", f"{first.construction}, engine {first.engine}, format {first.format}"),
        ("trust", str(first.certificate)),
        ("hash", batch_hash(results)),
    ]
    show(table, "", pairs(rows))
