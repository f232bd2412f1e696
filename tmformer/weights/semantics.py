"""What weights compute, in exact rationals: hard attention, or softmax to the base 2**c."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from tmformer.errors import WeightsError
from tmformer.program import Stream, extend, generate
from tmformer.weights.assemble import BlockWeights, Weights
from tmformer.weights.constants import is_attention_constant
from tmformer.weights.lookup import AttentionHead
from tmformer.weights.rational import Rational, rational

Attention: TypeAlias = tuple[tuple[Rational, ...], ...]
"""For each block, for each of its attention heads, the attention weights, [rows, rows]."""

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
    weights: Weights,
    prompt: Stream,
    softmax: Literal["hard", "base-2"] = "hard",
    loops: int | None = None,
    attention: Attention | None = None,
) -> Iterator[BlockTrace]:
    """Run the weights on a prompt in exact rationals.

    "hard" is average-hard attention: the keys with the largest score share the weight. "base-2" is softmax with
    2**(c * score), c the sharpness of the weights; scores being integers it is rational too. It is the graded regime.

    Args:
        weights: exact weights.
        prompt: the embedded sequence, at most `max_positions` rows.
        softmax: the normaliser.
        loops: how often the blocks are applied; `labels.loops` times if not said.
        attention: the attention weights of each head of each block, where they are known to be constant.

    Yields:
        One BlockTrace a block.

    Raises:
        WeightsError: for "base-2", if a score is no integer.
        ProgramError: for more rows than allowed.
    """
    stream = rational(weights.layout.encode(generate(weights.labels, prompt)))
    for _ in range(weights.labels.loops if loops is None else loops):
        for index, block in enumerate(weights.blocks):
            known = attention[index] if attention else None
            result = apply_block(block, stream, softmax, weights.labels.sharpness, known)
            yield result
            stream = result.after


def decode(
    weights: Weights, prompt: Stream, rows: int, softmax: Literal["hard", "base-2"] = "hard"
) -> Iterator[Stream]:
    """The prompt, then the sequence after each of `rows` decoding steps, exactly; as `program.decode` on symbols.

    Raises:
        DecodeError: if a value lies off its grid after the last layer.
    """
    prompt = generate(weights.labels, prompt)
    yield prompt
    for _ in range(rows):
        after = rational(weights.layout.encode(prompt))
        for block in trace(weights, prompt, softmax):
            after = block.after
        prompt = extend(weights.labels, prompt, weights.layout.decode(after.array()))
        yield prompt


def constant_attention(weights: Weights, prompt: Stream, softmax: Literal["hard", "base-2"]) -> Attention | None:
    """The attention weights of every run from this prompt, or None if they depend on what blocks write."""
    if not is_attention_constant(weights):
        return None
    stream = rational(weights.layout.encode(generate(weights.labels, prompt)))
    c = weights.labels.sharpness
    return tuple(tuple(attend(head, stream, softmax, c) for head in block.heads) for block in weights.blocks)


def apply_block(
    block: BlockWeights,
    before: Rational,
    softmax: Literal["hard", "base-2"],
    c: int,
    known: tuple[Rational, ...] | None = None,
) -> BlockTrace:
    """One block: attended = before + sum over attention heads, after = attended + MLP(attended)."""
    attended = before
    attention = known or tuple(attend(head, before, softmax, c) for head in block.heads)
    for head, shares in zip(block.heads, attention, strict=True):
        attended = attended + _average(shares, before.apply(head.value)).apply(head.output)
    hidden = attended.apply(block.mlp.w_in).shifted(block.mlp.b_in).relu()
    after = (attended + hidden.apply(block.mlp.w_out)).reduced()
    return BlockTrace(before, attended.reduced(), after, attention)


def attend(head: AttentionHead, stream: Rational, softmax: Literal["hard", "base-2"], c: int) -> Rational:
    """The attention weights of one attention head, [rows, rows]; each row sums to 1."""
    product = stream.apply(head.query) @ stream.apply(head.key).transposed()
    scores = product.numerator  # of each row, over one denominator
    rows = np.arange(scores.shape[0])
    sees = rows[:, None] >= rows if head.lookup.mask == "causal" else np.ones(scores.shape, dtype=bool)
    if softmax == "hard":
        best = np.where(sees, scores, scores.min()).max(axis=1, keepdims=True)
        shares = ((scores == best) & sees).astype(np.int64)
    else:
        shares = _powers(scores, product.denominator, sees, c, head.lookup.name)
    return Rational(shares, shares.sum(axis=1, keepdims=True))


def _powers(scores: np.ndarray, denominator: np.ndarray, sees: np.ndarray, c: int, name: str) -> np.ndarray:
    if (sees & (scores % denominator != 0)).any():
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
    if (shares.denominator == 1).all():  # non-negative integers that sum to 1: one winner a row
        winner = shares.numerator.argmax(axis=1)
        return Rational(values.numerator[winner], values.denominator[winner])
    return shares @ values
