"""Constructions: how a Turing machine becomes a program, and what that costs.

Takes      a Machine.
Gives      a Program, and the simulation relation between its residual stream and configurations.
May touch  machine, program, memory, errors.
Never      weights, jax. A construction does not know the others; one table knows them all.
"""

from types import MappingProxyType

from tmformer.constructions import cellular, perez, switchable, universal, wei_ma
from tmformer.constructions.cellular import STOPS_SHORT, UNCOMPILED
from tmformer.constructions.claims import MEASURES, Claims, as_markdown, define, evaluate
from tmformer.constructions.interface import Access, Construction, Options, Token
from tmformer.constructions.outcomes import name_outcome, read_outcome
from tmformer.constructions.switchable import OTHER
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.program import Labels

CONSTRUCTIONS = MappingProxyType(
    {
        "cellular": cellular.CONSTRUCTION,
        "wei_ma": wei_ma.CONSTRUCTION,
        "universal": universal.CONSTRUCTION,
        "switchable": switchable.CONSTRUCTION,
    }
)
"""All constructions by name."""

REFERENCES = MappingProxyType({"perez": perez.CLAIMS})
"""What runs without weights, in rationals, to be compared with: the claims by name."""

ALL_CLAIMS = (*(each for made in CONSTRUCTIONS.values() for each in made.claims.values()), *REFERENCES.values())
"""All claims, in the order of README's table."""


def construction(name: str) -> Construction:
    """The construction with this name.

    Raises:
        ConstructionError: if there is none.
    """
    if name not in CONSTRUCTIONS:
        raise ConstructionError(
            "A construction is one of those the table knows",
            found=repr(name),
            where="construction",
            remedy=f"Use {', '.join(CONSTRUCTIONS)}; {', '.join(REFERENCES)} to run only"
            f"{did_you_mean(name, (*CONSTRUCTIONS, *REFERENCES))}"
            if name not in REFERENCES
            else f"{name} is a reference that is only run, in rationals: it has no weights. Use {', '.join(CONSTRUCTIONS)}.",
        )
    return CONSTRUCTIONS[name]


def construction_of(labels: Labels) -> Construction:
    """The construction that wrote these labels.

    Raises:
        ConstructionError: if there is none, or the labels are not as it writes them.
    """
    made = construction(labels.construction)
    made.check_labels(labels)
    return made


__all__ = [
    "ALL_CLAIMS",
    "CONSTRUCTIONS",
    "MEASURES",
    "OTHER",
    "REFERENCES",
    "STOPS_SHORT",
    "UNCOMPILED",
    "Access",
    "Claims",
    "Construction",
    "Options",
    "Token",
    "as_markdown",
    "construction",
    "construction_of",
    "define",
    "evaluate",
    "name_outcome",
    "perez",
    "read_outcome",
]
