"""What decoding row by row has to keep of each row, and to compute anew from layer to layer, read off the matrices."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias, final

import numpy as np

from tmformer.precision import largest_score
from tmformer.program import check_grows
from tmformer.weights import AttentionHead, BlockWeights, Weights, dense

_EXACT = 2**24  # steps of the finest score that float32, the least format of accumulation, counts exactly

Entry: TypeAlias = tuple[int, int]
"""A coordinate of the residual stream, and the last block before its use that wrote it, -1 for none."""


@final
@dataclass(frozen=True)
class HeadPlan:
    """How one attention head is computed from the cache.

    Its scores are those of the attention head before it times `ratio`, and what the entries in `changed` add; with ratio
    0 they begin anew, from the mask.

    Args:
        mask: which rows are seen.
        ratio: what the scores so far are multiplied by: 0, or a power of two.
        changed: for each entry that is computed anew, its number.
        values: the number of the array of entries that values read.
    """

    mask: str
    ratio: float
    changed: tuple[int, ...]
    values: int


@final
@dataclass(frozen=True)
class Plan:
    """The structure of a compiled decoding loop: networks that share it share the compiled function.

    Args:
        keys: the entries that scores read, those written before the same block side by side.
        values: for each array of entries that values read, its entries.
        heads: for each block the plans of its attention heads.
        encoder: the number of the key entry that tells the encoder's rows; None without an encoder.
    """

    keys: tuple[Entry, ...]
    values: tuple[tuple[Entry, ...], ...]
    heads: tuple[tuple[HeadPlan, ...], ...]
    encoder: int | None


@final
class HeadArrays(NamedTuple):
    """The numbers of one attention head.

    Args:
        asks: what the row that asks contributes to the scores through each changed entry, [changed, d_model].
        brings: what the row receives for the average of each value entry, [d_model, values].
    """

    asks: np.ndarray
    brings: np.ndarray


@final
class _Scores:
    """The scores of one attention head: for each coordinate of a key the factor that the row that asks computes.

    Args:
        head: its query and key.
        versions: for each coordinate the last block that wrote it.
        bound: how large the scores are at most.
    """

    def __init__(self, head: AttentionHead, versions: np.ndarray, bound: Fraction) -> None:
        self.mask = head.lookup.mask
        self.bound = bound
        self.factors = dense(head.key).T @ dense(head.query)
        self.versions = versions
        self.reads = self.factors != 0

    def ratio(self, before: "_Scores | None") -> float:
        """What most factors of the attention head before are multiplied by; 0 if the scores begin anew.

        They do where a key of the attention head before has been written since, as its scores hold what the key was; and
        where partial sums of both might be too large to be exact.
        """
        if before is None or before.mask != self.mask:
            return 0.0
        read = before.reads.any(axis=1)
        if (read & self._moved(before)).any():
            return 0.0
        keys = np.flatnonzero(self.reads.any(axis=1) & read)
        ratios = [float(abs(self.factors[key]).max() / abs(before.factors[key]).max()) for key in keys]
        best = max(set(ratios), key=lambda ratio: (ratios.count(ratio), ratio), default=0.0)
        exact = best != 0 and np.frexp(best)[0] == 0.5 and _steps(before.bound, self.bound, best) <= _EXACT
        return best if exact and len(self.changed(before, best)) < len(self.changed(None, 0.0)) else 0.0

    def _moved(self, before: "_Scores") -> np.ndarray:
        return self.versions != before.versions

    def changed(self, before: "_Scores | None", ratio: float) -> list[int]:
        """The coordinates whose factor is not that of the attention head before times `ratio`."""
        keys = self.reads.any(axis=1)
        if before is None or ratio == 0:
            return [int(key) for key in np.flatnonzero(keys)]
        moved = self._moved(before)
        same = (self.factors == ratio * before.factors).all(axis=1) & ~(self.reads & moved).any(axis=1) & ~moved
        return [int(key) for key in np.flatnonzero((keys | before.reads.any(axis=1)) & ~same)]


def _steps(before: Fraction, now: Fraction, ratio: float) -> Fraction:
    """The largest partial sum of scores carried on, in units of the finest one."""
    return (before * Fraction(ratio) + now) / min(Fraction(1), Fraction(ratio))


def _versions(weights: Weights, blocks: Sequence[BlockWeights]) -> list[np.ndarray]:
    """For each block, for each coordinate, the last block before it that wrote its register; -1 for none.

    By register, so that networks which write other values share a plan.
    """
    versions = [np.full(weights.layout.d_model, -1)]
    for index, block in enumerate(blocks):
        now = versions[-1].copy()
        matrices = (block.mlp.w_out, *(head.output for head in block.heads))
        written = {row for matrix in matrices for row, _, _ in matrix.entries}
        for span in weights.layout.spans.values():
            if not written.isdisjoint(span):
                now[list(span)] = index
        versions.append(now)
    return versions


@final
class _Found(NamedTuple):
    """What one attention head reads."""

    mask: str
    ratio: float
    changed: tuple[Entry, ...]
    values: tuple[Entry, ...]
    arrays: HeadArrays


def _found(weights: Weights, blocks: Sequence[BlockWeights], versions: Sequence[np.ndarray]) -> list[list[_Found]]:
    """What each attention head of each block reads."""
    before: _Scores | None = None
    found: list[list[_Found]] = []
    for block, version in zip(blocks, versions, strict=False):
        found.append([])
        for head in block.heads:
            now = _Scores(head, version, largest_score(weights.layout, head))
            ratio = now.ratio(before)
            changed = now.changed(before, ratio)
            brings = dense(head.output) @ dense(head.value)
            read = np.flatnonzero(brings.any(axis=0))
            keys, values = (tuple((int(place), int(version[place])) for place in places) for places in (changed, read))
            arrays = HeadArrays(now.factors[changed], brings[:, read])
            found[-1].append(_Found(head.lookup.mask, ratio, keys, values, arrays))
            before = now
    return found


def plan(weights: Weights) -> tuple[Plan, tuple[tuple[HeadArrays, ...], ...]]:
    """The plan of these weights, and the arrays of each attention head of each block, in float64, exact.

    A score is x' W_Q' W_K x_n: a sum over the coordinates of x_n that W_K reads, each with a factor that the row that asks
    computes. Where the factor of a coordinate is the same as in the attention head before, it need not be added again:
    all search layers of a binary search share their keys.

    Raises:
        ProgramError: if rows see later ones, or nothing is fed back.
    """
    check_grows(weights.labels, (head.lookup.mask for block in weights.blocks for head in block.heads))
    blocks = [block for _ in range(weights.labels.loops) for block in weights.blocks]
    found = _found(weights, blocks, _versions(weights, blocks))
    heads = [head for own in found for head in own]
    encoder = None
    if weights.labels.encoder is not None:
        encoder = (weights.layout.spans[weights.labels.encoder][0], -1)
    used = dict.fromkeys(([] if encoder is None else [encoder]) + [entry for head in heads for entry in head.changed])
    keys = sorted(used, key=lambda entry: entry[1])
    values = list(dict.fromkeys(head.values for head in heads))
    plans = tuple(
        tuple(
            HeadPlan(
                head.mask, head.ratio, tuple(keys.index(entry) for entry in head.changed), values.index(head.values)
            )
            for head in own
        )
        for own in found
    )
    structure = Plan(tuple(keys), tuple(values), plans, None if encoder is None else keys.index(encoder))
    return structure, tuple(tuple(head.arrays for head in own) for own in found)
