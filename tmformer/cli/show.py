"""`tmformer show`: a page to step through a run."""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import (
    AS_IT_IS,
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
from tmformer.cli.atlas import save
from tmformer.cli.compile import place_fault
from tmformer.cli.printing import busy, pairs, show, write_json
from tmformer.cli.sources import (
    check_cell,
    check_number,
    input_of,
    marked_head,
    read_other,
    read_source,
    read_weights,
    refuse_compiling,
)
from tmformer.errors import UsageError
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.machine import Machine
    from tmformer.verify import Recording
    from tmformer.weights import Weights

EXAMPLES = """Examples:

  tmformer show balanced_parentheses "(()())" -o run.html --open
  tmformer show bb4 --construction wei_ma -o bb4.html
  tmformer show bb4 --regime graded -o graded.html       what attention leaks, and the gates bear
  tmformer show bb5 --max-steps 5000 -o bb5.html
  tmformer show bb4.safetensors -o bb4.html              saved by `tmformer compile`
  tmformer show bb3 --weights any.safetensors -o a.html  saved with --construction universal

The page is one file that needs no network. What it shows was computed by the
Flax transformer, and compared with exact rationals, number by number.
Keys: space plays, arrows step, ? shows them all."""


MOST_SHOWN = 100_000
"""Machine steps of a page: with more, nobody steps through it, and a browser takes long to open it."""


def show_command(
    machine: Source,
    input: str | None = None,
    /,
    *,
    output: Annotated[str, Parameter(name=["--output", "-o"], metavar="FILE")],
    open_: Annotated[bool, Parameter(name="--open", negative="", show_default=False)] = False,
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    other: Other = None,
    choose: Choose = None,
    states: Most = None,
    symbols: Most = None,
    weights: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Name = "float32",
    regime: Name = "saturated",
    max_steps: Steps | None = None,
    head: Number | None = None,
    visited: Flag = False,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Make a page to step through a run: tape, attention, residual stream and weights, all with their names.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        input: As in `tmformer run`.
        output: The page to write, called *.html; a file that is there is replaced.
        open_: Open the page in the browser.
        construction: How the machine is compiled: cellular (if not given), wei_ma, universal or switchable.
        form: In which form.
        radix: With which search.
        other: Which other machine.
        choose: Which machine runs.
        states: For which machines.
        symbols: For which machines.
        weights: Saved weights of the construction universal, which run MACHINE.
        format: Number format: float64, float32, bfloat16 or float16.
        regime: saturated (if not given): softmax is hard attention; graded: softmax to the base 2**sharpness, which leaks.
        max_steps: The most machine steps; 2000 if not given, 100000 at most.
        head: The tape head's cell at the start.
        visited: Compile only the states that the run visits, so that a machine of any size can be shown.
        read_as: How MACHINE is read.
        json: Print what was written as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--max-steps", max_steps, least=0, most=MOST_SHOWN)
    check_number("--states", states, least=1)
    check_number("--symbols", symbols, least=1)
    check_cell("--head", head)
    _check_page(output)
    given, cell = marked_head(input, head, read_as)
    source = read_source(machine, read_as)
    compiling: dict[str, object] = {"--construction": construction, "--form": form, "--radix": radix, "--other": other}
    compiling |= {"--states": states, "--symbols": symbols, "--visited": visited or None}
    if not isinstance(source, Document):
        refuse_compiling(machine, compiling | {"--weights": weights})
    elif weights is not None:
        refuse_compiling(weights, compiling)
    beside = read_other(other, "show", read_as)
    from tmformer.verify import record

    compiled, knows = _compiled(source, weights)
    with busy("running", is_silent=json):
        recording = record(
            compiled,
            input_of(source, given),
            construction=construction,
            form=form,
            radix=radix,
            states=states,
            symbols=symbols,
            other=None if beside is None else beside.machine,
            choose=choose,
            machine=knows,
            format=format,
            regime=regime,
            max_steps=max_steps,
            head=cell,
            visited=visited,
        )
    _save(recording, output, json=json)
    if open_:
        webbrowser.open(Path(output).resolve().as_uri())
    return 0


def _save(recording: "Recording", output: str, *, json: bool) -> None:
    from tmformer.show import explore

    text = explore(recording)
    save(output, text, "A page")
    _report(recording, output, len(text.encode()), json=json)


def _compiled(source: "Document | Weights", weights: str | None) -> "tuple[Machine | Weights, Machine | None]":
    """What is recorded, and the machine that is given to saved weights."""
    if not isinstance(source, Document):
        return source, None
    return (source.machine, None) if weights is None else (read_weights(weights), source.machine)


def _check_page(output: str) -> None:
    """Refuse a page's place at once, before anything is run."""
    is_page = Path(output.partition("\0")[0]).suffix.lower() in (".html", ".htm")
    fault = place_fault(output) if is_page else f"{output!r}"
    if fault:
        raise UsageError(
            "A page is a new file called *.html in a folder that exists, or replaces one",
            found=fault,
            where=f"--output {output}",
            remedy="Write -o run.html.",
        )


def _report(recording: "Recording", output: str, size: int, *, json: bool) -> None:
    attended = sum(len(block.attended_apart) for block in recording.blocks)
    after = sum(len(block.after_apart) for block in recording.blocks)
    rows: dict[str, object] = {
        "file": output,
        "bytes": size,
        "machine": str(recording.labels.parameters.get("machine", "")),
        "construction": recording.labels.construction,
        "machine_steps": recording.steps,
        "outcome": str(recording.outcome),
        "blocks": len(recording.blocks),
        "positions": len(recording.rows),
        "inexact": {"attended": attended, "after": after},
    }
    if json:
        write_json(rows)
        return
    name = f"{rows['machine']} by {recording.labels.construction}, {recording.format}, {recording.regime}"
    exact = f"{attended:,} floats after attention, {after:,} after the MLP" if attended or after else "no float at all"
    show(
        pairs(
            [
                ("file", f"{output}, {size:,} bytes"),
                ("network", name),
                ("machine steps", f"{recording.steps:,}, {recording.outcome}"),
                ("blocks", f"{len(recording.blocks):,} over {len(recording.rows):,} positions"),
                ("inexact", exact),
            ]
        )
    )
