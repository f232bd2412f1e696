"""Claims: what a construction costs, as exact formulas that tables, tests and benchmarks read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

MEASURES = (
    "num_layers",
    "num_heads",
    "d_model",
    "d_key",
    "d_value",
    "d_mlp",
    "parameters",
    "nonzero",
    "sharpness",
)
"""What is claimed by formula and measured from the weights, in the order in which it is reported."""


@final
@dataclass(frozen=True)
class Claims:
    """A construction's resources.

    Args:
        construction: its name.
        source: where it comes from: paper and theorem, or "own".
        letters: what each letter of the formulas means.
        definitions: further letters, each a formula in the letters before it.
        formulas: for each of MEASURES a formula: Python's arithmetic over the letters, with bits(n) = ceil(log2 n).
        functions: named functions of the formulas.
        notes: what a named function means, in words.
    """

    construction: str
    source: str
    letters: Mapping[str, str]
    definitions: Mapping[str, str]
    formulas: Mapping[str, str]
    functions: Mapping[str, Callable[[int], int]] = field(default_factory=dict[str, Callable[[int], int]])
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


def bits(count: int) -> int:
    """ceil(log2 count): the binary digits that tell `count` values apart.

    >>> [bits(count) for count in (1, 2, 3, 4, 5)]
    [0, 1, 2, 2, 3]
    """
    return (count - 1).bit_length()


def evaluate(claims: Claims, letters: Mapping[str, int]) -> dict[str, int]:
    """Every measure at these sizes, by formula alone.

    Args:
        claims: the formulas.
        letters: a value for each letter of `claims.letters`.
    """
    names: dict[str, object] = {"__builtins__": {}, "bits": bits, "min": min, **claims.functions, **letters}
    for letter, formula in claims.definitions.items():
        names[letter] = eval(formula, names)  # noqa: S307 - a formula is a constant of this package
    return {measure: eval(claims.formulas[measure], names) for measure in MEASURES}  # noqa: S307 - likewise


def as_markdown(all_claims: Sequence[Claims]) -> str:
    """A table of what is claimed, for README: a construction a column, then what the letters mean."""
    lines = [
        "| | " + " | ".join(claims.construction for claims in all_claims) + " |",
        "|---|" + "---|" * len(all_claims),
        *(
            f"| `{measure}` | " + " | ".join(f"`{claims.formulas[measure]}`" for claims in all_claims) + " |"
            for measure in MEASURES
        ),
        "| source | " + " | ".join(claims.source for claims in all_claims) + " |",
    ]
    for claims in all_claims:
        letters = [f"{letter}: {meaning}" for letter, meaning in claims.letters.items()]
        letters += [f"{letter} = `{formula}`" for letter, formula in claims.definitions.items()]
        letters += [f"`{name}`: {meaning}" for name, meaning in claims.notes.items()]
        lines += ["", f"{claims.construction}: {'; '.join(letters)}; `bits(n)` = ceil(log2 n)."]
    return "\n".join(lines)
