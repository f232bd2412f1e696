"""Rounding to any binary format, number by number, in integers."""

from typing import Final

import numpy as np
import numpy.typing as npt

from tmformer.precision.formats import Format

_STORED: Final = 52  # bits of a float64's significand that are stored
_BIAS: Final = 1023
_INFINITY: Final = 0x7FF << _STORED
_NAN: Final = _INFINITY | 1 << (_STORED - 1)


def quantise(values: npt.ArrayLike, format_: Format) -> npt.NDArray[np.float64]:
    """The numbers of the format nearest to these, ties to even, as float64, which holds every one of them.

    A number is s 2**e for an integer s of 53 digits, of which the last ones are dropped: as many as the format has fewer,
    and below its normal numbers one more for each power of two. Subnormal numbers are kept, and so are the signs of zeros and
    NaN. What rounds to more than the largest number becomes infinity, or NaN in a format without infinity.

    Error bound: u |x| for a normal x, half of the least subnormal number below.

    >>> from tmformer.precision import FORMATS
    >>> quantise([9.0, 460.0, 1e9, -1e-9], FORMATS["float8_e4m3fn"]).tolist()
    [9.0, 448.0, nan, -0.0]
    """
    floats = np.asarray(values, np.float64)
    magnitude = np.abs(floats).view(np.int64)
    exponent = np.maximum(magnitude >> _STORED, 1)
    significand = magnitude - ((exponent - 1) << _STORED)
    below = np.maximum(format_.min_exponent + _BIAS - exponent, 0)
    dropped = np.minimum(_STORED + 1 - format_.precision + below, _STORED + 2)
    half = (np.int64(1) << dropped) >> 1
    odd = (significand >> dropped) & 1
    kept = (significand + np.maximum(half - 1 + odd, 0)) >> dropped << dropped
    rounded = np.where(kept == 0, 0, kept + ((exponent - 1) << _STORED))
    too_large = rounded > np.float64(format_.largest).view(np.int64)
    rounded = np.where(too_large, _INFINITY if format_.has_infinity else _NAN, rounded)
    rounded = np.where(magnitude > _INFINITY, _NAN, rounded)
    return np.asarray(np.copysign(rounded.view(np.float64), floats))
