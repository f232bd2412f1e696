"""Perez: one row of a sequence is one machine step, and the tape head is known only as the average of its moves.

With e_i = 1/(i + 1), uniform attention over rows 0..i gives c(i + 1) e_i, where c(i + 1) is the sum of their moves: the
cell, counted from the first one of the prompt, that the tape head reaches. Of the rows j <= i the lookup finds the one
with the greatest score -|chi(i, j)|,

    chi(i, j) = e_i e_j (c(i + 1) - c(j) + e_i e_j / 3)
              = (c(i + 1) e_i, e_i, e_i^2) . (e_j, -c(j) e_j, e_j^2 / 3).

At rows of the cell asked for, |chi| = (e_i e_j)^2 / 3, least at the latest of them; at other rows it is at least
e_i e_j (1 - e_i e_j / 3), which is more, as e_j >= e_i. Where no row is of that cell it was never visited, and is blank.
There is never a tie: the cells of the rows so far are an interval, so a cell never visited is next to the cell of row i,
and that row is then the only one found.

Prompt: a row for each cell of the input, from its first to its last and on to the tape head's, with that symbol and the
move +1; then START, which writes a blank to the cell after them and moves to the tape head at once. Rows are i =
0..R-1 for R cells, START is row R, and row R + t is machine step t of `rewrite_stays`.

    blocks a row     3: transition (MLP); averages (attention); lookup (attention, then MLP: blank or not)
    attention heads  3: two uniform, for c(i) e_i and c(i + 1) e_i; one hard, for the lookup
    key and query    3 numbers; value of the lookup: G + 2 (the symbol written, e_j and c(j) e_j), of an average: 1
    position code    3 numbers: e_i, e_i^2 and e_i^2 / 3
    decoding steps   one a machine step, two where it stays; none of these sizes grows with their number
    margin           at least 4 (i - 1) / (3 (i - 2)^2 i^2 (i + 1)^2) for i >= 3, about 4/3 i^-5, reached when the two
                     last visits to a cell were at rows i - 1 and i - 3: 1.5e-5 at i = 10, 1.3e-10 at 100, 1.3e-15
                     at 1000; tests/constructions/test_perez.py measures it

So the sizes are constant and the precision is not: no certificate is possible, and floats read overwritten symbols. Of
the shipped machines float32 loses binary_counter at machine step 133, prime at 201 and bb5 at 452, float16 most of them within 60;
float64 keeps bb5 for 15,000, but 5,000 cells from the first one it is lost within 4,000. `compare_floats` locates this. In
floats every average, product, sum and comparison is rounded; sums of moves are kept as integers, the most lenient way.

Source: Perez, Barcelo and Marinkovic, Attention is Turing-Complete, JMLR 22 (2021); letters theirs. What differs: theirs
reads the input from an encoder, ours is a decoder only, with the input as prompt rows; theirs takes a cell for unvisited
if the row found is the last one, ours compares the cells of both, |c(i + 1) - c(j)| < 1/2 in averages. So theirs needs
machines that never stay; ours rewrites them as theirs does, though it need not. The transition is applied to symbols.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from tmformer.constructions.claims import Claims
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

FLOATS = ("float64", "float32", "float16")
"""The number formats in which the run fails."""
BLOCKS = 3
"""Blocks that each row passes."""
NUMBERS = ("exact", *FLOATS)
"""What a run can be made in; `exact` is in rationals."""

CLAIMS = Claims(
    construction="perez",
    source="Perez, Barcelo and Marinkovic, JMLR 22 (2021); ours, in rationals, and in floats to be seen failing: nothing is compiled",
    letters={"G": "tape symbols", "S": "decoding steps: T machine steps, and one more for each that stays"},
    definitions={},
    formulas={
        "depth": "3*(S + 1)",
        "num_layers": "3",
        "blocks_per_step": "3",
        "num_heads": "2",
        "d_key": "3",
        "d_value": "G + 2",
    },
    differs="Its sizes do not grow with T, but its margins fall like S^-5: exact in rationals, lost in floats after some "
    "hundred machine steps, which is what the others pay log T layers for. It has no certificate and no weights.",
)
"""What the construction costs; what a network of weights would have besides, it has not."""

Margin: TypeAlias = Fraction | float | None
"""Score of the row found minus the best score of a row with another symbol; None if there is no such row."""

_Numbers: TypeAlias = npt.NDArray[Any]


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


@final
@dataclass(frozen=True)
class _Row:
    """The symbols of a row, and where its machine step leads."""

    write: str
    move: int
    next_state: str


@final
@dataclass(frozen=True)
class _Reading:
    """What the last row reads: the symbols of the rows found."""

    row: _Row
    found: tuple[str, ...]
    margin: Margin


def rewrite_stays(machine: Machine) -> Machine:
    """The machine that moves right and back left where `machine` stays.

    A state q' that a staying transition leads to gets a twin, which moves back left into q' whatever it reads. Twins
    come after the machine's own states. A configuration in one of the machine's own states is one of its runs, in the
    same order; each configuration in a twin lies between two of them.

    >>> from tmformer.machine import parse
    >>> rewrite_stays(parse("1RB1LB_1LA1RZ")) == parse("1RB1LB_1LA1RZ")
    True
    """
    staying = [rule.next_state for rule in machine.transitions if rule.move is Move.STAY]
    twins: dict[str, str] = {}
    for state in dict.fromkeys(staying):
        name = f"{state} back"
        while name in machine.states or name in twins.values():
            name += "'"
        twins[state] = name
    moving = (
        replace(rule, move=Move.RIGHT, next_state=twins[rule.next_state]) if rule.move is Move.STAY else rule
        for rule in machine.transitions
    )
    back = (
        Transition(twin, symbol, symbol, Move.LEFT, state)
        for state, twin in twins.items()
        for symbol in machine.symbols
    )
    return replace(machine, states=(*machine.states, *twins.values()), transitions=(*moving, *back))


@final
class _Rows:
    """The rows so far, as attention sees them.

    Floats: queries and keys are as in the formula. Exact: as integers, a query over the denominator (i + 1)^2 and a key
    over 3 (j + 1)^2, as Python integers of any size.
    """

    def __init__(self, machine: Machine, arithmetic: str, rows: Iterable[_Row] = ()) -> None:
        self._symbols = machine.symbols
        self._codes = {symbol: code for code, symbol in enumerate(machine.symbols)}
        self._blank = self._codes[machine.blank]
        self._type: Any = None if arithmetic == "exact" else np.dtype(arithmetic).type
        self._keys: _Numbers = np.empty((3, 64), object if self._type is None else self._type)
        self._writes = np.empty(64, np.intp)
        self._count = 0
        self._cell: Any = self._number(0)
        self._query: tuple[Any, Any, Any] = (0, 0, 0)
        for row in rows:
            self.append(row)

    def append(self, row: _Row) -> None:
        """Add a row: its key, its query and its value."""
        index = self._count
        if index == len(self._writes):
            self._keys = np.concatenate([self._keys, np.empty_like(self._keys)], axis=1)
            self._writes = np.concatenate([self._writes, np.empty_like(self._writes)])
        with np.errstate(all="ignore"):
            asked, known = self._position(index)
            self._keys[:, index] = _key(self._cell * known[0], *known)
            self._cell = self._cell + self._number(row.move)
            self._query = _query(self._cell * asked[0], *asked)
        self._writes[index] = self._codes[row.write]
        self._count = index + 1

    def read(self, row: _Row) -> _Reading:
        """The symbol at the cell that the last row, `row`, moves to."""
        keys, query = self._keys[:, : self._count], self._query
        with np.errstate(all="ignore"):
            apart = query[0] * keys[0] + query[1] * keys[1]
            scores = -np.abs(apart + query[2] * keys[2])
            is_same = np.abs(apart) + np.abs(apart) < query[1] * keys[0]
        if self._type is None:
            scores = self._as_fractions(scores)
        elif not np.isfinite(scores).all():
            return _Reading(row, (), None)
        codes = np.where(is_same, self._writes[: self._count], self._blank)
        best = scores.max()
        found = _codes_found(codes, scores == best)
        rivals = scores[~np.isin(codes, found)]
        margin: Any = best - rivals.max() if rivals.size else None
        if len(found) > 1:
            margin = 0.0
        elif margin is not None and self._type is not None:
            margin = float(margin)
        return _Reading(row, tuple(self._symbols[code] for code in found), margin)

    def _position(self, index: int) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """(e, e^2) of a query and (e, e^2 / 3) of a key."""
        if self._type is None:
            return (index + 1, 1), (3 * (index + 1), 1)
        inverse = self._number(1) / self._number(index + 1)
        return (inverse, inverse * inverse), (inverse, inverse * inverse * (self._number(1) / self._number(3)))

    def _as_fractions(self, numerators: _Numbers) -> _Numbers:
        common = 3 * self._count**2
        scores = np.empty(len(numerators), object)
        scores[:] = [Fraction(number, common * (row + 1) ** 2) for row, number in enumerate(numerators)]
        return scores

    def _number(self, value: int) -> Any:  # noqa: ANN401 - an integer or a NumPy float
        return value if self._type is None else self._type(value)


def _query(average: Any, inverse: Any, square: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
    return average, inverse, square


def _key(average: Any, inverse: Any, third: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
    return inverse, -average, third


def _codes_found(codes: npt.NDArray[np.intp], is_found: npt.NDArray[np.bool_]) -> list[int]:
    return sorted({int(code) for code in codes[is_found]})


def _prompt(machine: Machine, start: Configuration) -> tuple[_Row, ...]:
    """A row for each cell that the input and the tape head need, then START."""
    first, symbols = _cells(machine, start)
    rows = [_Row(symbol, 1, "") for symbol in symbols]
    return (*rows, _Row(machine.blank, start.head - first - len(rows), start.state))


def _cells(machine: Machine, start: Configuration) -> tuple[int, tuple[str, ...]]:
    first, last = start.used
    return first, check_input(machine.symbols, [start.read(cell) for cell in range(first, last + 1)])


def _readings(machine: Machine, start: Configuration, arithmetic: str) -> Iterator[_Reading]:
    """What START and each row after it reads; the last one has no transition, or no one symbol."""
    prompt = _prompt(machine, start)
    rows, row = _Rows(machine, arithmetic, prompt), prompt[-1]
    while True:
        reading = rows.read(row)
        yield reading
        if len(reading.found) != 1 or not machine.has_transition(row.next_state, reading.found[0]):
            return
        rule = machine.transition(row.next_state, reading.found[0])
        row = _Row(rule.write, rule.move.value, rule.next_state)
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
    _check("arithmetic", arithmetic, NUMBERS, max_steps)
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
    _check("format", format_name, FLOATS, max_steps)
    moving = rewrite_stays(machine)
    twins = set(moving.states) - set(machine.states)
    rows, step = list(_prompt(moving, start)[:-1]), 0
    for reading, now in zip(_readings(moving, start, format_name), run(moving, start), strict=True):
        rows.append(reading.row)
        expected = now.read(now.head)
        if reading.found != (expected,):
            exact = _Rows(moving, "exact", rows).read(reading.row)
            return Failure(step, len(rows) - 1, expected, reading.found, exact.margin, reading.margin)
        if now.state not in twins:
            if step == max_steps:
                return None
            step += 1
    return None


def _check(where: str, arithmetic: str, known: tuple[str, ...], max_steps: int) -> None:
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
