"""How many positions does each construction run exactly in each number format, proved and seen?

This is the atlas: `tmformer atlas` for all constructions, formats and policies, up to 2^20 positions.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

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


def in_readme(answer: dict[str, Any]) -> str:
    """What README shows of this answer: the table, and how it was come by."""
    found = entries(answer["rows"])
    largest = min(entry.largest for entry in found)
    versions = ", ".join(f"{name} {number}" for name, number in answer["versions"].items() if name in {"jax", "numpy"})
    said = (
        f"Up to {largest:,} positions, {answer['date']}, {answer['cores']} cores of an {answer['processor']}, "
        f"CPython {answer['python']}, {versions}; `{answer['command']}`."
    )
    return f"{as_markdown(found)}\n\n{said}"
