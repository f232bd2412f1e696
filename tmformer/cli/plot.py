"""`tmformer plot`: pictures for papers, as SVG or PNG."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from tmformer.cli.arguments import AS_IT_IS, Choose, Flag, Form, Name, Number, Other, Radix, ReadAs, Steps
from tmformer.cli.atlas import save
from tmformer.cli.compile import place_fault
from tmformer.cli.job import How
from tmformer.cli.plot_results import COMES_FROM, chart_of
from tmformer.cli.plot_runs import Drawn, attention_of, caption, run_of, run_picture, strips
from tmformer.cli.printing import busy, pairs, show, write_json
from tmformer.cli.sources import check_cell, check_number
from tmformer.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from tmformer.show import Page

EXAMPLES = """Examples:

  tmformer plot space-time bb4 -o bb4.svg
  tmformer plot space-time increment 1011 --construction wei_ma -o arcs.png
  tmformer plot attention bb3 --construction wei_ma --attention-head fetch -o a.svg
  tmformer plot margins bb4 --construction wei_ma --regime graded -o margins.svg
  tmformer plot atlas --data benchmarks/results/float_format_limits.json -o atlas.png
  tmformer plot speed --data benchmarks/results/speed_against_steps.json -o speed.svg

KIND is space-time, attention, margins, atlas or speed. What is drawn is what the
transformer computed; the caption says of which machine, construction, format and
sharpness. Equal runs give equal bytes. It needs `pip install tmformer[pictures]`."""

_WIDTH, _DPI = 160, 300
_RUNS = ("space-time", "attention", "margins")
_STEPS = {"space-time": 1000, "attention": 100, "margins": 100}
_SUFFIXES: dict[str, Literal["svg", "png"]] = {".svg": "svg", ".png": "png"}
_ONLY = {
    "--regime": ("attention", "margins"),
    "--attention-head": ("attention",),
    "--block": ("attention",),
    "--data": tuple(COMES_FROM),
}


def plot_command(
    kind: Annotated[Name, Parameter(help="What is drawn: space-time, attention, margins, atlas or speed.")],
    machine: str | None = None,
    input: str | None = None,
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"], metavar="FILE")] = None,
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    other: Other = None,
    choose: Choose = None,
    weights: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Name | None = None,
    regime: Name | None = None,
    max_steps: Steps | None = None,
    head: Number | None = None,
    attention_head: Name | None = None,
    block: Number | None = None,
    data: Annotated[str | None, Parameter(metavar="FILE")] = None,
    width: Annotated[Number | None, Parameter(metavar="MM")] = None,
    dpi: Number | None = None,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Draw a picture for a paper: of a run, of attention, of margins, or of measurements.

    Args:
        kind: What is drawn.
        machine: What stands for a machine, or for saved weights: MACHINE; not for atlas and speed.
        input: As in `tmformer run`.
        output: The file to draw to, called *.svg or *.png; a file that is there is replaced.
        construction: As in `tmformer run`; cellular if not given.
        form: In which form.
        radix: With which search.
        other: Which other machine.
        choose: Which of the two.
        weights: As in `tmformer run`.
        format: Number format: float32 (if not given), float64, bfloat16 or float16.
        regime: Of attention and margins: saturated (if not given), or graded, which leaks.
        max_steps: The most machine steps; 1000 if not given, of attention and margins 100.
        head: The tape head's cell at the start.
        attention_head: Of attention: the name of the attention head; the last one of the block if not given.
        block: Of attention: the number of the block, from 0; the last one with this attention head if not given.
        data: Of atlas and speed: the file with the results.
        width: The width of the page at most, in millimetres; 160 if not given; not for atlas and speed as SVG.
        dpi: Dots an inch of a PNG, and of the tape in an SVG; 300 if not given; not for atlas and speed as SVG.
        read_as: How MACHINE is read.
        json: Print what was drawn as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--max-steps", max_steps, least=0)
    check_number("--width", width, least=60, most=1000)
    check_number("--dpi", dpi, least=50, most=1200)
    check_number("--block", block, least=0)
    check_cell("--head", head)
    given = {"--regime": regime, "--attention-head": attention_head, "--block": block, "--data": data}
    running = {"--construction": construction, "--form": form, "--radix": radix, "--other": other, "--choose": choose}
    running |= {"--weights": weights, "--format": format, "--max-steps": max_steps, "--head": head}
    _check_kind(kind, machine, given, running | read_as.options())
    target = _target(output)
    file = _SUFFIXES[Path(target).suffix.lower()]
    if file == "svg" and kind in COMES_FROM:
        _check_useful(f"{kind} as SVG", {"--width": width, "--dpi": dpi})
    page = (file, _WIDTH if width is None else width, _DPI if dpi is None else dpi)
    how = How(
        construction, form, radix, None, other, choose, None, None, weights, None, format, max_steps, None, head, None,
        None, None, None, read_as,
    )  # fmt: skip
    with busy("drawing", is_silent=json):
        if machine is None:
            drawn, said = _of_results(kind, data, page), ()
        else:
            run = run_of(machine, input, how, _STEPS[kind] if max_steps is None else max_steps)
            drawn, said = _of_run(kind, run, page, regime or "saturated", attention_head, block)
    save(target, drawn)
    if json:
        write_json({"kind": kind, "file": target, "bytes": len(drawn), "caption": list(said)})
        return 0
    show(pairs([("file", f"{target}, {len(drawn):,} bytes"), *(("caption", line) for line in said)]))
    return 0


_Page = tuple[Literal["svg", "png"], int, int]


def _of_run(
    kind: str, drawn: Drawn, page: _Page, regime: str, name: str | None, block: int | None
) -> tuple[bytes, tuple[str, ...]]:
    """The picture of a run, and its caption."""
    from tmformer.pipeline import check_regime
    from tmformer.show import attention_picture, legible, margins_picture, space_time_picture
    from tmformer.verify import measure_lookups

    check_regime(regime)
    format = drawn.job.how.format or "float32"
    title = legible(drawn.name, 60)
    if kind == "space-time":
        picture, certificate = run_picture(drawn, format)
        said = caption(drawn, certificate, format, regime, len(picture.states) - 1)
        return space_time_picture(_page(page, said), f"Space-time diagram of {title}", picture), said
    found = measure_lookups(drawn.run, format=format, regime=regime)
    said = caption(drawn, found.certificate, format, regime, found.steps)
    if kind == "margins":
        lines, depth = strips(drawn, found)
        return margins_picture(_page(page, said), f"Margins of {title} over depth", lines, depth), said
    matrix, where = attention_of(drawn, found, name, block)
    return attention_picture(_page(page, said), f"{where} of {title}", matrix), said


def _page(page: _Page, said: tuple[str, ...]) -> "Page":
    from tmformer.show import Page

    kind, width, dpi = page
    return Page(kind, said, width, dpi)


def _of_results(kind: str, data: str | None, page: _Page) -> bytes:
    """The chart as it stands in README, which has one home; as PNG the same marks."""
    from tmformer.show import reprinted

    chart = chart_of(kind, data)
    return chart.encode() if page[0] == "svg" else reprinted(_page(page, ()), chart)


def _check_kind(kind: str, machine: str | None, given: Mapping[str, object], running: Mapping[str, object]) -> None:
    """Refuse a kind that is none, and what it has no use for."""
    kinds = (*_RUNS, *COMES_FROM)
    if kind not in kinds:
        raise UsageError(
            "A picture is of a kind that tmformer draws",
            found=repr(kind),
            where="tmformer plot",
            remedy=f"Use {', '.join(kinds)}{did_you_mean(kind, kinds)}",
        )
    if kind in _RUNS and machine is None:
        raise UsageError(
            f"A picture of kind {kind} is that of a run",
            found="no MACHINE",
            where=f"tmformer plot {kind}",
            remedy=f"Name a machine: `tmformer plot {kind} bb4 -o bb4.svg`.",
        )
    useless = {name: value for name, value in given.items() if kind not in _ONLY[name]}
    _check_useful(kind, useless if kind in _RUNS else {**useless, **running, "MACHINE": machine})


def _check_useful(kind: str, given: Mapping[str, object]) -> None:
    """Refuse what a picture of this kind has no use for."""
    useless = [name for name, value in given.items() if value is not None]
    if useless:
        raise UsageError(
            f"A picture of kind {kind} is drawn from what it shows alone",
            found=", ".join(useless),
            where="tmformer plot",
            remedy=f"Leave {'it' if len(useless) == 1 else 'them'} out; `tmformer plot --help` says what is for which kind.",
        )


def _target(output: str | None) -> str:
    """The file to draw to, which is refused before anything is computed."""
    name = "" if output is None else output
    if Path(name.partition("\0")[0]).suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "A picture is drawn to a file called *.svg or *.png",
            found="no --output" if output is None else repr(output),
            where="--output",
            remedy="Write -o picture.svg, or -o picture.png.",
        )
    fault = place_fault(name)
    if fault:
        raise UsageError(
            "A picture is drawn to a new file in a folder that exists, or replaces one",
            found=fault,
            where=f"--output {name}",
            remedy="Choose another place.",
        )
    return name
