"""Configurations as text: the tape around the tape head, in as many columns as there are."""

from rich.cells import cell_len, set_cell_size

from tmformer.cli.printing import printable
from tmformer.machine import Configuration

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


def cells_in_use(now: Configuration) -> tuple[int, int]:
    """The first and the last cell that is not blank or holds the tape head."""
    if not now.tape:
        return now.head, now.head
    return min(now.first, now.head), max(now.first + len(now.tape) - 1, now.head)


def around_head(now: Configuration, room: int) -> str:
    """The tape with the tape head in brackets, cut with … around it where it is longer than `room` columns.

    >>> from tmformer.machine import configuration
    >>> around_head(configuration("A", 1, {0: "1", 2: "1"}, "0"), 40)
    '1[0]1'
    >>> around_head(configuration("A", 50, dict.fromkeys(range(100), "1"), "0"), 12)
    '…1111[1]111…'
    """
    start, stop = cells_in_use(now)
    return _excerpt(now, start, stop, now.head, room, is_marked=True)


def tape_text(now: Configuration, room: int) -> str:
    """The tape from its first to its last non-blank cell, cut around the tape head to `room` columns.

    >>> from tmformer.machine import configuration
    >>> tape_text(configuration("A", 5, {0: "1", 2: "1"}, "0"), 40)
    '101'
    """
    if not now.tape:
        return "blank"
    last = now.first + len(now.tape) - 1
    return _excerpt(now, now.first, last, min(max(now.head, now.first), last), room, is_marked=False)


def _excerpt(now: Configuration, start: int, stop: int, middle: int, room: int, *, is_marked: bool) -> str:
    """Cells from `start` to `stop`, as many around `middle` as fit."""
    shown = {symbol: symbol_text(symbol) for symbol in {*now.tape, now.blank}}
    gap = " " if any(cell_len(text) != 1 for text in shown.values()) else ""
    first = last = middle
    used = cell_len(shown[now.read(middle)]) + 2 * is_marked + 2
    while first > start or last < stop:
        is_left = first > start and (last == stop or middle - first <= last - middle)
        used += cell_len(shown[now.read(first - 1 if is_left else last + 1)]) + len(gap)
        if used > room:
            break
        first, last = (first - 1, last) if is_left else (first, last + 1)
    texts = [shown[now.read(cell)] for cell in range(first, last + 1)]
    if is_marked:
        texts[middle - first] = f"[{texts[middle - first]}]"
    return "…" * (first > start) + gap.join(texts) + "…" * (last < stop)
