"""A tape from the latest record of each cell alone, where a run does not keep the earlier ones.

Cells are known mod 2**K. Recorded cells lie side by side, and there are fewer than 2**K of them: the prompt records R, and
each machine step after the first, which is at one of these, at most one more, so R + T - 1 at most. So the cells of the
prompt are known, and from them one goes on to the right as long as there are records, then to the left.
"""

from tmformer.constructions.records import broken, moved, names, next_cell
from tmformer.program import Stream


def latest_tape(
    stream: Stream, prefix: str, cell_digits: int, origin: int, records: int, *, one_way: bool
) -> tuple[int, dict[int, str]]:
    """The tape head's cell, and what the recorded cells hold.

    Args:
        stream: records in the order of time, the newest row last.
        prefix: of the names of the tape's registers.
        cell_digits: K.
        origin: the first cell that the prompt records.
        records: how many it records.
        one_way: whether the tape begins at cell 0.

    Raises:
        DecodeError: unless there is a record of each cell of the prompt, and the others lie beside them.
    """
    columns = [stream[name] for name in names(f"{prefix}cell", cell_digits)]
    codes = [_number(digits) for digits in zip(*columns, strict=True)]
    written = {
        code: str(symbol) for code, symbol in zip(codes, stream[f"{prefix}written"], strict=True) if code is not None
    }
    size, cells = 2**cell_digits, dict.fromkeys(range(origin, origin + records), "")
    for begin, by in ((origin + records, 1), (origin - 1, -1)):
        cell = begin
        while len(cells) < len(written) and cell % size in written:
            cells[cell] = ""
            cell += by
    if len(cells) != len(written) or any(cell % size not in written for cell in cells):
        raise broken(f"records of {len(written)} cells", f"cells {min(cells)} to {max(cells)}, side by side")
    held = {cell: written[cell % size] for cell in cells}
    return _head(stream, prefix, cell_digits, codes[-1], held, one_way=one_way), held


def _head(
    stream: Stream, prefix: str, cell_digits: int, own: int | None, cells: dict[int, str], *, one_way: bool
) -> int:
    """The tape head's cell: that which START asks for, or where the last machine step has moved to from its own."""
    last, size = stream.num_rows - 1, 2**cell_digits
    if own is None:
        asked = next_cell(stream, f"{prefix}next_cell", cell_digits, last, "the newest row")
        return next((cell for cell in cells if cell % size == asked), min(cells) - 1)
    right, left = (stream[prefix + name][last] is True for name in ("right", "left"))
    return moved(next(cell for cell in cells if cell % size == own), right - left, one_way=one_way)


def _number(digits: tuple[object, ...]) -> int | None:
    """The number with these binary digits, the least significant first; None unless all are there."""
    if None in digits:
        return None
    return sum(int(str(digit)) << place for place, digit in enumerate(digits))
