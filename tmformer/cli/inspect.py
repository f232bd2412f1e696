"""`tmformer inspect`: what a network costs, claimed by formula and measured from the weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import AS_IT_IS, Cells, Flag, Form, Name, Number, Radix, ReadAs, Source, Steps
from tmformer.cli.printing import pairs, printable, show, write, write_json
from tmformer.cli.sources import check_cell, check_number, is_weights_file, read_machine, read_source, refuse_compiling
from tmformer.errors import UsageError
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.constructions import Claims
    from tmformer.program import Program
    from tmformer.weights import Weights

EXAMPLES = """Examples:

  tmformer inspect bb4 --steps 107
  tmformer inspect bb5 --steps 1048576
  tmformer inspect bb5 --steps 1048576 --construction wei_ma --radix 8
  tmformer inspect bb4.safetensors --json
  tmformer inspect bb2 --steps 6 --program

Exit status: 0 if what is measured is what is claimed, 1 if not, 2 for an error."""


def inspect_command(
    machine: Source,
    /,
    *,
    steps: Steps | None = None,
    cells: Cells | None = None,
    head: Number | None = None,
    construction: Name | None = None,
    form: Form = None,
    radix: Radix = None,
    read_as: ReadAs = AS_IT_IS,
    program: Flag = False,
    json: Flag = False,
) -> int:
    """Show layers, heads, widths, parameters and sharpness: claimed by formula and measured from the weights.

    Args:
        machine: What stands for a machine, or for saved weights: MACHINE.
        steps: T, the machine steps to compile for; needed unless MACHINE is saved weights.
        cells: The cells of the window, or of wei_ma's prompt; so many that no run of T machine steps needs more if not given.
        head: The tape head's cell at the start.
        construction: How the machine is compiled: cellular (if not given), wei_ma, universal or switchable.
        form: In which form.
        radix: With which search.
        read_as: How MACHINE is read.
        program: Print the program instead: registers, lookups and tables, as text.
        json: Print the sizes, or the program, as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--steps", steps, least=0)
    check_number("--cells", cells, least=1)
    check_cell("--head", head)
    sizes = {"steps": steps, "cells": cells, "head": head, "construction": construction, "form": form, "radix": radix}
    if program:
        text = _program_text(machine, sizes, read_as)
        if json:
            write_json({"program": text})
        else:
            write(text)
        return 0
    report = measured(_weights(machine, sizes, read_as))
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
        depth: blocks applied one after another for all machine steps, by formula.
        most_ties: how many tied keys each number format averages exactly.
        position_codes: numbers that generators make at run time; they count as no parameters.
        beta: the inverse temperature that saturates softmax, by number format.
    """

    machine: str
    claims: "Claims"
    letters: Mapping[str, int]
    claimed: Mapping[str, int]
    measured: Mapping[str, int]
    depth: int
    most_ties: Mapping[str, int]
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
            "depth": self.depth,
            "most_ties": dict(self.most_ties),
            "position_codes": self.position_codes,
            "beta": dict(self.beta),
        }


def _weights(machine: str, sizes: Mapping[str, int | str | None], read_as: ReadAs) -> "Weights":
    if is_weights_file(machine):
        refuse_compiling(machine, {f"--{name}": value for name, value in sizes.items()})
    source = _source(machine, sizes, read_as)
    if not isinstance(source, Document):
        return source
    from tmformer.weights import lower

    return lower(_program(source, sizes))


def _source(machine: str, sizes: Mapping[str, int | str | None], read_as: ReadAs) -> "Document | Weights":
    if sizes["steps"] is None and not is_weights_file(machine):
        raise UsageError(
            "A machine is compiled for a number of machine steps",
            found="no --steps",
            where=f"tmformer inspect {machine}",
            remedy="Add --steps T, such as --steps 100; saved weights need none.",
        )
    return read_source(machine, read_as)


def _program(document: Document, sizes: Mapping[str, Any]) -> "Program":
    from tmformer.pipeline import compile_program

    return compile_program(
        document.machine,
        sizes["construction"] or "cellular",
        steps=sizes["steps"],
        cells=sizes["cells"],
        head=sizes["head"] or 0,
        form=sizes["form"],
        radix=sizes["radix"],
    )


def _program_text(machine: str, sizes: Mapping[str, int | str | None], read_as: ReadAs) -> str:
    from tmformer.program import format_program

    _source(machine, sizes, read_as)
    document = read_machine(machine, "inspect --program", "a program is made from one", read_as)
    return format_program(_program(document, sizes))


def measured(weights: "Weights") -> Report:
    """What these weights cost, claimed and measured."""
    from tmformer.constructions import MEASURES, construction_of, define, evaluate
    from tmformer.precision import FORMATS, POLICIES, policy_named
    from tmformer.weights import measure

    labels, sizes = weights.labels, measure(weights)
    made = construction_of(labels)
    claims, letters = made.claims_of(labels), made.variables(labels)
    claimed, spans = evaluate(claims, letters), weights.layout.spans
    generated = {code.register for code in labels.generators}
    return Report(
        machine=str(labels.parameters.get("machine", "any machine of its size")),
        claims=claims,
        letters={**letters, **define(claims, letters)},
        claimed={measure: claimed[measure] for measure in MEASURES},
        measured={name: getattr(sizes, name) for name in sizes.__dataclass_fields__},
        depth=claimed["depth"],
        most_ties={name: policy_named(POLICIES[0], each).most_ties for name, each in FORMATS.items()},
        position_codes=labels.max_positions * sum(len(spans[register]) for register in generated),
        beta={name: format_.beta for name, format_ in FORMATS.items()},
    )


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
    meaning = dict(claims.letters) | {letter: f"= {formula}" for letter, formula in claims.definitions.items()}
    rows = [(letter, f"{value:,} {meaning[letter]}") for letter, value in report.letters.items()]
    return [
        *rows,
        ("bits(n)", "ceil(log2 n)"),
        *claims.notes.items(),
        ("depth", f"{report.depth:,} blocks one after another for all machine steps = {claims.formulas['depth']}"),
        ("position codes", f"{report.position_codes:,} numbers, generated: they count as no parameters"),
        ("beta", ", ".join(f"{name} {beta}" for name, beta in report.beta.items())),
        ("most ties", ", ".join(f"{name} {ties:,}" for name, ties in report.most_ties.items())),
        ("source", claims.source),
    ]
