"""Binary floating-point formats as data."""

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import final

from tmformer.errors import PrecisionError, did_you_mean
from tmformer.weights import AttentionHead, Weights


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
    def unit_roundoff(self) -> Fraction:
        """u = 2**-precision: the largest relative error of one rounding."""
        return Fraction(1, 2**self.precision)

    @property
    def largest_exact_integer(self) -> int:
        """2**precision: the largest n such that every integer of absolute value up to n is a number of the format."""
        return 2**self.precision

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

    Logits are beta times a score. No coordinate of a query or a key is larger than the sum of its row's absolute weights,
    as registers hold -1, 0 and 1.

    Raises:
        PrecisionError: naming the first matrix, or the lookup, whose numbers do not fit.
    """
    for index, block in enumerate(weights.blocks):
        for name, matrix in block.matrices().items():
            for (row, column), value in matrix.items().items():
                if not format_.is_representable(value):
                    raise _refusal(format_, f"the weight {value}", f"block {index}, {name}, row {row}, column {column}")
        for head in block.heads:
            score = _largest_score(head)
            if score > format_.largest_exact_integer or score * format_.beta >= 2**format_.max_exponent:
                raise _refusal(format_, f"scores up to {score}", f"block {index}, lookup {head.lookup.name!r}")


def _largest_score(head: AttentionHead) -> Fraction:
    sums: dict[int, list[Fraction]] = {}
    for place, matrix in enumerate((head.query, head.key)):
        for (row, _), value in matrix.items().items():
            sums.setdefault(row, [Fraction(0), Fraction(0)])[place] += abs(value)
    return sum((query * key for query, key in sums.values()), Fraction(0))


def _refusal(format_: Format, found: str, where: str) -> PrecisionError:
    return PrecisionError(
        f"Weights and logits are exact in {format_.name}",
        found=found,
        where=where,
        remedy="Use a format with more digits, such as float32, or fewer positions.",
    )
