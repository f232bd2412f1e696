"""Sharpness: how small c may be in the graded regime, proved and seen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import msgspec

from tmformer.errors import PrecisionError
from tmformer.precision import Policy, certify
from tmformer.verify.asking import Way
from tmformer.verify.standing import network, withstood
from tmformer.weights import Weights


def with_sharpness(weights: Weights, c: int) -> Weights:
    """The same weights, with another c of the graded regime."""
    return replace(weights, labels=msgspec.structs.replace(weights.labels, sharpness=c))


@final
@dataclass(frozen=True)
class Sharpness:
    """How sharp attention has to be.

    Args:
        compiled: c as networks are compiled.
        proved: the smallest c down to which every one is certified; None if the compiled one is not.
        seen: the smallest c down to which every one decodes what the adversaries ask; None if the compiled one does not.
    """

    compiled: int
    proved: int | None
    seen: int | None


def sharpness(name: str, policy: Policy, positions: int) -> Sharpness:
    """The least c of the graded regime, proved and seen.

    Args:
        name: one of CASES.
        policy: the formats.
        positions: of the network.
    """
    weights = network(name, positions)
    compiled = weights.labels.sharpness

    def is_proved(c: int) -> bool:
        try:
            certify(with_sharpness(weights, c), policy, "graded")
        except PrecisionError:
            return False
        return True

    def is_seen(c: int) -> bool:
        way = Way(policy, policy.scores.inverse_temperature("graded", c))
        return not withstood(weights, [way], "graded")

    return Sharpness(compiled, _least(compiled, is_proved), _least(compiled, is_seen))


def _least(c: int, holds: Callable[[int], bool]) -> int | None:
    if not holds(c):
        return None
    while c > 1 and holds(c - 1):
        c -= 1
    return c
