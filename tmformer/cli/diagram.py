"""`tmformer diagram`: the state diagram of a machine, as SVG or as TikZ."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import AS_IT_IS, Flag, Machine, Name, Number, ReadAs
from tmformer.cli.atlas import save
from tmformer.cli.compile import place_fault
from tmformer.cli.printing import pairs, show, write, write_json
from tmformer.cli.sources import read_machine, refuse_head
from tmformer.errors import UsageError

EXAMPLES = """Examples:

  tmformer diagram bb5 -o bb5.svg
  tmformer diagram bb5 -o bb5.tex && lualatex bb5.tex
  tmformer diagram prime --format tikz

An arrow says what is read, what is written if that is something else, and the
move: 0→1,R; symbols with which the same is done share a line: 0,1→R.
A state with two circles halts; with a tick it accepts, with a cross it rejects.
Without -o the picture is printed."""

_KINDS = {".svg": "svg", ".tex": "tikz"}


def diagram_command(
    machine: Machine,
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"], metavar="FILE")] = None,
    format: Name | None = None,
    head: Number = 0,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Draw the state diagram of a machine.

    Args:
        machine: What stands for a machine: MACHINE.
        output: The file to draw to, called *.svg or *.tex; a file that is there is replaced.
        format: svg or tikz; what the file is called if not given, svg without a file.
        head: Only 0: a state diagram does not say where the tape head begins.
        read_as: How MACHINE is read.
        json: Print the sizes as one JSON object, and nothing else; with the picture where it goes to no file.

    Returns:
        The exit status.
    """
    refuse_head("diagram", head)
    kind = _kind(output, format)
    document = read_machine(machine, "diagram", "saved weights have no states", read_as)
    from tmformer.show import as_svg, as_tikz, lay_out

    drawn = lay_out(document.machine)
    text = as_svg(drawn) if kind == "svg" else as_tikz(drawn)
    if output is not None:
        save(output, text)
    elif not json:
        write(text)
        return 0
    sizes = {"states": len(drawn.states), "transitions": len(document.machine.transitions), "arrows": len(drawn.arrows)}
    if json:
        place = {"picture": text} if output is None else {"file": output}
        write_json({"machine": document.machine.name, "format": kind} | place | sizes)
        return 0
    rows = [("file", f"{output}, {len(text.encode()):,} bytes"), ("machine", document.machine.name)]
    show(pairs([*rows, *((name, f"{value:,}") for name, value in sizes.items())]))
    return 0


def _kind(output: str | None, format: str | None) -> str:
    """svg or tikz: as the user says, or as the file is called."""
    if format not in (None, *_KINDS.values()):
        raise UsageError(
            "A state diagram is drawn as svg or tikz",
            found=repr(format),
            where="--format",
            remedy="Write --format svg, or --format tikz.",
        )
    if output is None:
        return format or "svg"
    kind = _KINDS.get(Path(output).suffix.lower())
    if kind is None or format not in (None, kind):
        raise UsageError(
            "A state diagram is drawn to a file called *.svg, or *.tex for TikZ",
            found=f"{output!r}" if format is None else f"{output!r} with --format {format}",
            where="--output",
            remedy=f"Write -o diagram{'.tex' if format == 'tikz' else '.svg'}.",
        )
    fault = place_fault(output)
    if fault:
        raise UsageError(
            "A state diagram is drawn to a new file in a folder that exists, or replaces one",
            found=fault,
            where=f"--output {output}",
            remedy="Choose another place.",
        )
    return kind
