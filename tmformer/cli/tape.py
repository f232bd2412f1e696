"""Tapes as text: the tape around the tape head, in as many columns as there are."""

from rich.cells import cell_len, set_cell_size

from tmformer.cli.printing import printable
from tmformer.machine import Tape

_LONGEST = 12  # columns of a symbol; longer names are cut


def symbol_text(symbol: str) -> str:
    """A symbol as it is shown: a blank character as ``␣``, nothing that does not print, long names cut.

    >>> symbol_text(" "), symbol_text("a-very-long-symbol")
    ('␣', 'a-very-long…')
    """
    text = printable(symbol).replace(" ", "␣")
    return text if cell_len(text) <= _LONGEST else f"{set_cell_size(text, _LONGEST - 1)}…"


def state_text(state: str) -> str:
    """A state as it is shown: nothing that does not print, long names cut to 16 columns."""
    text = printable(state)
    return text if cell_len(text) <= 16 else f"{set_cell_size(text, 15)}…"


def around_head(tape: Tape, room: int) -> str:
    """The tape with the tape head in brackets, cut with … around it where it is longer than `room` columns.

    >>> from tmformer.machine import tape
    >>> around_head(tape(1, {0: "1", 2: "1"}, "0"), 40)
    '1[0]1'
    >>> around_head(tape(50, dict.fromkeys(range(100), "1"), "0"), 12)
    '…1111[1]111…'
    """
    start, stop = tape.used
    return _excerpt(tape, start, stop, tape.head, room, is_marked=True)


def tape_text(tape: Tape, room: int) -> str:
    """The tape from its first to its last non-blank cell, cut around the tape head to `room` columns.

    >>> from tmformer.machine import tape
    >>> tape_text(tape(5, {0: "1", 2: "1"}, "0"), 40)
    '101'
    """
    if not tape.symbols:
        return "blank"
    last = tape.first + len(tape.symbols) - 1
    return _excerpt(tape, tape.first, last, min(max(tape.head, tape.first), last), room, is_marked=False)


def _excerpt(tape: Tape, start: int, stop: int, middle: int, room: int, *, is_marked: bool) -> str:
    """Cells from `start` to `stop`, as many around `middle` as fit."""
    shown = {symbol: symbol_text(symbol) for symbol in {*tape.symbols, tape.blank}}
    gap = " " if any(cell_len(text) != 1 for text in shown.values()) else ""
    first = last = middle
    used = cell_len(shown[tape.read(middle)]) + 2 * is_marked + 2
    while first > start or last < stop:
        is_left = first > start and (last == stop or middle - first <= last - middle)
        used += cell_len(shown[tape.read(first - 1 if is_left else last + 1)]) + len(gap)
        if used > room:
            break
        first, last = (first - 1, last) if is_left else (first, last + 1)
    texts = [shown[tape.read(cell)] for cell in range(first, last + 1)]
    if is_marked:
        texts[middle - first] = f"[{texts[middle - first]}]"
    return "…" * (first > start) + gap.join(texts) + "…" * (last < stop)
