"""`tmformer inspect`: what a network costs, claimed by formula and measured from the weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import Cells, Flag, Name, Source, Steps
from tmformer.cli.printing import pairs, printable, show, write, write_json
from tmformer.cli.sources import check_number, is_weights_file, read_machine, read_source, refuse_compiling
from tmformer.errors import UsageError
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.constructions import Claims
    from tmformer.weights import Weights

EXAMPLES = """Examples:

  tmformer inspect bb4 --steps 107
  tmformer inspect bb5 --steps 1048576
  tmformer inspect bb4.safetensors --json
  tmformer inspect bb2 --steps 6 --program

Exit status: 0 if what is measured is what is claimed, 1 if not, 2 for an error."""


def inspect_command(
    machine: Source,
    /,
    *,
    steps: Steps | None = None,
    cells: Cells | None = None,
    construction: Name | None = None,
    program: Flag = False,
    json: Flag = False,
) -> int:
    """Show layers, heads, widths, parameters and sharpness: claimed by formula and measured from the weights.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        steps: T, the machine steps to compile for; needed unless MACHINE is saved weights.
        cells: W, the cells of the window; so many that no run of T machine steps leaves it if not given.
        construction: How the machine is compiled; cellular if not given.
        program: Print the program instead: registers, lookups and tables, as text.
        json: Print the sizes, or the program, as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--steps", steps, least=0)
    check_number("--cells", cells, least=1)
    if program:
        text = _program_text(machine, _steps(machine, steps), cells, construction or "cellular")
        if json:
            write_json({"program": text})
        else:
            write(text)
        return 0
    report = measured(_weights(machine, steps, cells, construction))
    if json:
        write_json(report.to_json())
    else:
        _show(report)
    return 0 if report.claimed == report.measured else 1


@final
@dataclass(frozen=True)
class Report:
    """What a network costs.

    Args:
        machine: the machine's name.
        claims: the formulas.
        letters: the value of each letter of the formulas.
        claimed: each measure, by formula.
        measured: each measure, from the weights.
        position_codes: numbers that generators make at run time; they count as no parameters.
        beta: the inverse temperature that saturates softmax, by number format.
    """

    machine: str
    claims: "Claims"
    letters: Mapping[str, int]
    claimed: Mapping[str, int]
    measured: Mapping[str, int]
    position_codes: int
    beta: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "machine": self.machine,
            "construction": self.claims.construction,
            "source": self.claims.source,
            "claimed": dict(self.claimed),
            "measured": dict(self.measured),
            "formulas": dict(self.claims.formulas),
            "definitions": dict(self.claims.definitions),
            "letters": dict(self.letters),
            "position_codes": self.position_codes,
            "beta": dict(self.beta),
        }


def _steps(machine: str, steps: int | None) -> int:
    if steps is None:
        raise UsageError(
            "A machine is compiled for a number of machine steps",
            found="no --steps",
            where=f"tmformer inspect {machine}",
            remedy="Add --steps T, such as --steps 100; saved weights need none.",
        )
    return steps


def _weights(machine: str, steps: int | None, cells: int | None, construction: str | None) -> "Weights":
    if is_weights_file(machine):
        refuse_compiling(machine, {"--steps": steps, "--cells": cells, "--construction": construction})
    else:
        steps = _steps(machine, steps)
    source = read_source(machine)
    if not isinstance(source, Document):
        return source
    from tmformer.pipeline import compile as compile_weights

    return compile_weights(source.machine, construction or "cellular", steps=steps or 0, cells=cells)


def measured(weights: "Weights") -> Report:
    """What these weights cost, claimed and measured."""
    from tmformer.constructions import construction_of, evaluate
    from tmformer.precision import FORMATS
    from tmformer.weights import measure

    labels, sizes = weights.labels, measure(weights)
    made = construction_of(labels)
    letters = made.variables(labels)
    spans = weights.layout.spans
    return Report(
        machine=str(labels.parameters["machine"]),
        claims=made.claims,
        letters=letters,
        claimed=evaluate(made.claims, letters),
        measured={name: getattr(sizes, name) for name in sizes.__dataclass_fields__},
        position_codes=labels.max_positions * sum(len(spans[code.register]) for code in labels.generators),
        beta={name: format_.beta for name, format_ in FORMATS.items()},
    )


def _program_text(machine: str, steps: int, cells: int | None, construction: str) -> str:
    from tmformer.pipeline import compile_program
    from tmformer.program import format_program

    document = read_machine(machine, "inspect --program", "a program is made from one")
    return format_program(compile_program(document.machine, construction, steps=steps, cells=cells))


def _show(report: Report) -> None:
    show(Text(f"{printable(report.machine)} by {report.claims.construction}", style="bold"), "")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("claimed", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("formula", overflow="fold")
    for name, claimed in report.claimed.items():
        measured = report.measured[name]
        mark = Text("=", style="green") if claimed == measured else Text("differs", style="bold red")
        formula = report.claims.formulas[name]
        table.add_row(name, f"{claimed:,}", f"{measured:,}", mark, Text(formula, style="dim"))
    show(table, "", pairs(_legend(report)))


def _legend(report: Report) -> list[tuple[str, str]]:
    claims = report.claims
    rows = [(letter, f"{value:,} {claims.letters[letter]}") for letter, value in report.letters.items()]
    rows += [(letter, f"{formula}, where bits(n) = ceil(log2 n)") for letter, formula in claims.definitions.items()]
    rows += list(claims.notes.items())
    return [
        *rows,
        ("position codes", f"{report.position_codes:,} numbers, generated: they count as no parameters"),
        ("beta", ", ".join(f"{name} {beta}" for name, beta in report.beta.items())),
        ("source", claims.source),
    ]
