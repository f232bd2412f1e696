"""Precision: number formats, and the reason why floats may be trusted.

Takes      Weights.
Gives      Format, and the certificate, or its explicit absence, that loading a model asks for.
May touch  weights, program, errors.
Never      machine, constructions, jax.
"""

from tmformer.precision.certificate import Uncertified
from tmformer.precision.formats import FORMATS, Format, check_representable, format_named, largest_score

__all__ = ["FORMATS", "Format", "Uncertified", "check_representable", "format_named", "largest_score"]
