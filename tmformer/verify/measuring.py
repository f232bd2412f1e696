"""Measuring lookups: by how much the rows that answer win at each depth, and what leaks to others, in a run in floats."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast, final

import numpy as np

from tmformer.constructions import construction_of
from tmformer.decode import BlockRegisters, Cached, Dense, Exact, ExactRows, NetworkTrace, trace_network
from tmformer.pipeline import certify, precision_enabled
from tmformer.precision import Certificate
from tmformer.program import Labels, Lookup
from tmformer.verify.differences import as_float64
from tmformer.verify.fitting import Fitted
from tmformer.weights import AttentionHead, Weights, dense


@final
@dataclass(frozen=True)
class Measured:
    """One lookup over depth.

    Args:
        where: as in a certificate: ``block 0, lookup 'from_left'``.
        lookup: its name.
        depths: the blocks applied before; where the sequence grows, decoding steps, 0 for the row that the prompt ends with.
        margins: at each depth the least difference of a score of a row that answers to the best of all others that are seen, in
            units of score; NaN where all answer.
        leaks: at each depth the most attention weight that a row gave to rows that hold something else than those that answer.
    """

    where: str
    lookup: str
    depths: tuple[int, ...]
    margins: tuple[float, ...]
    leaks: tuple[float, ...]


@final
@dataclass(frozen=True, eq=False)
class MeasuredRun:
    """A run in floats with everything kept.

    Args:
        steps: machine steps.
        trace: what each block computed in floats.
        certificate: why these floats may be trusted.
        lookups: each lookup over depth.
    """

    steps: int
    trace: NetworkTrace
    certificate: Certificate
    lookups: tuple[Measured, ...]


def measure_lookups(run: Fitted, *, format: str = "float32", regime: str = "saturated") -> MeasuredRun:
    """Run weights in floats, and beside them in rationals with hard attention, which says which rows are to answer.

    Args:
        run: weights, and the run that they are for.
        format: a number format that JAX has.
        regime: "saturated" or "graded".

    Raises:
        PrecisionError: if exactness cannot be promised in this format and regime.
        UsageError: if there is no such regime.
        ModelError: if the run would not fit into memory.

    >>> import tmformer
    >>> from tmformer.verify import fitted
    >>> run = measure_lookups(fitted(tmformer.compile(tmformer.load_machine("bb2"), steps=6), None, "", 6, None, None))
    >>> run.lookups[0].margins, max(run.lookups[0].leaks)
    ((1.0, 1.0, 1.0, 1.0, 1.0, 1.0), 0.0)
    """
    weights, kind = run.weights, cast("Literal['saturated', 'graded']", regime)
    certificate = certify(weights, format=format, regime=regime)
    made = construction_of(run.labels)
    prompt = made.encode_configuration(run.labels, run.start)
    steps = min(run.steps, made.compiled_steps(weights.labels))
    exact = trace_network(ExactRows(weights) if weights.labels.feedback else Exact(weights), prompt, steps)
    with precision_enabled(format):
        engine = Cached if weights.labels.feedback else Dense
        floats = engine(weights, format_name=format, regime=kind, certificate=certificate)
        found = trace_network(floats, prompt, steps)
    blocks = len(weights.blocks)
    done = len(found[0].before) - prompt.num_rows if weights.labels.feedback else len(found) // blocks
    return MeasuredRun(done, found, certificate, tuple(_lookups(weights, exact, found, prompt.num_rows)))


def _lookups(weights: Weights, exact: NetworkTrace, found: NetworkTrace, prompt: int) -> Iterator[Measured]:
    """Each lookup over depth."""
    blocks = len(weights.blocks)
    for number, block in enumerate(weights.blocks):
        for head in block.heads:
            pairs = list(zip(exact.blocks[number::blocks], found.blocks[number::blocks], strict=True))
            rows = [_rows(weights.labels, head, one, other) for one, other in pairs]
            where = f"block {number}, lookup {head.lookup.name!r}"
            if weights.labels.feedback:
                margins, leaks = rows[0]
                yield _measured(
                    where, head, range(len(margins) - prompt + 1), margins[prompt - 1 :], leaks[prompt - 1 :]
                )
            else:
                least = [math.nan if np.isnan(margins).all() else float(np.nanmin(margins)) for margins, _ in rows]
                depths = range(number, blocks * len(rows), blocks)
                yield _measured(where, head, depths, least, [float(leaks.max()) for _, leaks in rows])


def _measured(
    where: str, head: AttentionHead, depths: range, margins: Iterable[float], leaks: Iterable[float]
) -> Measured:
    return Measured(where, head.lookup.name, tuple(depths), tuple(map(float, margins)), tuple(map(float, leaks)))


def _rows(
    labels: Labels, head: AttentionHead, exact: BlockRegisters, found: BlockRegisters
) -> tuple[np.ndarray, np.ndarray]:
    """For each row that asks the margin, NaN where every row that it sees answers, and the leak."""
    name, before = head.lookup.name, as_float64(found.before)
    answers = np.asarray(exact.attention[name] != 0, bool)
    scores = (before @ dense(head.query).T) @ (before @ dense(head.key).T).T
    others = seen_rows(labels, head.lookup, exact) & ~answers
    worst = np.where(answers, scores, np.inf).min(axis=1)
    best = np.where(others, scores, -np.inf).max(axis=1)
    margins = np.where(others.any(axis=1), worst - np.where(np.isinf(best), 0.0, best), math.nan)
    values = as_float64(exact.before) @ dense(head.value).T
    held = np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)
    is_other = held[None, :] != held[answers.argmax(axis=1)][:, None]
    return margins, np.where(is_other, as_float64(found.attention[name]), 0.0).sum(axis=1)


def seen_rows(labels: Labels, lookup: Lookup, block: BlockRegisters) -> np.ndarray:
    """Which rows see which, [rows that ask, rows that answer].

    Args:
        labels: the registers.
        lookup: what is looked up.
        block: one of the blocks that it is in.
    """
    rows = len(block.before)
    everywhere = np.ones((rows, rows), bool)
    if lookup.mask == "none":
        return everywhere
    encoded = np.zeros(rows, bool)
    if labels.encoder is not None:
        encoded = block.register(labels.encoder, "before")[:, 0] != 0
    if lookup.mask == "across":
        return everywhere & encoded[None, :]
    return np.tril(everywhere) & (encoded[:, None] == encoded[None, :])
