"""What weights compute, in exact rationals: hard attention, or softmax to the base 2**c."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from tmformer.errors import WeightsError
from tmformer.program import Labels, Stream, extend, generate
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
    prompt = generate(weights.labels, prompt)
    stream = rational(weights.layout.encode(prompt))
    encoded = encoder_rows(weights.labels, prompt)
    for _ in range(weights.labels.loops if loops is None else loops):
        for index, block in enumerate(weights.blocks):
            shares = attention[index] if attention else _attention(weights, block, stream, encoded, softmax)
            result = apply_block(block, stream, shares)
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
    prompt = generate(weights.labels, prompt)
    stream, encoded = rational(weights.layout.encode(prompt)), encoder_rows(weights.labels, prompt)
    return tuple(_attention(weights, block, stream, encoded, softmax) for block in weights.blocks)


def encoder_rows(labels: Labels, stream: Stream) -> np.ndarray:
    """Which rows are the encoder's, [rows]."""
    flags = stream[labels.encoder] if labels.encoder is not None else (False,) * stream.num_rows
    return np.array(flags, dtype=bool)


def _attention(
    weights: Weights, block: BlockWeights, stream: Rational, encoded: np.ndarray, softmax: Literal["hard", "base-2"]
) -> tuple[Rational, ...]:
    return tuple(
        attend(
            head,
            stream.apply(head.query),
            stream.apply(head.key),
            visible(head.lookup.mask, encoded),
            softmax,
            weights.labels.sharpness,
        )
        for head in block.heads
    )


def apply_block(block: BlockWeights, before: Rational, attention: tuple[Rational, ...]) -> BlockTrace:
    """One block: attended = before + sum over attention heads, after = attended + MLP(attended)."""
    attended = before
    for head, shares in zip(block.heads, attention, strict=True):
        attended = attended + average(shares, before.apply(head.value)).apply(head.output)
    return BlockTrace(before, attended.reduced(), apply_mlp(block, attended), attention)


def apply_mlp(block: BlockWeights, attended: Rational) -> Rational:
    """The residual stream after the MLP."""
    hidden = attended.apply(block.mlp.w_in).shifted(block.mlp.b_in).relu()
    return (attended + hidden.apply(block.mlp.w_out)).reduced()


def visible(mask: str, encoded: np.ndarray, first: int = 0) -> np.ndarray:
    """Which rows the rows from number `first` on see, [rows that ask, rows]."""
    rows = np.arange(encoded.size)
    match mask:
        case "causal":
            return (rows[first:, None] >= rows) & (encoded[first:, None] == encoded)
        case "across":
            return np.broadcast_to(encoded, (encoded.size - first, encoded.size))
        case _:
            return np.ones((encoded.size - first, encoded.size), dtype=bool)


def attend(
    head: AttentionHead,
    queries: Rational,
    keys: Rational,
    sees: np.ndarray,
    softmax: Literal["hard", "base-2"],
    c: int,
) -> Rational:
    """The attention weights of one attention head, [rows that ask, rows]; each row sums to 1.

    Raises:
        WeightsError: if a row sees none, or for "base-2", if a score is no integer.
    """
    if not sees.any(axis=1).all():
        raise WeightsError(
            "Each row sees a row",
            found=f"row {int(np.argmin(sees.any(axis=1)))} that sees none",
            where=f"lookup {head.lookup.name!r}",
            remedy="Put the encoder's rows, one of which answers by default, into the prompt.",
        )
    product = queries @ keys.transposed()
    scores = product.numerator  # of each row, over one denominator
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


def average(shares: Rational, values: Rational) -> Rational:
    """What the rows that ask receive of the values of all rows."""
    if (shares.denominator == 1).all():  # non-negative integers that sum to 1: one winner a row
        winner = shares.numerator.argmax(axis=1)
        return Rational(values.numerator[winner], values.denominator[winner])
    return shares @ values
