"""How many positions does each construction run exactly in each number format, proved and seen?

This is the atlas: `tmformer atlas` for all constructions, formats and policies, up to 2^20 positions.
"""

from collections.abc import Sequence
from dataclasses import asdict

from tmformer.show import as_markdown, draw
from tmformer.verify import Entry, atlas


def measure() -> list[dict[str, object]]:
    """An entry a construction, format and policy."""
    return [asdict(entry) for entry in atlas()]


def entries(rows: Sequence[dict[str, object]]) -> list[Entry]:
    """The entries that these rows say."""
    return [Entry(**{**row, "holes": tuple(row["holes"])}) for row in rows]  # type: ignore[arg-type]


def picture(rows: Sequence[dict[str, object]]) -> str:
    """The picture of these rows."""
    return draw(entries(rows))


def in_readme(rows: Sequence[dict[str, object]]) -> str:
    """What README shows of these rows."""
    return as_markdown(entries(rows))
