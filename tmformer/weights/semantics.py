"""What weights compute, in exact rationals: hard attention, or softmax to the base 2**c."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from tmformer.errors import WeightsError
from tmformer.program import Stream, extend
from tmformer.weights.assemble import BlockWeights, Weights
from tmformer.weights.lookup import AttentionHead
from tmformer.weights.rational import Rational, product, rational

_SMALL = 2**53  # below it sums and products of integers are exact in int64 and in float64


@final
@dataclass(frozen=True, eq=False)
class BlockTrace:
    """One block, exactly.

    Args:
        before: the residual stream before attention, [rows, d_model].
        attended: after attention, before the MLP, [rows, d_model].
        after: after the MLP, [rows, d_model].
        attention: for each attention head its weights, [rows that ask, rows that answer].
    """

    before: Rational
    attended: Rational
    after: Rational
    attention: tuple[Rational, ...]


def trace(
    weights: Weights, prompt: Stream, softmax: Literal["hard", "base-2"] = "hard", loops: int | None = None
) -> Iterator[BlockTrace]:
    """Run the weights on a prompt in exact rationals.

    "hard" is average-hard attention: the keys with the largest score share the weight. "base-2" is softmax with
    2**(c * score), c the sharpness of the weights; scores being integers it is rational too. It is the graded regime.

    Args:
        weights: exact weights.
        prompt: the embedded sequence, at most `max_positions` rows.
        softmax: the normaliser.
        loops: how often the blocks are applied; `labels.loops` times if not said.

    Yields:
        One BlockTrace a block.

    Raises:
        WeightsError: for "base-2", if a score is no integer.
    """
    stream = rational(weights.layout.encode(prompt))
    for _ in range(weights.labels.loops if loops is None else loops):
        for block in weights.blocks:
            result = apply_block(block, stream, softmax, weights.labels.sharpness)
            yield result
            stream = result.after


def decode(
    weights: Weights, prompt: Stream, rows: int, softmax: Literal["hard", "base-2"] = "hard"
) -> Iterator[Stream]:
    """The prompt, then the sequence after each of `rows` decoding steps, exactly; as `program.decode` on symbols.

    Raises:
        DecodeError: if a value lies off its grid after the last layer.
    """
    yield prompt
    for _ in range(rows):
        *_, last = trace(weights, prompt, softmax)
        prompt = extend(weights.labels, prompt, weights.layout.decode(last.after.array()))
        yield prompt


def apply_block(block: BlockWeights, before: Rational, softmax: Literal["hard", "base-2"], c: int) -> BlockTrace:
    """One block: attended = before + sum over attention heads, after = attended + MLP(attended)."""
    attended = before
    attention: list[Rational] = []
    for head in block.heads:
        shares = attend(head, before, softmax, c)
        attention.append(shares)
        attended = attended + _average(shares, before.apply(head.value)).apply(head.output)
    hidden = attended.apply(block.mlp.w_in).shifted(block.mlp.b_in).relu()
    after = (attended + hidden.apply(block.mlp.w_out)).reduced()
    return BlockTrace(before, attended.reduced(), after, tuple(attention))


def attend(head: AttentionHead, stream: Rational, softmax: Literal["hard", "base-2"], c: int) -> Rational:
    """The attention weights of one attention head, [rows, rows]; each row sums to 1."""
    queries = stream.apply(head.query)
    keys, key_denominator = stream.apply(head.key).common()
    scores = product(queries.numerator, keys.T)
    rows = np.arange(scores.shape[0])
    sees = rows[:, None] >= rows if head.lookup.mask == "causal" else np.ones(scores.shape, dtype=bool)
    if softmax == "hard":
        best = np.where(sees, scores, scores.min()).max(axis=1, keepdims=True)
        shares = ((scores == best) & sees).astype(np.int64)
    else:
        shares = _powers(scores, queries.denominator * key_denominator, sees, c, head.lookup.name)
    return Rational(shares, shares.sum(axis=1, keepdims=True))


def _powers(scores: np.ndarray, denominator: np.ndarray, sees: np.ndarray, c: int, name: str) -> np.ndarray:
    if (scores % denominator).any():
        raise WeightsError(
            "Softmax to the base 2 is rational where every score is an integer",
            found="a score that is a proper fraction",
            where=f"lookup {name!r}",
            remedy="Use hard attention for these weights.",
        )
    exponents = c * (scores // denominator)
    exponents = exponents - exponents.min(axis=1, keepdims=True)
    fits = 2 ** int(exponents.max()) * scores.shape[1] < _SMALL
    powers = 1 << exponents.astype(np.int64 if fits else object)
    return np.where(sees, powers, 0)


def _average(shares: Rational, values: Rational) -> Rational:
    numerator, denominator = values.common()
    return Rational(product(shares.numerator, numerator), shares.denominator * denominator)
