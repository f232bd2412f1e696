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
    "max_positions",
    "search_layers",
    "blocks_per_step",
)
"""What is claimed by formula and measured from the weights, in the order in which it is reported."""

CLAIMED = ("depth", "ties", *MEASURES)
"""All that is claimed: also the depth, blocks applied one after another for T machine steps, which runs show, and `ties`,
how many keys one lookup may find at most, of which every number format averages only so many exactly."""

_LONG = ("parameters", "nonzero")


@final
@dataclass(frozen=True)
class Claims:
    """A construction's resources.

    Args:
        construction: its name.
        source: where it comes from: paper and theorem, or "own".
        letters: what each letter of the formulas means.
        definitions: further letters, each a formula in the letters before it.
        formulas: for each of CLAIMED, or for some in the case of a reference that compiles nothing, a formula: Python's arithmetic over the letters, with bits(n) = ceil(log2 n).
        functions: named functions of the formulas.
        notes: what a named function means, in words.
        differs: where this is better than its source, or differs, and why; a sentence or more.
        theorems: those in proofs/Theorems.v that Coq has checked about it, by name.
    """

    construction: str
    source: str
    letters: Mapping[str, str]
    definitions: Mapping[str, str]
    formulas: Mapping[str, str]
    functions: Mapping[str, Callable[..., int]] = field(default_factory=dict[str, Callable[..., int]])
    notes: Mapping[str, str] = field(default_factory=dict[str, str])
    differs: str = ""
    theorems: tuple[str, ...] = ()


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
    names = _names(claims, letters)
    return {measure: eval(formula, names) for measure, formula in claims.formulas.items()}  # noqa: S307 - constants


def define(claims: Claims, letters: Mapping[str, int]) -> dict[str, int]:
    """The value of each letter that the claims define, at these sizes."""
    names = _names(claims, letters)
    return {letter: int(str(names[letter])) for letter in claims.definitions}


def _names(claims: Claims, letters: Mapping[str, int]) -> dict[str, object]:
    names: dict[str, object] = {"__builtins__": {}, "bits": bits, "min": min, "max": max, **claims.functions, **letters}
    for letter, formula in claims.definitions.items():
        names[letter] = eval(formula, names)  # noqa: S307 - a formula is a constant of this package
    return names


def as_markdown(all_claims: Sequence[Claims]) -> str:
    """A table of what is claimed, for README: a construction a column; below it what is too long for one, and the letters."""
    short = [measure for measure in CLAIMED if measure not in _LONG]
    lines = [
        "| | " + " | ".join(claims.construction for claims in all_claims) + " |",
        "|---|" + "---|" * len(all_claims),
    ]
    for measure in short:
        formulas = (claims.formulas.get(measure) for claims in all_claims)
        lines.append(f"| `{measure}` | " + " | ".join(f"`{each}`" if each else "" for each in formulas) + " |")
    lines.append("| source | " + " | ".join(claims.source for claims in all_claims) + " |")
    for claims in all_claims:
        letters = [f"{letter}: {meaning}" for letter, meaning in claims.letters.items()]
        letters += [f"{letter} = `{formula}`" for letter, formula in claims.definitions.items()]
        letters += [f"`{name}`: {meaning}" for name, meaning in claims.notes.items()]
        long = [f"`{measure}` = `{claims.formulas[measure]}`" for measure in _LONG if measure in claims.formulas]
        lines += [
            "",
            f"**{claims.construction}**: {'; '.join([*long, *letters])}.{claims.differs and ' '}{claims.differs}",
        ]
    return "\n".join([*lines, "", "`bits(n)` = ceil(log2 n)."])
