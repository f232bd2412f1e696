"""Every number of a run, exact and in floats side by side, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tmformer.constructions.perez.rows import FLOATS, Margin, Row, Rows
from tmformer.constructions.perez.running import check_arithmetic, prompt_rows, rewrite_stays
from tmformer.machine import Configuration, Machine


@final
@dataclass(frozen=True)
class RowNumbers:
    """The numbers of one row.

    Args:
        step: the machine step that it belongs to; 0 in the prompt.
        row: i.
        exact: by name: those of its key, of its query, and its score of each row so far.
        found: the same in floats.
        exact_margin: of its lookup, in units of score; None where it reads nothing, or has no rival.
        float_margin: the same in floats; None where a score is no finite number, too.
    """

    step: int
    row: int
    exact: dict[str, Fraction | float]
    found: dict[str, Fraction | float]
    exact_margin: Margin = None
    float_margin: Margin = None


def numbers(machine: Machine, start: Configuration, format_name: str, *, max_steps: int) -> Iterator[RowNumbers]:
    """The numbers of every row of the exact run, within `max_steps` machine steps, and what floats make of the same rows.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        format_name: one of FLOATS.
        max_steps: the most machine steps.

    Raises:
        ConstructionError: if the format is unknown or `max_steps` negative.
        MachineError: during the run, if a symbol of `start` is not the machine's.

    >>> from tmformer.machine import initial_configuration, parse
    >>> rows = numbers(parse("1RB1LB_1LA1RZ"), initial_configuration("A", (), "0"), "float32", max_steps=9)
    >>> [(row.row, row.found["1/(i+1)"]) for row in rows][:3]
    [(0, 1.0), (1, 0.5), (2, 0.3333333432674408)]
    """
    check_arithmetic("format", format_name, FLOATS, max_steps)
    return _numbers(machine, start, format_name, max_steps)


def _numbers(machine: Machine, start: Configuration, format_name: str, max_steps: int) -> Iterator[RowNumbers]:
    moving = rewrite_stays(machine)
    twins = set(moving.states) - set(machine.states)
    exact, floats = Rows(moving, "exact"), Rows(moving, format_name)
    *before, row = prompt_rows(moving, start)
    for index, each in enumerate(before):
        exact.append(each)
        floats.append(each)
        yield RowNumbers(0, index, exact.numbers(reads=False), floats.numbers(reads=False))
    index, step = len(before), 0
    while True:
        exact.append(row)
        floats.append(row)
        read, margin = exact.read(row), floats.read(row).margin
        pair = exact.numbers(reads=True), floats.numbers(reads=True)
        yield RowNumbers(step, index, *pair, read.margin, margin)
        step += row.next_state not in twins
        if step > max_steps or not moving.has_transition(row.next_state, read.found[0]):
            return
        rule = moving.transition(row.next_state, read.found[0])
        row, index = Row(rule.write, rule.move.value, rule.next_state), index + 1
