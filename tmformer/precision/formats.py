"""Binary floating-point formats as data."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, final

from tmformer.errors import PrecisionError, did_you_mean

_LN_2 = Fraction(6931472, 10**7)  # ln 2 and less than 2e-8 more
_ON_REQUEST = re.compile(r"e([2-9]|10|11)m([1-9]|[1-4][0-9]|5[0-2])")


@final
@dataclass(frozen=True)
class Format:
    """A binary floating-point format.

    Its numbers are 0 and m 2**(e - precision + 1) for `min_exponent` <= e <= `max_exponent` and |m| < 2**precision, the
    subnormal ones included; where infinity has no code, NaN takes the place of the largest of them.

    Args:
        name: its usual name, or e<bits of the exponent>m<bits of the significand after the leading one>.
        precision: digits of the significand, the leading one included.
        max_exponent: the exponent of the largest finite power of two.
        min_exponent: the exponent of the smallest normal number.
        has_infinity: whether what is too large becomes infinity; NaN otherwise.
        subnormals: whether subnormal numbers survive where XLA computes in the format on a CPU; nothing may rest on them
            where they do not.
        is_native: whether JAX computes in it as it is; otherwise it is emulated.
    """

    name: str
    precision: int
    max_exponent: int
    min_exponent: int
    has_infinity: bool = True
    subnormals: bool = True
    is_native: bool = False

    @property
    def largest(self) -> Fraction:
        """The largest finite number.

        >>> int(FORMATS["float8_e4m3fn"].largest), int(FORMATS["float16"].largest)
        (448, 65504)
        """
        significand = 2**self.precision - (1 if self.has_infinity else 2)
        return significand * Fraction(2) ** (self.max_exponent + 1 - self.precision)

    @property
    def beta(self) -> int:
        """The inverse temperature, in nats, that saturates softmax: exp(-beta) is 0, also where subnormals survive.

        The least power of two with beta log2(e) >= precision - min_exponent: exp(-beta) is then at most half of the least
        subnormal number, 2**(min_exponent - precision + 1), and rounds to 0.

        >>> [FORMATS[name].beta for name in ("float64", "float32", "float16", "float8_e4m3fn")]
        [1024, 128, 32, 8]
        """
        return 1 << (math.ceil((self.precision - self.min_exponent) * _LN_2) - 1).bit_length()

    @property
    def unit_roundoff(self) -> Fraction:
        """u = 2**-precision: the largest relative error of one rounding."""
        return Fraction(1, 2**self.precision)

    @property
    def largest_exact_integer(self) -> int:
        """The largest n such that every integer of absolute value up to n is a number of the format: 2**precision."""
        return min(2**self.precision, int(self.largest))

    def inverse_temperature(self, regime: Literal["saturated", "graded"], sharpness: int) -> float:
        """What scores are multiplied by, in nats: beta, or c ln 2 in the graded regime, c = `sharpness`."""
        return float(self.beta) if regime == "saturated" else sharpness * math.log(2)

    def is_representable(self, value: Fraction) -> bool:
        """Whether `value`, a dyadic rational, is a normal number of the format, or 0."""
        if value == 0:
            return True
        numerator = abs(value.numerator)
        significand = numerator // (numerator & -numerator)
        exponent = numerator.bit_length() - value.denominator.bit_length()
        is_normal = self.min_exponent <= exponent and abs(value) <= self.largest
        return significand.bit_length() <= self.precision and is_normal


FORMATS = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("float64", 53, 1023, -1022, subnormals=False, is_native=True),
            Format("float32", 24, 127, -126, subnormals=False, is_native=True),
            Format("tf32", 11, 127, -126, subnormals=False),
            Format("bfloat16", 8, 127, -126, subnormals=False, is_native=True),
            Format("float16", 11, 15, -14, is_native=True),
            Format("float8_e4m3fn", 4, 8, -6, has_infinity=False),
            Format("float8_e5m2", 3, 15, -14),
        )
    }
)
"""The formats with a name of their own. TF32 is how float32 is multiplied on some hardware: ten of its 23 bits are kept."""

NATIVE_FORMATS = MappingProxyType({name: each for name, each in FORMATS.items() if each.is_native})
"""Those in which JAX computes as they are."""


def format_named(name: str) -> Format:
    """The format with this name; e5m7 and the like are made on request, with infinity and subnormals, as IEEE 754 has them.

    Args:
        name: one of `FORMATS`, or e<2 to 11>m<1 to 52>: bits of the exponent, bits of the significand that are stored.

    Raises:
        PrecisionError: if there is none.

    >>> format_named("e5m10").largest == FORMATS["float16"].largest
    True
    """
    if name in FORMATS:
        return FORMATS[name]
    asked = _ON_REQUEST.fullmatch(name)
    if asked is None:
        raise PrecisionError(
            "A number format is one that tmformer knows, or e<2 to 11>m<1 to 52>",
            found=repr(name),
            where="format",
            remedy=f"Use {', '.join(FORMATS)}, or one such as e5m7{did_you_mean(name, FORMATS)}",
        )
    exponent_bits, stored_bits = map(int, asked.groups())
    largest = 2 ** (exponent_bits - 1) - 1
    return Format(name, stored_bits + 1, largest, 1 - largest, subnormals=exponent_bits < 11)


def native_format_named(name: str) -> Format:
    """The format with this name, in which JAX computes as it is.

    Raises:
        PrecisionError: if there is none, or JAX computes in it only by emulation.
    """
    format_ = format_named(name)
    if not format_.is_native:
        raise PrecisionError(
            "A run, but for that of Dense with a policy, is in a format that JAX computes in as it is",
            found=f"{name}, which is emulated",
            where="format",
            remedy=f"Use {', '.join(NATIVE_FORMATS)}, or decode.Dense(weights, policy=...), which emulates it.",
        )
    return format_
