"""Records of a tape as rows of a sequence, and the tape that the rows of a sequence come to."""

from collections.abc import Iterable, Iterator

from tmformer.constructions.records import broken, code, moved, next_cell
from tmformer.program import Stream, Value


def recorded(prefix: str, cell: int, written: Value, cell_digits: int) -> dict[str, Value]:
    """What a row holds that records a symbol at a cell.

    Args:
        prefix: of the names of the tape's registers.
        cell: the cell.
        written: the symbol, as the register has it.
        cell_digits: K.
    """
    return {f"{prefix}written": written} | code(f"{prefix}cell", cell, cell_digits)


def check_prompt(stream: Stream, start: int, records: int, prefixes: tuple[str, ...] = ("",)) -> None:
    """Refuse a sequence that does not begin with a whole prompt.

    Args:
        stream: the sequence.
        start: the row number of START.
        records: how many records there are, from row 1 on.
        prefixes: of the names of each tape's registers.

    Raises:
        DecodeError: if START is not there, or a record has no symbol.
    """
    is_there = stream.num_rows > start and stream["step"][start] is True
    if not is_there or any(None in stream[f"{prefix}written"][1 : records + 1] for prefix in prefixes):
        raise broken(f"{stream.num_rows} rows, START not at row {start}, or a record without a symbol", "the prompt")


def start_cell(stream: Stream, prefix: str, cell_digits: int, origin: int, start: int, tape: str = "") -> int:
    """The tape head's cell at START: it is among the recorded ones, which differ mod 2**K.

    Args:
        stream: the sequence.
        prefix: of the names of the tape's registers.
        cell_digits: K.
        origin: the first recorded cell.
        start: the row number of START.
        tape: what an error calls the tape, after the row.
    """
    ahead = next_cell(stream, f"{prefix}next_cell", cell_digits, start, f"row {start}{tape}") - origin
    return origin + ahead % 2**cell_digits


def accesses(stream: Stream, prefix: str, start: int, tape: str = "") -> Iterator[tuple[str, int]]:
    """What each row after START wrote, and the move that followed: 1 is right, -1 is left.

    Args:
        stream: the sequence.
        prefix: of the names of the tape's registers.
        start: the row number of START.
        tape: what an error calls the tape, after the row.

    Raises:
        DecodeError: if a row writes no symbol or moves both ways.
    """
    columns = (stream[prefix + name][start + 1 :] for name in ("written", "right", "left"))
    for row, (written, right, left) in enumerate(zip(*columns, strict=True), start=start + 1):
        if not isinstance(written, str) or (right and left):
            raise broken(f"written {written!r}, right {right}, left {left}", f"row {row}{tape}")
        yield written, (right is True) - (left is True)


def unrolled(
    records: Iterable[str], origin: int, head: int, rows: Iterable[tuple[str, int]], *, one_way: bool
) -> tuple[int, dict[int, str]]:
    """The tape head's cell after all rows, and what cells hold: the records of the prompt, then what each step wrote.

    Args:
        records: the symbols that the prompt records.
        origin: the cell of the first one.
        head: the tape head's cell at START.
        rows: as `accesses` has them.
        one_way: whether the tape begins at cell 0.
    """
    cells = dict(enumerate(records, start=origin))
    for written, by in rows:
        cells[head] = written
        head = moved(head, by, one_way=one_way)
    return head, cells


def check_end(
    stream: Stream, prefix: str, cell_digits: int, start: int, head: int, here: Value, tape: str = ""
) -> None:
    """Refuse a sequence whose last row is elsewhere than its moves lead to, or found something else there.

    Args:
        stream: the sequence.
        prefix: of the names of the tape's registers.
        cell_digits: K.
        start: the row number of START, which has found nothing before any block has seen it.
        head: where the moves lead to.
        here: what was written there last, as the register has it.
        tape: what an error calls the tape, after the row.

    Raises:
        DecodeError: naming the cell.
    """
    last = stream.num_rows - 1
    where = f"row {last}{tape}"
    if next_cell(stream, f"{prefix}next_cell", cell_digits, last, where) != head % 2**cell_digits:
        raise broken(f"next_cell not that of cell {head}", where)
    found = stream[f"{prefix}next_symbol"][last]
    if found != here and not (last == start and found is None):
        raise broken(f"next_symbol {found!r}, not that of cell {head}", where)
