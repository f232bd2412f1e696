"""A sequence that grows, row by row, in exact rationals: what `semantics.decode` computes, and no row twice."""

from typing import Literal, final

import numpy as np

from tmformer.program import Stream, check_grows, generate, next_row
from tmformer.weights.assemble import BlockWeights, Weights
from tmformer.weights.lookup import AttentionHead
from tmformer.weights.rational import Rational, rational
from tmformer.weights.semantics import apply_mlp, attend, average, encoder_rows, visible


@final
class _Cache:
    """The keys and values of one attention head, a row at a time."""

    def __init__(self, head: AttentionHead) -> None:
        self.head = head
        self._keys = _Rows(head.key.shape[0])
        self._values = _Rows(head.value.shape[0])

    def attend(
        self, row: Rational, encoded: np.ndarray, softmax: Literal["hard", "base-2"], c: int
    ) -> tuple[Rational, Rational]:
        """Add a row, [1, d_model]: what it finds, [1, d_model], and its attention weights."""
        head = self.head
        keys, values = self._keys.push(row.apply(head.key)), self._values.push(row.apply(head.value))
        sees = visible(head.lookup.mask, encoded, encoded.size - 1)
        shares = attend(head, row.apply(head.query), keys, sees, softmax, c)
        return average(shares, values).apply(head.output), shares


@final
class _Rows:
    """Rational rows in arrays that double when they are full."""

    def __init__(self, columns: int) -> None:
        self._numerator = np.zeros((16, columns), dtype=np.int64)
        self._denominator = np.ones((16, 1), dtype=np.int64)
        self._count = 0

    def push(self, row: Rational) -> Rational:
        """Add a row, [1, columns]; all rows so far."""
        if self._count == len(self._numerator):
            self._numerator = np.concatenate([self._numerator, self._numerator])
            self._denominator = np.concatenate([self._denominator, self._denominator])
        if np.dtype(object) in {row.numerator.dtype, row.denominator.dtype}:
            self._numerator, self._denominator = self._numerator.astype(object), self._denominator.astype(object)
        self._numerator[self._count], self._denominator[self._count] = row.numerator[0], row.denominator[0]
        self._count += 1
        return Rational(self._numerator[: self._count], self._denominator[: self._count])


@final
class Decoding:
    """The prompt, row by row, then one row a decoding step.

    Args:
        weights: exact weights whose sequence grows.
        prompt: the embedded sequence.
        softmax: "hard" attention, or "base-2" softmax at the sharpness of the weights.

    Raises:
        ProgramError: if the sequence does not grow row by row, or is longer than allowed.
        DecodeError: if a value lies off its grid after the last block.
    """

    def __init__(self, weights: Weights, prompt: Stream, softmax: Literal["hard", "base-2"] = "hard") -> None:
        labels = weights.labels
        check_grows(labels, (head.lookup.mask for block in weights.blocks for head in block.heads))
        self.weights = weights
        self._softmax: Literal["hard", "base-2"] = softmax
        blocks: list[BlockWeights] = [block for _ in range(labels.loops) for block in weights.blocks]
        self._blocks = [(block, [_Cache(head) for head in block.heads]) for block in blocks]
        prompt = generate(labels, prompt)
        self._encoded = encoder_rows(labels, prompt.rows(0, 0))
        self._rows: list[Stream] = []
        for row in range(prompt.num_rows):
            self._push(prompt.rows(row, row + 1))

    @property
    def num_rows(self) -> int:
        """Rows so far."""
        return len(self._rows)

    def step(self) -> None:
        """One decoding step: the next row receives what the last one feeds back, and passes all blocks.

        Raises:
            ProgramError: if the sequence has as many rows as allowed already.
            DecodeError: if a value lies off its grid after the last block.
        """
        self._push(next_row(self.weights.labels, self._rows[-1], self.num_rows))

    def after(self, first: int = 0) -> Stream:
        """The residual stream after all blocks, from row number `first` on."""
        kept = self._rows[first:]
        return Stream({name: tuple([row[name][0] for row in kept]) for name in self._rows[-1].columns})

    def _push(self, row: Stream) -> None:
        labels, layout = self.weights.labels, self.weights.layout
        self._encoded = np.append(self._encoded, encoder_rows(labels, row))
        stream = rational(layout.encode(row))
        for block, caches in self._blocks:
            attended = stream
            for cache in caches:
                found, _ = cache.attend(stream, self._encoded, self._softmax, labels.sharpness)
                attended = attended + found
            stream = apply_mlp(block, attended)
        self._rows.append(layout.decode(stream.array()))
