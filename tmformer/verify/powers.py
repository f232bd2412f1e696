"""Trials of exp and of softmax."""

import math
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from types import MappingProxyType

import jax
import numpy as np
from jaxtyping import Array, Bool, Float

from tmformer.model import Attention
from tmformer.precision import Format
from tmformer.verify.trying import Finding, Means, compare, floats, together

_DIGITS = Context(prec=50, Emin=-(10**6), Emax=10**6)
_LANES = 32  # the engine that decodes row by row pads its rows to a multiple of it


def _scored(means: Means, temperature: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    """All scores in order, and the powers of a causal softmax over them: row i sees score i and those below it."""
    scores = np.arange(-most, most + 1)
    powers, _, _ = _attend(_attention(means, temperature), *_rows(means, scores))
    return scores, floats(powers)[0]


def _rows(means: Means, scores: np.ndarray) -> tuple[Float[Array, "rows 2"], Bool[Array, " rows"]]:
    x = means.weights(np.stack([np.ones(len(scores)), scores], axis=1))
    return x, jax.numpy.ones(len(scores), bool)


def _attention(means: Means, temperature: float) -> Attention:
    """One attention head that asks with 1, scores with the second coordinate, and brings it."""
    first, second = means.weights([[[1, 0]]]), means.weights([[[0, 1]]])
    out = means.weights([[[0], [1]]])
    return Attention(
        first, second, second, out, masks=("causal",), encoder=None, beta=temperature, arithmetic=means.arithmetic
    )


@jax.jit
def _attend(attention: Attention, x: jax.Array, keep: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Powers, what is found, and attention weights, in one compiled function."""
    return attention.pattern(x, keep).powers, *attention(x, keep)


def _scored_by_row(means: Means, temperature: float, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All scores, the powers of the engine that decodes row by row, and the score that it finds on average."""
    scores, lowest = np.arange(-most, most + 1), means.arithmetic.lowest
    padded = means.scores(np.pad(scores, (0, -len(scores) % _LANES)))
    kept = np.tri(len(scores), len(padded), dtype=bool)
    accumulation = means.arithmetic.accumulation

    @jax.jit
    def find(scores: jax.Array, beta: jax.Array, keep: jax.Array) -> tuple[jax.Array, jax.Array]:
        def one(keep: jax.Array) -> tuple[jax.Array, jax.Array]:
            logits = jax.numpy.where(keep, scores * beta, lowest)
            return means.row_average(logits, scores.astype(accumulation)[None, :], accumulation)

        return jax.lax.map(one, keep)

    found, powers = find(padded, means.scores(temperature), jax.numpy.asarray(kept))
    return scores, floats(powers)[:, : len(scores)], floats(found)[:, 0]


def _temperatures(means: Means) -> Iterator[tuple[str, float]]:
    """That of the saturated regime, and those of the graded one."""
    yield "beta", means.policy.scores.inverse_temperature("saturated", 1)
    for c in sorted({1, 3, means.sharpness}):
        yield f"{c} ln 2", means.policy.scores.inverse_temperature("graded", c)


def _patterns(
    means: Means, temperature: float, most: int | None = None
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Scores and powers, in the model, and in the engine that decodes row by row."""
    most = means.scores_up_to(temperature) if most is None else most
    yield "", *_scored(means, temperature, most)
    if means.policy.is_native:
        yield ", row by row", *_scored_by_row(means, temperature, most)[:2]


def one_at_the_largest(means: Means) -> Finding:
    """exp(0) is 1, and so is the power of the largest logit, whatever its score, in a softmax compiled as one."""
    plain = floats(jax.jit(means.arithmetic.exp)(means.scores([0.0, -0.0])))
    found = [compare(np.ones(2), plain, lambda _: "exp(0)")]
    for name, temperature in _temperatures(means):
        for how, scores, powers in _patterns(means, temperature):
            found.append(compare(np.ones(len(scores)), np.diagonal(powers), _largest(name, scores, how)))
    return together(found)


def _largest(name: str, scores: np.ndarray, how: str) -> Callable[[tuple[int, ...]], str]:
    return lambda at: f"the power at the largest score {scores[at]}, logits {name} times scores{how},"


def zero_below(means: Means) -> Finding:
    """exp(-beta gap) is 0 for each gap of scores, alone and in softmax."""
    beta = means.policy.scores.beta
    gaps = np.arange(1, min(means.largest, int(means.policy.scores.largest) // beta) + 1)
    plain = floats(jax.jit(means.arithmetic.exp)(means.scores(-beta * gaps)))
    found = [compare(np.zeros(len(gaps)), plain, lambda at: f"exp(-{beta * gaps[at]})")]
    for how, scores, powers in _patterns(means, float(beta)):
        below = np.where(np.tri(len(scores), k=-1, dtype=bool), 0.0, np.nan)
        found.append(compare(below, powers, _pair("the power", scores, how)))
    return together(found)


def hard_attention(means: Means) -> Finding:
    """In the saturated regime attention weights are 0 and 1, and what is found is the value of the largest score."""
    beta = float(means.policy.scores.beta)
    most = means.scores_up_to(beta)
    scores = np.arange(-most, most + 1)
    _, mixed, shares = _attend(_attention(means, beta), *_rows(means, scores))
    found = [
        compare(np.eye(len(scores)), floats(shares)[0], _pair("the attention weight", scores, "")),
        compare(scores.astype(float), floats(mixed)[:, 1], lambda at: f"the value found at score {scores[at]}"),
    ]
    if means.policy.is_native:
        _, _, averages = _scored_by_row(means, beta, most)
        found.append(
            compare(scores.astype(float), averages, lambda at: f"the value found at score {scores[at]}, row by row,")
        )
    return together(found)


def _pair(noun: str, scores: np.ndarray, how: str) -> Callable[[tuple[int, ...]], str]:
    return lambda at: f"{noun} of score {scores[at[1]]} where the largest is {scores[at[0]]}{how},"


def right_to_4_ulps(means: Means) -> Finding:
    """exp of each difference of logits in the graded regime, against 50 digits."""
    by, found = means.arithmetic, set[float]()
    for c in range(1, means.sharpness + 1):
        temperature = means.policy.scores.inverse_temperature("graded", c)
        most = means.scores_up_to(temperature)
        scores = means.scores(np.arange(-most, most + 1))
        logits = jax.jit(lambda scores, t=temperature: by.scale(scores, t))(scores)
        gaps = floats(jax.jit(lambda x: by.subtract(x[None, :], x[:, None]))(logits))
        found |= set(gaps[gaps <= 0].tolist())
    gaps = np.array(sorted(found, reverse=True))
    powers = floats(jax.jit(by.exp)(means.scores(gaps)))
    format_, worst, at = means.policy.scores, Decimal(0), 0
    for place, (gap, power) in enumerate(zip(gaps.tolist(), powers.tolist(), strict=True)):
        off = _ulps(gap, power, format_)
        if off > worst or off.is_nan():
            worst, at = off, place
        if not off <= 4:
            return Finding(False, len(gaps), f"exp({gap!r}) is {power!r}, {off:.3g} units in the last place off")
    return Finding(True, len(gaps), f"{worst:.3g} units in the last place off at exp({float(gaps[at])!r})")


def _ulps(gap: float, power: float, format_: Format) -> Decimal:
    """How far a power is off in units of its last place; 0 where that is at most twice the least normal number."""
    if not math.isfinite(power):
        return Decimal("NaN") if math.isnan(power) else Decimal("Infinity")
    exact = _DIGITS.exp(Decimal(gap))
    off = _DIGITS.abs(_DIGITS.subtract(Decimal(power), exact))
    if off <= _DIGITS.power(2, format_.min_exponent + 1):
        return Decimal(0)
    exponent = max(math.floor(gap / math.log(2)), format_.min_exponent)
    exponent += _DIGITS.power(2, exponent + 1) <= exact
    return _DIGITS.divide(off, _DIGITS.power(2, exponent - format_.precision + 1))


def graded_softmax(means: Means) -> Finding:
    """The powers of softmax at c ln 2, compiled as one, are right to what certificates allow for exp and its argument.

    A power is off by P - 1 at most, relatively, P = (1 + 8 u) / (1 - E), E = 6 S c ln 2 u (1 + u)**2 with S the largest
    score, here of E up to 1/2, or by twice the least normal number.
    """
    format_, found = means.policy.scores, list[Finding]()
    u, least = format_.unit_roundoff, 2 * Fraction(2) ** format_.min_exponent
    for c in sorted({1, 3, means.sharpness}):
        temperature = format_.inverse_temperature("graded", c)
        each = Fraction(7, 10) * 6 * c * u * (1 + u) ** 2
        most = min(means.scores_up_to(temperature), int(1 / (2 * each)))
        power = (1 + 8 * u) / (1 - most * each)
        for how, scores, powers in _patterns(means, temperature, most):
            exact = np.exp2(-float(c) * (scores[:, None] - scores[None, :]).clip(0))
            off = np.abs(powers - exact) > np.maximum(exact * float(power - 1), float(least))
            expected = np.where(np.tri(len(scores), dtype=bool), np.where(off, exact, powers), np.nan)
            found.append(compare(expected, powers, _pair(f"the power at {c} ln 2", scores, how)))
    return together(found)


TRIALS = MappingProxyType(
    {
        "softmax at its largest score": one_at_the_largest,
        "exp from -beta on": zero_below,
        "hard attention": hard_attention,
        "exp of graded gaps": right_to_4_ulps,
        "graded softmax": graded_softmax,
    }
)
"""The trials by name."""
