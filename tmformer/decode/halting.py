"""Halting: the stop table as arrays, read from the residual stream inside a compiled loop. Axes: see `tmformer.axes`."""

from typing import NamedTuple, final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from tmformer.errors import DecodeError
from tmformer.program import BROKEN, OUTSIDE, RUNNING, OneHot
from tmformer.weights import Weights

_RUNNING, _OUTSIDE, _BROKEN, _FIRST = 0, 1, 2, 3


@final
class Readout(NamedTuple):
    """The stop table, as data of a compiled function: another network of the same shape needs no other function.

    Args:
        signals: 1 at the coordinate of value v of signal register s.
        offsets: how many rows further on the target of a signal is.
        reads: 1 at the coordinate of value r of each register that is read at the target.
        where: 1 at the coordinate of the flag of rows that may be a target.
        codes: what the table says: 0 running, 3 and more the outcomes; the values read count as digits of one number.
        counts: how many steps the next application counts, as the tally says; None where there is no tally.
    """

    signals: Float[Array, "signals values model"]
    offsets: Int[Array, " signals"]
    reads: Float[Array, "registers reads model"]
    where: Float[Array, " model"]
    codes: Int[Array, "values combinations"]
    counts: Int[Array, "values combinations"] | None = None


def outcomes(weights: Weights) -> tuple[str, ...]:
    """What each code of a Readout means."""
    said = sorted({outcome for *_, outcome in weights.labels.stop.outcomes})
    return (RUNNING, OUTSIDE, BROKEN, *said)


def readout(weights: Weights, *, d_model: int, values: int, dtype: str) -> Readout:
    """The stop table of these weights.

    Args:
        weights: whose labels are read.
        d_model: coordinates of the padded residual stream.
        values: coordinates of the widest register that is read; narrower ones are padded.
        dtype: the format of the residual stream.
    """
    stop, layout = weights.labels.stop, weights.layout
    index = {outcome: code for code, outcome in enumerate(outcomes(weights))}
    signals = np.zeros((len(stop.signals), values, d_model))
    for number, signal in enumerate(stop.signals):
        span = layout.spans[signal.register]
        signals[number, np.arange(len(span)), span] = 1
    # One register is padded as the signals are, so that networks of many sizes share one shape.
    widest = max((len(layout.spans[name]) for name in stop.reads), default=1)
    width = values if len(stop.reads) == 1 else widest
    reads = np.zeros((len(stop.reads), width, d_model))
    for number, name in enumerate(stop.reads):
        span = layout.spans[name]
        reads[number, np.arange(len(span)), span] = 1
    where = np.zeros(d_model)
    where[layout.spans[stop.where][0]] = 1
    codes = np.zeros((values, *(width,) * len(stop.reads)), dtype=np.int32)
    held = [_values(weights, name) for name in (stop.signals[0].register, *stop.reads)]
    for *pair, outcome in stop.outcomes:
        codes[tuple(known.index(value) for known, value in zip(held, pair, strict=True))] = index[outcome]
    counts = np.ones(codes.shape, dtype=np.int32)
    for count in weights.labels.tally:
        counts[tuple(known.index(value) for known, value in zip(held, count.when, strict=True))] = count.steps
    offsets = np.array([signal.offset for signal in stop.signals], dtype=np.int32)
    floats = (jnp.asarray(array, dtype) for array in (signals, reads, where))
    signals_, reads_, where_ = floats
    tables = [jnp.asarray(table.reshape(values, -1)) for table in (codes, counts)]
    return Readout(
        signals_, jnp.asarray(offsets), reads_, where_, tables[0], tables[1] if weights.labels.tally else None
    )


def outcome_of(weights: Weights, rows: Float[np.ndarray, "rows model"]) -> str:
    """What the stop table says of a residual stream, as `read` does where a loop is compiled.

    Args:
        weights: whose labels are read.
        rows: the residual stream.
    """
    stop, spans = weights.labels.stop, weights.layout.spans
    said = [
        (signal, place) for signal in stop.signals for place in np.argwhere(rows[:, list(spans[signal.register])] > 0.5)
    ]
    if len(said) != 1:
        return BROKEN
    signal, (row, value) = said[0]
    target = int(row) + signal.offset
    if not 0 <= target < len(rows) or not rows[target, spans[stop.where][0]] > 0.5:
        return OUTSIDE
    held = [rows[target, list(spans[name])] for name in stop.reads]
    if any(not (values > 0.5).any() for values in held):
        return RUNNING
    names = zip((signal.register, *stop.reads), (value, *(np.argmax(values) for values in held)), strict=True)
    wanted = tuple(_values(weights, name)[int(place)] for name, place in names)
    return next((outcome for *pair, outcome in stop.outcomes if tuple(pair) == wanted), RUNNING)


def _values(weights: Weights, register: str) -> tuple[str, ...]:
    type_ = weights.labels.register(register).type
    if not isinstance(type_, OneHot):
        raise DecodeError(
            "The stop table reads one-hot registers",
            found=str(type_),
            where=f"register {register!r}",
            remedy="Declare it one-hot.",
        )
    return type_.values


def read(table: Readout, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]) -> Int[Array, ""]:
    """The code of what the stop table says of this residual stream.

    A bit counts as set above 1/2, the nearest grid point: exact in the saturated regime, decoding in the graded one.
    """
    return read_counted(table, x, keep)[0]


def read_counted(
    table: Readout, x: Float[Array, "rows model"], keep: Bool[Array, " rows"]
) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """The code of what the stop table says, and how many steps the next application counts; 1 without a tally."""
    said = jnp.einsum("nd,svd->nsv", x, table.signals) > 0.5
    place = jnp.argmax(said.reshape(-1)).astype(jnp.int32)
    row, signal, value = jnp.unravel_index(place, said.shape)
    target = row + table.offsets[signal]
    at = jnp.clip(target, 0, x.shape[0] - 1)
    there = x[at]
    inside = (target == at) & keep[at] & ((there @ table.where) > 0.5)
    combination, is_held = _combination(table, there)
    code = jnp.where(inside, jnp.where(is_held, table.codes[value, combination], _RUNNING), _OUTSIDE)
    count = jnp.int32(1) if table.counts is None else jnp.where(is_held, table.counts[value, combination], 1)
    return jnp.where(said.sum() == 1, code, _BROKEN).astype(jnp.int32), count


def _combination(table: Readout, row: Float[Array, " model"]) -> tuple[Int[Array, ""], Bool[Array, ""]]:
    """What a row holds in the registers that are read, as one number, and whether it holds something in each."""
    held = table.reads @ row
    combination, is_held = jnp.int32(0), jnp.bool_(True)
    for number in range(table.reads.shape[0]):
        combination = combination * table.reads.shape[1] + jnp.argmax(held[number]).astype(jnp.int32)
        is_held &= held[number].max() > 0.5
    return combination, is_held


def read_row(table: Readout, row: Float[Array, " model"]) -> Int[Array, ""]:
    """The code of what the stop table says of the newest row of a sequence that grows; it speaks of itself."""
    said = (table.signals @ row) > 0.5
    value = jnp.argmax(said.any(axis=0)).astype(jnp.int32)
    combination, is_held = _combination(table, row)
    code = jnp.where(is_held, table.codes[value, combination], _RUNNING)
    code = jnp.where((row @ table.where) > 0.5, code, _OUTSIDE)
    return jnp.where(said.sum() == 1, code, _BROKEN).astype(jnp.int32)
