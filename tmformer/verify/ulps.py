"""Units in the last place: how far floats are from exact numbers."""

import math
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from tmformer.precision import Format, quantise

Ulps: TypeAlias = Fraction | None
"""A distance in ulps, exactly; None where there is a float that is no finite number."""

_NEAR = 1 - 2.0**-40  # distances so near to the largest are taken exactly


def ulp(value: Fraction, format_: Format) -> Fraction:
    """The distance of the format's numbers next to `value`, 2**(e - precision + 1) for 2**e <= |value| < 2**(e + 1).

    That of 0 is the one of 1, the grid that registers lie on.

    Args:
        value: any number.
        format_: the format.

    >>> from tmformer.precision import FORMATS
    >>> ulp(Fraction(1, 3), FORMATS["float16"]), ulp(Fraction(0), FORMATS["float16"])
    (Fraction(1, 4096), Fraction(1, 1024))
    """
    if value == 0:
        return 2 * format_.unit_roundoff
    top, bottom = abs(value.numerator), value.denominator
    exponent = top.bit_length() - bottom.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    return 2 * format_.unit_roundoff * Fraction(2) ** max(exponent, format_.min_exponent)


def ulps_apart(exact: Fraction, found: float, format_: Format) -> Ulps:
    """|found - exact| in ulps of `exact`.

    Args:
        exact: an exact number.
        found: a float that stands for it.
        format_: the format of that float.
    """
    return abs(Fraction(found) - exact) / ulp(exact, format_) if math.isfinite(found) else None


def largest_ulps(exact: np.ndarray, found: np.ndarray, format_: Format) -> Ulps:
    """The largest |found - exact| in ulps of the exact numbers.

    Args:
        exact: integers or Fractions.
        found: floats, as float64.
        format_: the format of the floats.
    """
    if not np.isfinite(found).all():
        return None
    near = exact.astype(np.float64)
    differs = near != found
    if not differs.any():
        return Fraction(0)
    sizes = np.abs(near[differs])
    exponents = np.where(sizes > 0, np.floor(np.log2(np.where(sizes > 0, sizes, 1))), 0)
    apart = np.ldexp(np.abs(found[differs] - near[differs]), -exponents.astype(np.int32))
    largest = apart >= apart.max() * _NEAR / 2  # a power of two that was taken for the next one is a factor of two
    exacts, floats = exact[differs][largest].tolist(), found[differs][largest].tolist()
    pairs = {(Fraction(one), other) for one, other in zip(exacts, floats, strict=True)}
    return max(abs(Fraction(other) - one) / ulp(one, format_) for one, other in pairs)


def differing(exact: np.ndarray, found: np.ndarray, format_: Format) -> np.ndarray:
    """Where a bit differs from the format's number nearest to the exact one; also the sign of a zero.

    Args:
        exact: integers or Fractions.
        found: floats, as float64.
        format_: the format of the floats.
    """
    nearest = quantise(exact.astype(np.float64), format_)
    return (nearest != found) | (np.signbit(nearest) != np.signbit(found))


def plain(number: Ulps) -> int | str | None:
    """A number of JSON if it is a whole one, else a text such as "1/2".

    >>> plain(Fraction(2)), plain(Fraction(1, 2)), plain(None)
    (2, '1/2', None)
    """
    return number if number is None else number.numerator if number.denominator == 1 else str(number)
