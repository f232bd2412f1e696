"""Whether the formats of a policy hold the weights and the scores of a network."""

from fractions import Fraction

from tmformer.errors import PrecisionError
from tmformer.precision.formats import Format
from tmformer.precision.policy import Policy
from tmformer.program import Flag
from tmformer.weights import AttentionHead, Layout, Weights


def check_representable(weights: Weights, policy: Policy) -> None:
    """Refuse a policy whose formats cannot hold every weight and every logit exactly.

    Logits are beta times a score. A row of a query matrix that reads flags reads one of them that is set, as a row asks or
    is idle, and the row that answers by default has no codes: so a score is that of the codes, or that of the null key.

    Args:
        weights: exact weights.
        policy: the formats of weights, of sums and of scores.

    Raises:
        PrecisionError: naming the first matrix, or the lookup, whose numbers do not fit, or whose ties may be too many.
    """
    for index, block in enumerate(weights.blocks):
        for name, matrix in block.matrices().items():
            for (row, column), value in matrix.items().items():
                if not policy.weights.is_representable(value):
                    where = f"block {index}, {name}, row {row}, column {column}"
                    raise _refusal(policy.weights, f"the weight {value}", where)
        for head in block.heads:
            score, where = largest_score(weights.layout, head), f"block {index}, lookup {head.lookup.name!r}"
            narrow = _too_narrow(policy, score)
            if narrow is not None:
                raise _refusal(narrow, f"scores up to {score}", where)
            if head.lookup.ties == "constant" and weights.labels.max_positions > policy.most_ties:
                found = f"up to {weights.labels.max_positions:,} ties, where {policy.most_ties:,} are exact"
                raise _refusal(policy.weights, found, where)


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


def _too_narrow(policy: Policy, score: Fraction) -> Format | None:
    """The format that does not count to this score, or in which its logit is too large; None if there is none."""
    for format_ in (policy.scores, policy.accumulation):
        if score > format_.largest_exact_integer:
            return format_
    return policy.scores if score * policy.beta >= 2**policy.scores.max_exponent else None


def _refusal(format_: Format, found: str, where: str) -> PrecisionError:
    return PrecisionError(
        f"Weights and logits are exact in {format_.name}",
        found=found,
        where=where,
        remedy="Use fewer positions, a smaller radix, or a format with more digits, such as float32 or float64.",
    )
