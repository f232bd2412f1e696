"""Bounds of the graded regime: what leaks, what rounds, and what of it reaches a gate. All are exact rationals."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tmformer.precision.margins import Margin
from tmformer.precision.policy import Policy
from tmformer.program import Code, Labels, Lookup
from tmformer.weights import BlockWeights, Layout

_LN_2 = Fraction(7, 10)  # more than ln 2
_EXP = 8  # unit roundoffs in 4 units in the last place
_ROUNDINGS = 3  # of what a lookup finds: as it is found, as it is projected, as it is added


@final
@dataclass(frozen=True)
class Bound:
    """How far off what a lookup finds may be in the graded regime.

    Args:
        leak: the attention weight of keys that hold something else than those that answer, in exact softmax.
        score: the error of a difference of logits, in nats.
        exp: the relative error of a power, that of its logit included.
        total: the relative error of a sum over all keys.
        average: the relative error of what is found, by rounding alone.
        off: how far a coordinate of the register may be from its grid.
        off_in_all: the same, summed over the coordinates of the register.
    """

    leak: Fraction
    score: Fraction
    exp: Fraction
    total: Fraction
    average: Fraction
    off: Fraction
    off_in_all: Fraction


def bound(labels: Labels, layout: Layout, lookup: Lookup, margin: Margin, policy: Policy) -> Bound:
    """The bounds of one lookup.

    With c the sharpness, k the digits matched, n the keys, u_s, u_a, u_w the unit roundoffs of scores, of sums and of
    weights and S the largest score:

    - Rivals with codes that occur once each weigh (1 + 4**-c)**k - 1 in units of a match, and 2**c times as much in units of
      the row that answers by default, which weighs 2**-c; other rivals weigh 2**-c each. L is the larger sum; where
      messages of a single carrier are found, that of a match: a row that finds none reads one message at most, at 2**-c. The
      leak is L / (1 + L).
    - A difference of logits is off by E = 6 S c ln 2 u_s (1 + u_s)**2; a power by P - 1, P = (1 + 8 u_s) / (1 - E), or by
      twice the least normal number; a sum by g = (n + 2) u_a / (1 - (n + 2) u_a); what is found by
      r = (1 + g) (1 + u_a) (1 + u_w)**3 / (1 - g) - 1, besides what leaks, l / (1 + l) with l = P L, twice that of a code.

    Source: own; sums in any order as in Higham, Accuracy and Stability of Numerical Algorithms, section 4.2.
    """
    c, n = labels.sharpness, margin.keys
    digits = sum(len(layout.spans[match.key]) for match in lookup.matches)
    carries = any(each.kind == "single carrier" and lookup.value in each.registers for each in labels.invariants)
    hit, miss = _rivals(labels, lookup, digits, n)
    worst = hit if carries else max(hit, miss)
    u_s, u_a, u_w = (each.unit_roundoff for each in (policy.scores, policy.accumulation, policy.weights))
    score = _LN_2 * c * 6 * margin.largest * u_s * (1 + u_s) ** 2
    power = (1 + _EXP * u_s) / (1 - score) if score < 1 else Fraction(2) ** 64
    least = n * Fraction(2) ** (policy.scores.min_exponent + 1)
    counted = (n + 2) * u_a
    total = counted / (1 - counted) if counted < 1 else Fraction(2) ** 64
    average = (1 + total) / (1 - total) * (1 + u_a) * (1 + u_w) ** _ROUNDINGS - 1 if total < 1 else Fraction(2) ** 64
    leaks = power * worst + least
    off = leaks / (1 + leaks)
    is_code = isinstance(layout.types[lookup.into], Code)
    one = off * (2 if is_code else 1) + average
    in_all = one * len(layout.spans[lookup.into]) if is_code else 2 * off + 2 * average
    return Bound(worst / (1 + worst), score, power - 1, total, average, one, in_all)


def _rivals(labels: Labels, lookup: Lookup, digits: int, keys: int) -> tuple[Fraction, Fraction]:
    """What rivals weigh at most in units of what answers: of a match, and of the row that answers by default."""
    c = labels.sharpness
    names = {match.key for match in lookup.matches}
    told = [each for each in labels.invariants if each.kind == "distinct keys" and set(each.registers) == names]
    if any(each.where is None or (lookup.mask == "across" and each.where == labels.encoder) for each in told):
        others = (1 + Fraction(1, 4**c)) ** digits - 1
        return others + Fraction(1, 2**c), others * 2**c
    return Fraction(keys - 1, 2**c), Fraction(keys - 1, 2**c)


def reach(
    layout: Layout, block: BlockWeights, leaks: Mapping[str, tuple[Fraction, Fraction]], policy: Policy
) -> Fraction:
    """What may reach a gate of a block besides bits, at most, in units of a bit; a gate bears 1/4.

    Of each register that attention filled, a gate with weight w on m of its coordinates receives w times the lesser of m
    times what one coordinate may be off, and of what all are off together. The sum of a gate with s terms is rounded by
    2 (s + 1) u_a times its size.

    Args:
        layout: registers and their coordinates.
        block: the block's weights.
        leaks: for each register that attention filled, how far one coordinate may be off, and all together.
        policy: the formats.
    """
    biases: dict[int, Fraction] = {row: abs(value) for (row, _), value in block.mlp.b_in.items().items()}
    rows: dict[int, dict[int, Fraction]] = {}
    for (row, column), value in block.mlp.w_in.items().items():
        rows.setdefault(row, {})[column] = abs(value)
    same: dict[tuple[tuple[int, Fraction], ...], Fraction] = {}
    for row, reads in rows.items():
        key = tuple(sorted(reads.items()))
        same[key] = max(same.get(key, Fraction(0)), biases.get(row, Fraction(0)))
    return max((_reach(layout, dict(reads), bias, leaks, policy) for reads, bias in same.items()), default=Fraction(0))


def _reach(
    layout: Layout,
    reads: Mapping[int, Fraction],
    bias: Fraction,
    leaks: Mapping[str, tuple[Fraction, Fraction]],
    policy: Policy,
) -> Fraction:
    off, size, weight, others = Fraction(0), bias, Fraction(0), 0
    for name, span in layout.spans.items():
        weights = [reads[place] for place in span if place in reads]
        if not weights:
            continue
        size += sum(weights) if isinstance(layout.types[name], Code) else max(weights)
        if name in leaks:
            off += min(sum(weights) * leaks[name][0], max(weights) * leaks[name][1])
            weight = max(weight, *weights)
        else:
            others += 1
    if not off or (not others and bias == 0):
        return Fraction(0)
    off += 2 * (len(reads) + 1) * policy.accumulation.unit_roundoff * (size + off)
    return off / weight
