"""Tables of answers for README."""

from collections.abc import Mapping, Sequence


def markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """A table: the keys of the first row are its heading."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([*row.values()] for row in rows)]
    return "\n".join(
        "| " + " | ".join(cells) + " |" if cells[0] != "---" else "|" + "|".join(cells) + "|" for cells in lines
    )


def three_digits(number: float) -> str:
    """A number of which the first three digits are told."""
    return f"{float(f'{number:.3g}'):,.0f}" if number >= 100 else f"{number:.3g}"
