"""Runs by this construction, in rationals and in floats, and where floats leave the exact run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

from tmformer.constructions.interface import check_one_tape
from tmformer.constructions.perez.rows import FLOATS, NUMBERS, Margin, Reading, Row, Rows
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.machine import (
    Configuration,
    Machine,
    Move,
    Outcome,
    Transition,
    check_input,
    configuration,
    outcome,
    run,
)


@final
@dataclass(frozen=True)
class Step:
    """A run after a machine step.

    Args:
        configuration: the configuration; the symbol under its tape head is the one found.
        outcome: halted, undefined, or limit while it goes on.
        margin: of the lookup of that symbol, in units of score; the lesser of two where the machine stayed.
        rows: decoding steps so far: two for a machine step that stays, else one.
    """

    configuration: Configuration
    outcome: Outcome
    margin: Margin
    rows: int


@final
@dataclass(frozen=True)
class Failure:
    """Where a float run leaves the exact one.

    Args:
        step: the machine step after which the configurations differ first.
        row: i, the row whose lookup went wrong.
        expected: the symbol that the exact run reads there.
        found: what the float run reads: one symbol, several where rows that disagree have the same score, none where a
            score is no finite number.
        exact_margin: the margin of that lookup in rationals, in units of score.
        float_margin: its margin in floats, of the wrong symbol over the others.
    """

    step: int
    row: int
    expected: str
    found: tuple[str, ...]
    exact_margin: Margin
    float_margin: Margin


def rewrite_stays(machine: Machine) -> Machine:
    """The machine that moves right and back left where `machine` stays.

    A state q' that a staying transition leads to gets a twin, which moves back left into q' whatever it reads. Twins
    come after the machine's own states. A configuration in one of the machine's own states is one of its runs, in the
    same order; each configuration in a twin lies between two of them.

    >>> from tmformer.machine import parse
    >>> rewrite_stays(parse("1RB1LB_1LA1RZ")) == parse("1RB1LB_1LA1RZ")
    True
    """
    check_one_tape("perez", machine, one_way=False)
    staying = [rule.next_state for rule in machine.transitions if rule.move is Move.STAY]
    twins: dict[str, str] = {}
    for state in dict.fromkeys(staying):
        name = f"{state} back"
        while name in machine.states or name in twins.values():
            name += "'"
        twins[state] = name
    moving = (
        replace(rule, moves=(Move.RIGHT,), next_state=twins[rule.next_state]) if rule.move is Move.STAY else rule
        for rule in machine.transitions
    )
    back = (
        Transition(twin, symbol, symbol, Move.LEFT, state)
        for state, twin in twins.items()
        for symbol in machine.symbols
    )
    return replace(machine, states=(*machine.states, *twins.values()), transitions=(*moving, *back))


def prompt_rows(machine: Machine, start: Configuration) -> tuple[Row, ...]:
    """A row for each cell that the input and the tape head need, then START."""
    first, symbols = _cells(machine, start)
    rows = [Row(symbol, 1, "") for symbol in symbols]
    return (*rows, Row(machine.blank, start.head - first - len(rows), start.state))


def _cells(machine: Machine, start: Configuration) -> tuple[int, tuple[str, ...]]:
    check_one_tape("perez", machine, one_way=False)
    first, last = start.used
    return first, check_input(machine.symbols, [start.read(cell) for cell in range(first, last + 1)])


def _readings(machine: Machine, start: Configuration, arithmetic: str) -> Iterator[Reading]:
    """What START and each row after it reads; the last one has no transition, or no one symbol."""
    prompt = prompt_rows(machine, start)
    rows, row = Rows(machine, arithmetic, prompt), prompt[-1]
    while True:
        reading = rows.read(row)
        yield reading
        if len(reading.found) != 1 or not machine.has_transition(row.next_state, reading.found[0]):
            return
        rule = machine.transition(row.next_state, reading.found[0])
        row = Row(rule.write, rule.move.value, rule.next_state)
        rows.append(row)


def trace(machine: Machine, start: Configuration, arithmetic: str = "exact", *, max_steps: int) -> Iterator[Step]:
    """Run `machine` by this construction, at most `max_steps` machine steps.

    In floats it is a wrong run sooner or later: `compare_floats` says when, and its result is to be shown with it.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        arithmetic: one of NUMBERS.
        max_steps: the most machine steps taken.

    Returns:
        The configurations after 0, 1, ... machine steps; the last one is halted, undefined or at the limit.

    Raises:
        ConstructionError: if the arithmetic is unknown or `max_steps` negative; during the run, if in floats rows that
            disagree are found with one score, or a score is no finite number.
        MachineError: during the run, if a symbol of `start` is not the machine's.

    >>> from tmformer.machine import initial_configuration, parse
    >>> machine = parse("1RB1LB_1LA1RZ")
    >>> *_, last = trace(machine, initial_configuration("A", (), "0"), max_steps=100)
    >>> str(last.configuration), str(last.outcome), last.margin
    ('Z: 11[1]1', 'halted', Fraction(1, 200))
    """
    check_arithmetic("arithmetic", arithmetic, NUMBERS, max_steps)
    return _steps(machine, start, arithmetic, max_steps)


def _steps(machine: Machine, start: Configuration, arithmetic: str, max_steps: int) -> Iterator[Step]:
    moving = rewrite_stays(machine)
    twins = set(moving.states) - set(machine.states)
    first, symbols = _cells(machine, start)
    cells, head, taken = dict(enumerate(symbols, first)), first + len(symbols), 0
    margins: list[Fraction | float] = []
    for row, reading in enumerate(_readings(moving, start, arithmetic)):
        if len(reading.found) != 1:
            raise ConstructionError(
                "The rows found by a lookup agree on one symbol",
                found=" and ".join(map(repr, reading.found)) or "a score that is no finite number",
                where=f"perez in {arithmetic}, after {taken} machine steps",
                remedy="Run it in exact rationals; compare_floats says where the float run fails.",
            )
        cells[head] = reading.row.write
        head += reading.row.move
        cells[head] = reading.found[0]
        margins += [] if reading.margin is None else [reading.margin]
        if reading.row.next_state in twins:
            continue
        now = configuration(reading.row.next_state, head, cells, machine.blank)
        end = outcome(machine, now)
        yield Step(now, end, min(margins, default=None), row)
        if end is not Outcome.LIMIT or taken == max_steps:
            return
        margins, taken = [], taken + 1


def compare_floats(machine: Machine, start: Configuration, format_name: str, *, max_steps: int) -> Failure | None:
    """Where the float run first leaves the exact one, within `max_steps` machine steps; None if nowhere.

    What the exact run reads is known without it, as it is the reference interpreter's (the tests compare them); only
    the lookup that goes wrong is made in rationals too.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        format_name: one of FLOATS.
        max_steps: the most machine steps compared.

    Raises:
        ConstructionError: if the format is unknown or `max_steps` negative.
        MachineError: if a symbol of `start` is not the machine's.
    """
    check_arithmetic("format", format_name, FLOATS, max_steps)
    moving = rewrite_stays(machine)
    twins = set(moving.states) - set(machine.states)
    rows, step = list(prompt_rows(moving, start)[:-1]), 0
    for reading, now in zip(_readings(moving, start, format_name), run(moving, start), strict=True):
        rows.append(reading.row)
        expected = now.read(now.head)
        if reading.found != (expected,):
            exact = Rows(moving, "exact", rows).read(reading.row)
            return Failure(step, len(rows) - 1, expected, reading.found, exact.margin, reading.margin)
        if now.state not in twins:
            if step == max_steps:
                return None
            step += 1
    return None


def check_arithmetic(where: str, arithmetic: str, known: tuple[str, ...], max_steps: int) -> None:
    """Refuse a run in an arithmetic that there is not, or of fewer than no machine steps.

    Args:
        where: what the arithmetic is for.
        arithmetic: what was asked for.
        known: what there is.
        max_steps: the most machine steps.

    Raises:
        ConstructionError: naming what was asked for.
    """
    if arithmetic not in known:
        raise ConstructionError(
            "The arithmetic is one in which the construction runs",
            found=repr(arithmetic),
            where=f"perez, {where}",
            remedy=f"Use {', '.join(known)}{did_you_mean(arithmetic, known)}",
        )
    if max_steps < 0:
        raise ConstructionError(
            "The number of machine steps is zero or more",
            found=str(max_steps),
            where="perez, max_steps",
            remedy="Ask for zero or more machine steps.",
        )
