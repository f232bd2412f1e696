"""Precision: number formats, and the reason why floats may be trusted.

Takes      Weights.
Gives      Format, Policy, how to round to them, and the certificate, or its explicit absence, that loading a model asks for.
May touch  weights, program, errors.
Never      machine, constructions, jax.
"""

from tmformer.precision.bounds import Bound, bound, reach
from tmformer.precision.certificate import Certificate, Uncertified
from tmformer.precision.certify import certify, check_certificate, check_reason, check_speaks_of
from tmformer.precision.check import FACTS
from tmformer.precision.formats import FORMATS, NATIVE_FORMATS, Format, format_named, native_format_named
from tmformer.precision.margins import Margin, margins
from tmformer.precision.policy import POLICIES, Policy, policy_named
from tmformer.precision.quantise import quantise
from tmformer.precision.representable import check_representable, largest_score

__all__ = [
    "FACTS",
    "FORMATS",
    "NATIVE_FORMATS",
    "POLICIES",
    "Bound",
    "Certificate",
    "Format",
    "Margin",
    "Policy",
    "Uncertified",
    "bound",
    "certify",
    "check_certificate",
    "check_reason",
    "check_representable",
    "check_speaks_of",
    "format_named",
    "largest_score",
    "margins",
    "native_format_named",
    "policy_named",
    "quantise",
    "reach",
]
