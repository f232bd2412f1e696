"""`tmformer compare`: exact and float side by side, and the first place where a bit differs."""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import (
    AS_IT_IS,
    Cells,
    Choose,
    Flag,
    Form,
    Name,
    Number,
    Other,
    Radix,
    ReadAs,
    Source,
    Steps,
)
from tmformer.cli.printing import pairs, printable, show, write_json
from tmformer.cli.sources import (
    check_cell,
    check_number,
    input_of,
    marked_head,
    read_other,
    read_source,
    refuse_compiling,
)
from tmformer.machine import Document

if TYPE_CHECKING:
    from fractions import Fraction

    from tmformer.verify import Comparison, FirstDifference, LookupUse, ReferenceComparison, ReferenceNumber

EXAMPLES = """Examples:

  tmformer compare bb4 --format bfloat16
  tmformer compare bb4 --format float8_e5m2 --policy pure
  tmformer compare bb4 --regime graded
  tmformer compare increment 1011 --construction wei_ma --format tf32
  tmformer compare bb5 --construction perez --format float32
  tmformer compare bb4.safetensors    saved by `tmformer compile`

A format need not hold the network: then this shows where it fails.

Exit status: 0 if no bit differs, 1 if one does, 2 for an error."""


def compare_command(
    machine: Source = "bb5",
    input: str | None = None,
    /,
    *,
    format: Name = "float32",
    policy: Name = "accumulate-float32",
    regime: Name = "saturated",
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    other: Other = None,
    choose: Choose = None,
    max_steps: Steps | None = None,
    cells: Cells | None = None,
    head: Number | None = None,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Run a network in exact rationals and in floats side by side, and find the first bit that differs.

    Every register is compared after every block, and every lookup by what it leaks and what of that its gates bear.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE; bb5 if not given.
        input: As in `tmformer run`.
        format: Number format: float64, float32, tf32, bfloat16, float16, float8_e4m3fn, float8_e5m2, or one such as e5m7.
        policy: Where sums and scores are of another format: accumulate-float32 (if not given), pure or scores-float32.
        regime: saturated (if not given): softmax is hard attention; graded: softmax to the base 2**sharpness, which leaks.
        construction: cellular (if not given), wei_ma, or perez: a reference, compared number by number.
        form: In which form.
        radix: With which search.
        other: Which other machine.
        choose: Which machine of saved weights of two.
        max_steps: The most machine steps; 200 if not given, 1000 of perez.
        cells: The cells of the window, or of wei_ma's prompt; as many as the run needs if not given.
        head: The tape head's cell at the start.
        read_as: How MACHINE is read.
        json: Print the comparison as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--max-steps", max_steps, least=0)
    check_number("--cells", cells, least=1)
    check_cell("--head", head)
    given, cell = marked_head(input, head, read_as)
    source = read_source(machine, read_as)
    compiling = {"--construction": construction, "--form": form, "--radix": radix, "--other": other, "--cells": cells}
    if not isinstance(source, Document):
        refuse_compiling(machine, compiling)
    beside = read_other(other, "compare", read_as)
    from tmformer.verify import ReferenceComparison, compare

    compared = compare(
        source.machine if isinstance(source, Document) else source,
        input_of(source, given),
        construction=construction,
        form=form,
        radix=radix,
        other=None if beside is None else beside.machine,
        choose=choose,
        format=format,
        policy=policy,
        regime=regime,
        max_steps=max_steps,
        cells=cells,
        head=cell,
    )
    if json:
        write_json(compared.to_json())
    elif isinstance(compared, ReferenceComparison):
        _show_reference(compared)
    else:
        _show(compared)
    return 0 if compared.agreement else 1


def _show(compared: "Comparison") -> None:
    where = f"{compared.format}, {compared.policy}, {compared.regime}"
    _show_title(f"{compared.machine} by {compared.construction} in {where}", is_good=compared.agreement)
    show("", pairs(_registers(compared)), "", _lookups(compared), "")
    if compared.first_difference is not None:
        show("First difference", pairs(_located(compared.first_difference)), "")
    decoding = f"agrees: {compared.decoded}" if compared.decodes else f"DIFFERS: {compared.decoded}"
    show(
        pairs(
            [
                (
                    "compared",
                    f"{_count(len(compared.blocks), 'block')} of a run of {_count(compared.steps, 'machine step')}",
                ),
                ("decoding", decoding),
            ]
        )
    )


def _show_title(name: str, *, is_good: bool) -> None:
    title = f"{printable(name)}: {'no bit differs' if is_good else 'a bit DIFFERS'} from the exact run"
    show(Text(title, style="bold green" if is_good else "bold red"))


def _registers(compared: "Comparison") -> list[tuple[str, str]]:
    """A line for each register that is off, and one for all others."""
    found = compared.registers
    rows = [(f"  {name}", _ulps(ulps)) for name, ulps in found.items() if ulps != 0]
    if len(rows) < len(found):
        rows.append(("  all other registers" if rows else "  all registers", "0 ulps, after every block"))
    return rows


def _lookups(compared: "Comparison") -> Table:
    """For each lookup its scores, what it leaked and what its gates bore."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    bounded = ["leak", "at most", "off", "at most"] if compared.bounds else ["leak", "off"]
    table.add_column("lookup", no_wrap=True)
    for name in ("match", "null", "rival", "margin", *bounded, "used", "left"):
        table.add_column(name, justify="right", no_wrap=True)
    for where, use in compared.lookups.items():
        margin, bounds = compared.margins[where], compared.bounds.get(where)
        scores = ("-" if score is None else f"{score:,}" for score in (margin.match, margin.null, margin.rival))
        numbers = [use.leak, use.off] if bounds is None else [use.leak, float(bounds.leak), use.off, float(bounds.off)]
        gap = "-" if margin.margin is None else str(margin.margin)
        table.add_row(printable(where), *scores, gap, *map(_short, [*numbers, use.used, use.left]))
    return table


def _located(first: "FirstDifference") -> list[tuple[str, str]]:
    place = {"attended": "after attention", "after": "after the MLP"}[first.place]
    lookups = ", ".join(first.lookups) or "none"
    return [
        ("  at", f"machine step {first.step:,}, block {first.block}, {place}"),
        ("  lookups", f"{lookups}; what they found is right" if first.use is None else f"{first.lookup}, of {lookups}"),
        *([] if first.use is None else [("  margin", _use(first.use))]),
        ("  position", f"row {first.row:,}"),
        ("  register", f"{first.register}, coordinate {first.coordinate}"),
        ("  expected", first.expected),
        ("  found", _found(first.found, first.ulps)),
    ]


def _use(use: "LookupUse") -> str:
    return f"leak {_short(use.leak)}, {_short(use.used)} of 0.25 used, {_short(use.left)} left"


def _show_reference(compared: "ReferenceComparison") -> None:
    _show_title(f"{compared.machine} by {compared.construction} in {compared.format}", is_good=compared.agreement)
    wrong, failure = compared.first_difference, compared.failure
    if compared.first_rounded is not None:
        show("", "First number that is no float", pairs(_number(compared.first_rounded)))
    if wrong is not None:
        show("", "First wrong bit: not the nearest float", pairs(_number(wrong)))
    if failure is not None:
        found = " and ".join(map(repr, failure.found)) or "no finite score"
        rows = [
            ("  at", f"machine step {failure.step:,}, row {failure.row:,}"),
            ("  expected", repr(failure.expected)),
            ("  found", found),
            ("  margin", _margins(failure.exact_margin, failure.float_margin)),
        ]
        show("", "First wrong lookup", pairs(rows))
    if failure is None:
        show("", f"Every lookup of {_count(compared.max_steps, 'machine step')} at most finds the right symbol.")


def _number(number: "ReferenceNumber") -> list[tuple[str, str]]:
    return [
        ("  at", f"machine step {number.step:,}, row i = {number.row:,}"),
        ("  number", number.quantity),
        ("  expected", str(number.exact)),
        ("  found", _found(repr(number.found), number.ulps)),
        ("  margin", f"{_margins(number.exact_margin, number.float_margin)}, of the lookup of row {number.margin_row}"),
    ]


def _found(number: str, ulps: "Fraction | None") -> str:
    return number if ulps is None else f"{number}, {_ulps(ulps)} away"


def _margins(exact: "Fraction | float | None", in_floats: "Fraction | float | None") -> str:
    texts = ("none" if margin is None else _short(float(margin)) for margin in (exact, in_floats))
    return "{} exact, {} in floats".format(*texts)


def _ulps(ulps: "Fraction | None") -> str:
    return "no finite number" if ulps is None else f"{_short(float(ulps))} ulp{'s' * (ulps != 1)}"


def _short(number: float | None) -> str:
    return "-" if number is None else f"{number:.3g}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
