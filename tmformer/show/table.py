"""The atlas as a table in Markdown: one row a format and policy, one column a construction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmformer.verify import Entry


def as_markdown(entries: Sequence["Entry"]) -> str:
    """A row for each format and policy: proved / seen, and in brackets what is seen where powers are summed by halves.

    Args:
        entries: of `verify.atlas`.

    >>> from tmformer.verify import Entry
    >>> print(as_markdown([Entry("cellular", "float32", "pure", 16, (), "", 32, 32, "")]))
    | format | policy | cellular |
    |---|---|---|
    | float32 | pure | 2^4 / 2^5 |
    """
    names = list(dict.fromkeys(entry.construction for entry in entries))
    rows = list(dict.fromkeys((entry.format, entry.policy) for entry in entries))
    cells = {(entry.construction, entry.format, entry.policy): shown(entry) for entry in entries}
    lines = [f"| {' | '.join(('format', 'policy', *names))} |", "|" + "---|" * (len(names) + 2)]
    lines += [f"| {' | '.join((*row, *(cells.get((name, *row), '') for name in names)))} |" for row in rows]
    return "\n".join(lines)


def shown(entry: "Entry") -> str:
    """What is proved and what is seen of one entry, in a few characters."""
    if entry.construction == "perez":
        return f"lost at {entry.seen + 1:,}"
    halves = f" ({_power(entry.by_halves)})" if entry.by_halves != entry.seen else ""
    return f"{_power(entry.proved)} / {_power(entry.seen)}{halves}"


def _power(positions: int) -> str:
    return f"2^{positions.bit_length() - 1}" if positions else "none"
