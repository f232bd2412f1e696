"""The one-line text of bbchallenge: ``1RB1LB_1LA1RZ``.

Rows, one a state, are separated by ``_`` or by two blanks; A is the first state and starts. A cell is the digit written, L or
R, and the next state; the cells stand for the symbols 0, 1, ... read, and 0 is the blank. ``---`` or ``...`` is a missing
transition. Z halts, and so does H where the table has fewer than eight rows. Halting states are declared where they are used.
A result after the table, such as ``Halt 47176870 4098``, and comment lines that begin with ``#`` are read over.
"""

import re
from string import ascii_uppercase, digits

from tmformer.errors import MachineError
from tmformer.machine.document import Document
from tmformer.machine.formats.located import Place, shown
from tmformer.machine.formats.remedies import YAML, renaming
from tmformer.machine.formats.scanning import check_text
from tmformer.machine.formats.totality import can_be_undefined
from tmformer.machine.spec import Machine, Move, Transition

MAX_ROWS = 25
MAX_COLUMNS = 10
MAX_LINE = 4_000
"""The longest line that is read, in characters: a full table, blanks, and a result or a comment after it."""

_LINE = re.compile(r"(?P<before>\s*)(?P<table>\S.*?)(?P<result>\s+(?:Halt(?:\s+[0-9]+){0,2}|#.*))?\s*")
_CELL = re.compile(r"[0-9][LR][A-Z]|---|\.\.\.")
_LIKELY = re.compile(r"\s*(?:[0-9][A-Za-z][A-Za-z]|---|\.\.\.)(?:[0-9][A-Za-z]|[-._ ]|\s*$)")
_MOVES = {"L": Move.LEFT, "R": Move.RIGHT}

_Row = list[tuple[str, Place]]


def is_likely(text: str) -> bool:
    """Whether a text looks like this format, well formed or not.

    >>> is_likely("1RB1LB_1LA1RX"), is_likely("blank: ' '"), is_likely("increment")
    (True, False, False)
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return len(lines) == 1 and ":" not in lines[0] and bool(_LIKELY.match(lines[0]))


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    """Read a one-line machine; its name is its text.

    Args:
        text: the line, and perhaps comment lines.
        source: what the places in errors begin with.
        start: the start state; A if not said.

    Raises:
        MachineError: with line and column, if the line is not as the module docstring describes it.

    >>> parse("1RB1LB_1LA1RZ").machine.halting
    ('Z',)
    """
    check_text(text, source)
    lines = list(enumerate(text.splitlines(), 1))
    comment = "\n".join(line.lstrip()[1:].strip() for _, line in lines if line.lstrip().startswith("#"))
    tables = [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]
    if len(tables) != 1:
        raise MachineError(
            "A bbchallenge text is one line",
            found=f"{len(tables)} lines",
            where=str(Place(source, tables[1][0] if tables else 1, 1)),
            remedy="Give one machine, such as 1RB1LB_1LA1RZ.",
        )
    if len(tables[0][1]) > MAX_LINE:
        raise MachineError(
            f"A bbchallenge text is a line of at most {MAX_LINE:,} characters",
            found=f"{len(tables[0][1]):,} characters",
            where=str(Place(source, tables[0][0], 1)),
            remedy="Write a comment on lines of its own, and a larger machine in the YAML format.",
        )
    rows = _rows(tables[0][1], Place(source, tables[0][0], 1))
    _check_shape(rows)
    machine = _machine(rows)
    return Document(machine if start is None else machine.started(start), comment)


def _rows(line: str, start: Place) -> list[_Row]:
    match = _LINE.fullmatch(line)
    table, column = (match["table"], len(match["before"]) + 1) if match else (line, 1)
    separator = r"\s*_\s*" if "_" in table else r"\s{2,}"
    edges = [(found.start(), found.end()) for found in re.finditer(separator, table)]
    begins, ends = [0, *(end for _, end in edges)], [*(begin for begin, _ in edges), len(table)]
    return [
        _cells(table[begin:end], Place(start.source, start.line, column + begin))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _cells(row: str, place: Place) -> _Row:
    """The cells of a row; a single blank may stand between two."""
    cells: _Row = []
    offset = 0
    while offset < len(row) or not cells:
        offset += row[offset : offset + 1] == " " and bool(cells)
        cell, where = row[offset : offset + 3], Place(place.source, place.line, place.column + offset)
        if not _CELL.fullmatch(cell):
            raise MachineError(
                "A cell is a digit, L or R, and a state A to Z; or --- for a missing transition",
                found=shown(cell) if cell else "nothing",
                where=str(where),
                remedy="Write three characters a cell, such as 1RB; a machine that stays needs the YAML format.",
            )
        cells.append((cell, where))
        offset += 3
    return cells


def _check_shape(rows: list[_Row]) -> None:
    columns = len(rows[0])
    if len(rows) > MAX_ROWS or columns > MAX_COLUMNS:
        raise MachineError(
            f"A bbchallenge table has at most {MAX_ROWS} rows and {MAX_COLUMNS} columns",
            found=f"{len(rows)} rows and {columns} columns",
            where=str(rows[0][0][1]),
            remedy="Write the machine in the YAML format.",
        )
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise MachineError(
                "Each row of a table has one cell for each symbol",
                found=f"{len(row)} cells in row {number}, {columns} in row 1",
                where=str(row[0][1]),
                remedy="Fill the row; write --- for a missing transition.",
            )


def _halting(num_rows: int) -> str:
    """The letters that halt: Z always, H where it cannot be a row."""
    return "HZ" if num_rows <= ascii_uppercase.index("H") else "Z"


def _machine(rows: list[_Row]) -> Machine:
    states, symbols = ascii_uppercase[: len(rows)], digits[: len(rows[0])]
    transitions: list[Transition] = []
    for state, row in zip(states, rows, strict=True):
        for symbol, (cell, place) in zip(symbols, row, strict=True):
            if cell[0].isdigit():
                _check_cell(cell, place, states + _halting(len(rows)), symbols)
                transitions.append(Transition(state, symbol, cell[0], _MOVES[cell[1]], cell[2]))
    used = {rule.next_state for rule in transitions}
    halting = tuple(letter for letter in _halting(len(rows)) if letter in used)
    name = "_".join("".join("---" if cell == "..." else cell for cell, _ in row) for row in rows)
    return Machine((*states, *halting), tuple(symbols), "0", "A", tuple(transitions), halting, name=name)


def _check_cell(cell: str, place: Place, states: str, symbols: str) -> None:
    if cell[2] not in states:
        raise MachineError(
            "Each transition leads to a row of the table or to Z",
            found=f"state {cell[2]!r} in the cell {cell!r}",
            where=str(Place(place.source, place.line, place.column + 2)),
            remedy=f"Use one of {', '.join(states)}, or add the rows that are missing.",
        )
    if cell[0] not in symbols:
        raise MachineError(
            "Each symbol written has a column of the table",
            found=f"symbol {cell[0]!r} in the cell {cell!r}",
            where=str(place),
            remedy=f"Use one of {', '.join(symbols)}, or add the columns that are missing.",
        )


def format_machine(machine: Machine) -> str:
    """The one-line text of `machine`; parsing it gives the same machine, with its text as its name.

    Raises:
        MachineError: naming what this format cannot express.

    >>> format_machine(parse("1RB ...  1LB 0RH Halt 4").machine)
    '1RB---_1LB0RH'
    """
    refusal = _inexpressible(machine)
    if refusal:
        raise MachineError(
            "A bbchallenge text expresses states A to Y, symbols 0 to 9, moves L and R, and the halting states Z and H",
            found=refusal,
            where=machine.name,
            remedy=renaming("0") * refusal.startswith("the ") + YAML,
        )
    rows = [state for state in machine.states if state not in machine.halting]
    return "_".join("".join(_cell(machine, state, symbol) for symbol in machine.symbols) for state in rows)


def _cell(machine: Machine, state: str, symbol: str) -> str:
    if not machine.has_transition(state, symbol):
        return "---"
    rule = machine.transition(state, symbol)
    return f"{rule.write}{rule.move.letter}{rule.next_state}"


def _inexpressible(machine: Machine) -> str:
    """What keeps a machine from being written in this format; empty if nothing does."""
    rows = tuple(state for state in machine.states if state not in machine.halting)
    targets = {rule.next_state for rule in machine.transitions}
    halting = tuple(letter for letter in _halting(len(rows)) if letter in targets and letter in machine.halting)
    reasons = {
        f"{machine.tapes} tapes": machine.tapes > 1,
        "one-way tapes": machine.one_way,
        "missing transitions that reject": machine.undefined_rejects and can_be_undefined(machine),
        f"the symbols {shown(' '.join(machine.symbols))}": machine.symbols != tuple(digits[: len(machine.symbols)]),
        f"the blank {shown(machine.blank)}": machine.blank != "0",
        f"{len(rows)} states that do not halt": not 1 <= len(rows) <= MAX_ROWS,
        f"the states {shown(' '.join(rows))}, which are not A, B, ... in order": rows
        != tuple(ascii_uppercase[: len(rows)]),
        f"the start state {shown(machine.start)}": machine.start != "A",
        f"the states {shown(' '.join(machine.states))}": machine.states != (*rows, *halting),
        f"the halting states {shown(' '.join(machine.halting))}": machine.halting != halting,
        "accepting or rejecting states": bool(machine.accepting or machine.rejecting),
        "a transition that stays": any(Move.STAY in rule.moves for rule in machine.transitions),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
