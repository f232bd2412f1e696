"""Comparing a reference, which has no weights, number by number: the first one that is wrong, and the first wrong lookup."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

from tmformer.constructions import perez
from tmformer.machine import Configuration, Machine
from tmformer.precision import format_named
from tmformer.verify.ulps import Ulps, plain, ulps_apart

_HALF = Fraction(1, 2)


@final
@dataclass(frozen=True)
class ReferenceNumber:
    """One number of a reference's run in floats.

    Args:
        step: the machine step that its row belongs to; 0 in the prompt.
        row: i.
        quantity: its name.
        exact: the exact number.
        found: the float.
        ulps: how far apart they are, in ulps of the exact number.
        exact_margin: in units of score, of the first lookup from this row on that has a rival; None if there is none.
        float_margin: of the same lookup in floats; None where a score is no finite number, too.
        margin_row: the row of that lookup.
    """

    step: int
    row: int
    quantity: str
    exact: Fraction
    found: float
    ulps: Ulps
    exact_margin: perez.Margin
    float_margin: perez.Margin
    margin_row: int

    def to_json(self) -> dict[str, object]:
        """Plain data; fractions as texts."""
        return {
            "step": self.step,
            "row": self.row,
            "quantity": self.quantity,
            "expected": str(self.exact),
            "found": str(self.found),
            "ulps": plain(self.ulps),
            "exact_margin": _as_float(self.exact_margin),
            "float_margin": _as_float(self.float_margin),
            "margin_row": self.margin_row,
        }


@final
@dataclass(frozen=True)
class ReferenceComparison:
    """A reference in rationals and in floats side by side, row by row.

    Args:
        machine: the machine's name.
        construction: the reference.
        format: the number format.
        max_steps: the most machine steps compared.
        first_rounded: the first number that the format does not hold, or None.
        first_difference: the first number in which a bit is wrong: it is not the format's number nearest to the exact one, as
            errors have added up. None if all are.
        failure: the first lookup that decides wrongly, or None.
    """

    machine: str
    construction: str
    format: str
    max_steps: int
    first_rounded: ReferenceNumber | None
    first_difference: ReferenceNumber | None
    failure: perez.Failure | None

    @property
    def agreement(self) -> bool:
        """Whether no bit is wrong."""
        return self.first_difference is None and self.failure is None

    @property
    def decodes(self) -> bool:
        """Whether the floats read the symbols of the exact run."""
        return self.failure is None

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        rounded, first, failure = self.first_rounded, self.first_difference, self.failure
        return {
            "machine": self.machine,
            "construction": self.construction,
            "format": self.format,
            "max_steps": self.max_steps,
            "agreement": self.agreement,
            "first_rounded": None if rounded is None else rounded.to_json(),
            "first_difference": None if first is None else first.to_json(),
            "failure": None
            if failure is None
            else {
                "step": failure.step,
                "row": failure.row,
                "expected": failure.expected,
                "found": list(failure.found),
                "exact_margin": _as_float(failure.exact_margin),
                "float_margin": _as_float(failure.float_margin),
            },
            "decodes": self.decodes,
        }


def compare_reference(
    machine: Machine, start: Configuration, format_name: str, *, max_steps: int
) -> ReferenceComparison:
    """Compare a reference's numbers in floats with the exact ones, and the symbols that they read.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        format_name: the number format.
        max_steps: the most machine steps.

    Raises:
        ConstructionError: if the reference does not run in this format.
        MachineError: if a symbol of `start` is not the machine's.
    """
    failure = perez.compare_floats(machine, start, format_name, max_steps=max_steps)
    rounded, wrong = _first_numbers(machine, start, format_name, max_steps)
    return ReferenceComparison(machine.name, "perez", format_name, max_steps, rounded, wrong, failure)


def _first_numbers(
    machine: Machine, start: Configuration, format_name: str, max_steps: int
) -> tuple[ReferenceNumber | None, ReferenceNumber | None]:
    """The first number that is not exact, and the first one that is not even rounded well."""
    format_, first, wrong = format_named(format_name), None, None
    for row in perez.numbers(machine, start, format_name, max_steps=max_steps):
        first, wrong = (_with_margin(number, row) for number in (first, wrong))
        for name, number in row.exact.items() if wrong is None else ():
            exact, found = Fraction(number), float(row.found[name])
            ulps = ulps_apart(exact, found, format_)
            if ulps == 0:
                continue
            margins = row.exact_margin, row.float_margin
            each = ReferenceNumber(row.step, row.row, name, exact, found, ulps, *margins, row.row)
            first = first or each
            if ulps is None or ulps > _HALF:
                wrong = each
                break
        if wrong is not None and wrong.exact_margin is not None:
            break
    return first, wrong


def _with_margin(number: ReferenceNumber | None, row: perez.RowNumbers) -> ReferenceNumber | None:
    """The number with the margins of this row's lookup, if no lookup since then had a rival."""
    if number is None or number.exact_margin is not None:
        return number
    return replace(number, exact_margin=row.exact_margin, float_margin=row.float_margin, margin_row=row.row)


def _as_float(margin: perez.Margin) -> float | None:
    return None if margin is None else float(margin)
