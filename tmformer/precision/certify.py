"""Certifying: the author writes down margins and bounds, the judge finds them again in the file's bytes, or refuses."""

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal, final

import msgspec

from tmformer.errors import PrecisionError
from tmformer.precision.bounds import Bound, bound, reach
from tmformer.precision.certificate import Certificate, Number, Uncertified
from tmformer.precision.check import FACTS, Rejected, judge
from tmformer.precision.formats import FORMATS
from tmformer.precision.margins import Margin, margins
from tmformer.precision.policy import Policy, policy_named
from tmformer.precision.representable import check_representable
from tmformer.weights import Weights, to_bytes

_KEPT = 16  # networks that are kept, so that none is certified twice


def certify(
    weights: Weights, policy: Policy | None = None, regime: Literal["saturated", "graded"] = "saturated"
) -> Certificate:
    """The certificate of these weights, as their file would have it.

    Args:
        weights: exact weights.
        policy: the formats; float32 everywhere if not said.
        regime: "saturated", at the inverse temperature of the scores' format, or "graded", at c ln 2.

    Raises:
        PrecisionError: where exactness cannot be promised, naming the lookup or the register, and what would help.
    """
    chosen = policy_named("accumulate-float32", FORMATS["float32"]) if policy is None else policy
    return _certify(_File(to_bytes(weights), weights), chosen, regime)


def check_certificate(data: bytes, certificate: bytes) -> str:
    """Ask the judge whether a weights file is what its certificate says.

    Args:
        data: the bytes of the weights file.
        certificate: the bytes of the certificate.

    Returns:
        What is certified, in a line.

    Raises:
        PrecisionError: if not, with what the judge said.
    """
    try:
        judge(data, certificate)
    except Rejected as verdict:
        rule, found, where, remedy = verdict.parts
        raise PrecisionError(rule, found=found, where=where, remedy=remedy) from verdict
    return str(msgspec.json.decode(certificate, type=Certificate))


def check_speaks_of(certificate: Certificate, weights: Weights, policy: Policy, regime: str) -> None:
    """Refuse a certificate that is not about these formats and this regime, or that the judge rejects for these weights.

    Raises:
        PrecisionError: saying what it is about, or what the judge said.
    """
    ours = {
        "regime": regime,
        "weights": policy.weights.name,
        "accumulation": policy.accumulation.name,
        "scores": policy.scores.name,
    }
    for name, here in ours.items():
        said = getattr(certificate, name)
        if said != here:
            raise PrecisionError(
                "A certificate speaks of the formats and the regime that it is given with",
                found=f"{name} {said}",
                where=f"{name} {here}",
                remedy="Certify these weights, in these formats and this regime.",
            )
    _judged(to_bytes(weights), certificate.to_bytes())


def check_reason(
    reason: Certificate | Uncertified, weights: Weights, policy: Policy, regime: Literal["saturated", "graded"]
) -> None:
    """Refuse to run weights in floats for a reason that does not hold of them; an Uncertified may waive it.

    Args:
        reason: why floats may be trusted, or why they are run without a certificate.
        weights: exact weights.
        policy: the formats that they run in.
        regime: "saturated" or "graded".

    Raises:
        PrecisionError: as `check_speaks_of`; or, for an Uncertified that is not `even_if_inexact`, as `check_representable`.
    """
    if isinstance(reason, Certificate):
        check_speaks_of(reason, weights, policy, regime)
    elif not reason.even_if_inexact:
        check_representable(weights, policy)


@lru_cache(_KEPT)
def _judged(data: bytes, certificate: bytes) -> str:
    """What `check_certificate` says, once."""
    return check_certificate(data, certificate)


@final
@dataclass(frozen=True)
class _File:
    """Weights, told apart by the bytes of their file."""

    data: bytes
    weights: Weights = field(compare=False)


@lru_cache(_KEPT)
def _certify(file: _File, policy: Policy, regime: Literal["saturated", "graded"]) -> Certificate:
    certificate = _written(file, policy, regime)
    _judged(file.data, certificate.to_bytes())
    return certificate


def _written(file: _File, policy: Policy, regime: Literal["saturated", "graded"]) -> Certificate:
    """What the author says, and nobody has checked."""
    labels, layout, is_graded = file.weights.labels, file.weights.layout, regime == "graded"
    lookups: dict[str, dict[str, Number]] = {}
    leaks: dict[str, dict[str, tuple[Fraction, Fraction]]] = {}
    for where, lookup, margin in margins(file.weights, policy):
        lookups[where] = _of_margin(margin)
        if is_graded:
            bounds = bound(labels, layout, lookup, margin, policy)
            lookups[where] |= _of_bound(bounds)
            before = leaks.setdefault(where.partition(",")[0], {}).get(lookup.into, (Fraction(0), Fraction(0)))
            leaks[where.partition(",")[0]][lookup.into] = max(before[0], bounds.off), max(before[1], bounds.off_in_all)
    gates: dict[str, Number] = {}
    for index, block in enumerate(file.weights.blocks if is_graded else ()):
        name = f"block {index}"
        gates[name] = str(reach(layout, block, leaks.get(name, {}), policy))
    return Certificate(
        certificate=1,
        file=hashlib.sha256(file.data).hexdigest(),
        regime=regime,
        weights=policy.weights.name,
        accumulation=policy.accumulation.name,
        scores=policy.scores.name,
        positions=labels.max_positions,
        sharpness=labels.sharpness if is_graded else None,
        beta=None if is_graded else policy.beta,
        facts=FACTS[regime],
        invariants=labels.invariants,
        lookups=lookups,
        gates=gates,
    )


def _of_margin(margin: Margin) -> dict[str, Number]:
    return {
        "match": margin.match,
        "null": margin.null,
        "rival": margin.rival,
        "margin": margin.margin,
        "keys": margin.keys,
        "ties": margin.ties,
        "largest": margin.largest,
    }


def _of_bound(bounds: Bound) -> dict[str, Number]:
    return {
        "leak": str(bounds.leak),
        "score": str(bounds.score),
        "exp": str(bounds.exp),
        "sum": str(bounds.total),
        "average": str(bounds.average),
        "off": str(bounds.off),
        "off in all": str(bounds.off_in_all),
    }
