"""Constructions: how a Turing machine becomes a program, and what that costs.

Takes      a Machine.
Gives      a Program, and the simulation relation between its residual stream and configurations.
May touch  machine, program, errors.
Never      weights, jax. A construction does not know the others; one table knows them all.
"""

from types import MappingProxyType

from tmformer.constructions import cellular
from tmformer.constructions.claims import Claims, as_markdown, evaluate
from tmformer.constructions.interface import Construction
from tmformer.constructions.outcomes import name_outcome, read_outcome
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.program import Labels

CONSTRUCTIONS = MappingProxyType({"cellular": cellular.CONSTRUCTION})
"""All constructions by name."""


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
            remedy=f"Use {', '.join(CONSTRUCTIONS)}{did_you_mean(name, CONSTRUCTIONS)}",
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
    "CONSTRUCTIONS",
    "Claims",
    "Construction",
    "as_markdown",
    "construction",
    "construction_of",
    "evaluate",
    "name_outcome",
    "read_outcome",
]
