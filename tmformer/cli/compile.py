"""`tmformer compile`: a machine's exact weights in a file."""

import shlex
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import (
    AS_IT_IS,
    Cells,
    Flag,
    Form,
    Machine,
    Macro,
    Most,
    Name,
    Number,
    Other,
    Radix,
    ReadAs,
    Steps,
)
from tmformer.cli.printing import pairs, show, write_json
from tmformer.cli.sources import SUFFIX, check_cell, check_number, is_weights_name, read_machine, read_other
from tmformer.errors import UsageError

EXAMPLES = """Examples:

  tmformer compile bb4 --steps 107 -o bb4.safetensors
  tmformer compile sort --steps 99 --cells 16 --input-length 8 -o s.safetensors

The file holds all that a run needs: `tmformer run bb4.safetensors`.
It is written whole or not at all, and replaces a file of that name."""


def compile_command(
    machine: Machine,
    /,
    *,
    steps: Steps,
    output: Annotated[str, Parameter(name=["--output", "-o"], metavar="FILE")],
    cells: Cells | None = None,
    head: Number = 0,
    input_length: Number | None = None,
    construction: Name = "cellular",
    form: Form = None,
    radix: Radix = None,
    macro: Macro = None,
    other: Other = None,
    states: Most = None,
    symbols: Most = None,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Compile a machine into exact weights, and save them.

    Args:
        machine: What stands for a machine: MACHINE.
        steps: T, the machine steps to compile for.
        output: The file to write, called *.safetensors; a file that is there is replaced.
        cells: The cells of the window, or of wei_ma's prompt; so many that no run of T machine steps needs more if not given.
        head: The tape head's cell at the start.
        input_length: Symbols of the longest input; that of the machine file's own input if not given.
        construction: How the machine is compiled: cellular (if not given), wei_ma, universal or switchable.
        form: In which form.
        radix: With which search.
        macro: With which macro blocks.
        other: Which other machine.
        states: For which machines.
        symbols: For which machines.
        read_as: How MACHINE is read.
        json: Print the sizes as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--steps", steps, least=0)
    check_number("--cells", cells, least=1)
    check_number("--input-length", input_length, least=0)
    check_number("--states", states, least=1)
    check_number("--symbols", symbols, least=1)
    check_cell("--head", head)
    check_output(output)
    check_number("--macro", macro, least=1)
    document = read_machine(machine, "compile", "weights are what it makes", read_as)
    beside = read_other(other, "compile", read_as)
    from tmformer.pipeline import compile as compile_weights
    from tmformer.weights import measure, save

    length = max(map(len, document.words)) if input_length is None else input_length
    weights = compile_weights(
        document.machine,
        construction,
        steps=steps,
        cells=cells,
        head=head,
        input_length=length,
        form=form,
        radix=radix,
        other=None if beside is None else beside.machine,
        states=states,
        symbols=symbols,
        macro=macro,
    )
    save(weights, output)
    sizes, size = measure(weights), Path(output).stat().st_size
    measures = {name: getattr(sizes, name) for name in sizes.__dataclass_fields__}
    name = document.machine.name
    if json:
        write_json({"machine": name, "construction": construction, "file": output, "bytes": size} | measures)
        return 0
    rows = [("file", f"{output}, {size:,} bytes"), ("network", f"{name} by {construction}")]
    rows += [(measure, f"{value:,}") for measure, value in measures.items()]
    show(pairs(rows))
    return 0


def check_output(output: str, option: str = "--output") -> None:
    """Refuse an output that is no file, that no command would know again, or whose folder is not there.

    Args:
        output: the file.
        option: by which it was given.

    Raises:
        UsageError: if it has no name that ends in .safetensors, or something else than a file is there, or no folder.
    """
    name = Path(output.partition("\0")[0]).name
    if not is_weights_name(output) or "\0" in output or len(name) == len(SUFFIX):
        stem = "" if name.lower() == SUFFIX else Path(name).stem
        raise UsageError(
            "Weights are saved in a file called *.safetensors, by which `run` and `inspect` know it",
            found=repr(output),
            where=option,
            remedy=f"Write {option} {stem or 'machine'}{SUFFIX}.",
        )
    kind = kind_of(Path(output))
    if kind:
        raise UsageError(
            "Weights are written to a new file, or replace one", found=kind, where=output, remedy="Choose another name."
        )
    folder = Path(output).parent
    if not folder.is_dir():
        raise UsageError(
            "Weights are written into a folder that exists",
            found=f"{str(folder)!r}, which {'is no folder' if folder.exists() else 'does not exist'}",
            where=output,
            remedy=f"Create the folder, as by `mkdir -p {shlex.quote(str(folder))}`, or choose another one.",
        )


def kind_of(target: Path) -> str:
    """What stands where the file should go, if it is no file."""
    try:
        if not target.exists() or target.is_file():
            return ""
    except OSError as error:
        return error.strerror or str(error)
    return "a folder" if target.is_dir() else "something that is no file"


def place_fault(output: str) -> str:
    """What is wrong with the place of a new file, in words; nothing if it may be written there."""
    place = Path(output.partition("\0")[0])
    missing = "" if place.parent.is_dir() else f"the folder {str(place.parent)!r}, which does not exist"
    return kind_of(place) or missing
