"""What a machine file expects, against what the reference interpreter does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tmformer.errors import MachineError
from tmformer.machine import Case, Document, Machine, Outcome, check_case, trace

if TYPE_CHECKING:
    from tmformer.verify import Agreement, Difference

EXPECTATION = "expectation"
"""The rung of a difference between a machine file's expectation and the reference interpreter."""


def cases_in_use(document: Document, inputs: Sequence[str], head: int | None) -> tuple[Case, ...]:
    """The cases of the file that the runs are runs of.

    Args:
        document: the machine file.
        inputs: what the user gave; the cases are used if nothing.
        head: the tape head's cell at the start, as each case says if None.
    """
    return () if inputs else tuple(case for case in document.cases if head in (None, case.start_head))


def with_expectations(
    agreement: "Agreement", machine: Machine, cases: Sequence[Case], max_steps: int
) -> tuple["Agreement", int]:
    """The agreement, with the first broken expectation where the rungs agree; and how many expectations were compared.

    Args:
        agreement: what comparing the rungs has shown.
        machine: the machine.
        cases: what is expected of it.
        max_steps: the most machine steps of each run; a case that needs more is not compared.
    """
    compared = 0
    for case in cases:
        run = trace(machine, case.input, case.further, max_steps=min(case.max_steps, max_steps), head=case.start_head)
        if run.outcome is Outcome.LIMIT and case.max_steps > max_steps:
            continue
        compared += 1
        try:
            check_case(machine, case)
        except MachineError as error:
            if agreement.agreement:
                agreement = replace(agreement, first_difference=_broken(error, case, run.steps))
            break
    return agreement, compared


def _broken(error: MachineError, case: Case, steps: int) -> "Difference":
    """The error, which says ``field found instead of expected``, as a difference."""
    from tmformer.verify import Difference, joined

    what, _, expected = error.found.rpartition(" instead of ")
    where, _, found = what.partition(" ")
    return Difference(EXPECTATION, joined(case.words), steps, where, expected, found)
