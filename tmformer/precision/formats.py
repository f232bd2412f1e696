"""Binary floating-point formats as data."""

import math
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, final

from tmformer.errors import PrecisionError, did_you_mean
from tmformer.program import Flag
from tmformer.weights import AttentionHead, Layout, Weights

_COUNTS = MappingProxyType({"float32": 2**24, "float64": 2**53})
"""How far each format in which sums are taken counts exactly."""


@final
@dataclass(frozen=True)
class Format:
    """A binary floating-point format, and the inverse temperature that saturates softmax in it.

    Args:
        name: its usual name, which is also its dtype's.
        precision: digits of the significand, the leading one included.
        max_exponent: the exponent of the largest finite power of two.
        beta: a power of two so large that exp(-beta) underflows to exactly 0, also where subnormals survive.
        accumulation: the format in which sums are taken.
    """

    name: str
    precision: int
    max_exponent: int
    beta: int
    accumulation: str

    @property
    def most_ties(self) -> int:
        """The most tied keys whose average is exact: their number is counted exactly, and finite in the format itself.

        >>> FORMATS["float16"].most_ties
        65519
        """
        finite = (2**self.precision - 1) << (self.max_exponent + 1 - self.precision)
        half_a_step = 1 << max(self.max_exponent - self.precision, 0)
        return min(_COUNTS[self.accumulation], finite + half_a_step - 1)

    @property
    def unit_roundoff(self) -> Fraction:
        """u = 2**-precision: the largest relative error of one rounding."""
        return Fraction(1, 2**self.precision)

    @property
    def largest_exact_integer(self) -> int:
        """2**precision: the largest n such that every integer of absolute value up to n is a number of the format."""
        return 2**self.precision

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
        return significand.bit_length() <= self.precision and 1 - self.max_exponent <= exponent <= self.max_exponent


FORMATS = MappingProxyType(
    {
        "float64": Format("float64", precision=53, max_exponent=1023, beta=1024, accumulation="float64"),
        "float32": Format("float32", precision=24, max_exponent=127, beta=128, accumulation="float32"),
        "bfloat16": Format("bfloat16", precision=8, max_exponent=127, beta=128, accumulation="float32"),
        "float16": Format("float16", precision=11, max_exponent=15, beta=32, accumulation="float32"),
    }
)
"""All formats by name. The 16-bit formats accumulate in float32."""


def format_named(name: str) -> Format:
    """The format with this name.

    Raises:
        PrecisionError: if there is none.
    """
    if name not in FORMATS:
        raise PrecisionError(
            "A number format is one that tmformer knows",
            found=repr(name),
            where="format",
            remedy=f"Use {', '.join(FORMATS)}{did_you_mean(name, FORMATS)}",
        )
    return FORMATS[name]


def check_representable(weights: Weights, format_: Format) -> None:
    """Refuse a format that cannot hold every weight and every logit exactly.

    Logits are beta times a score. A row of a query matrix that reads flags reads one of them that is set, as a row asks or
    is idle, and the row that answers by default has no codes: so a score is that of the codes, or that of the null key.

    Raises:
        PrecisionError: naming the first matrix, or the lookup, whose numbers do not fit, or whose ties may be too many.
    """
    for index, block in enumerate(weights.blocks):
        for name, matrix in block.matrices().items():
            for (row, column), value in matrix.items().items():
                if not format_.is_representable(value):
                    raise _refusal(format_, f"the weight {value}", f"block {index}, {name}, row {row}, column {column}")
        for head in block.heads:
            score, where = largest_score(weights.layout, head), f"block {index}, lookup {head.lookup.name!r}"
            if score > format_.largest_exact_integer or score * format_.beta >= 2**format_.max_exponent:
                raise _refusal(format_, f"scores up to {score}", where)
            if head.lookup.ties == "constant" and weights.labels.max_positions > format_.most_ties:
                raise _refusal(
                    format_,
                    f"up to {weights.labels.max_positions:,} ties, where {format_.most_ties:,} are exact",
                    where,
                )


def largest_score(layout: Layout, head: AttentionHead) -> Fraction:
    """A bound on the absolute value of every score of an attention head."""
    flags = {span[0] for register, span in layout.spans.items() if isinstance(layout.types[register], Flag)}
    queries: dict[int, Fraction] = {}
    for (row, column), value in head.query.items().items():
        held = queries.get(row, Fraction(0))
        queries[row] = max(held, abs(value)) if column in flags else held + abs(value)
    of_codes, of_flags = Fraction(0), Fraction(0)
    for (row, column), value in head.key.items().items():
        score = queries.get(row, Fraction(0)) * abs(value)
        if column in flags:
            of_flags += score
        else:
            of_codes += score
    return max(of_codes, of_flags)


def _refusal(format_: Format, found: str, where: str) -> PrecisionError:
    return PrecisionError(
        f"Weights and logits are exact in {format_.name}",
        found=found,
        where=where,
        remedy="Use fewer positions, a smaller radix, or a format with more digits, such as float32 or float64.",
    )
