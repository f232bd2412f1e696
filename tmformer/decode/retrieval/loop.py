"""The compiled loop that passes a message on: the row that holds it, the row that it reaches, and no other.

Axes: see `tmformer.axes`. A vector `now` holds the row that the message has reached, what it received included, then
where this is and how many steps are counted; a vector `before` the row that sent it. All is one vector because each small
array that a loop carries costs XLA on CPU as much as a product.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tmformer.decode.retrieval.messages import Messages
from tmformer.program import OneHot
from tmformer.weights import Weights

_TO, _FROM, _COUNT, _BLOCKS, _HOLDS = range(5)
_TAIL = (
    5  # after a row and what it passes on: the row this goes to, its own number, steps counted, blocks, what it holds
)

_ROOM = 2**14  # the rows of an array are a multiple of it, so that networks of many sizes share a compiled loop


@final
class Place(NamedTuple):
    """Where a run is.

    Args:
        rows: what the MLP reads and writes of each row, without the message in the row that sent it; and empty rows before
            and after them, at least as many as a message may go beyond.
        now: the row that the message has reached, and the numbers of the run.
        before: the row that sent it, and the same numbers.
    """

    rows: Float[Array, "rows places"]
    now: Float[Array, " numbers"]
    before: Float[Array, " numbers"]


@final
@dataclass(frozen=True)
class Loop:
    """The constants of the compiled loop, hashable, so that networks with the same MLP share it.

    Args:
        dtype: the format of sums.
        size: places of a row.
        reach: how many rows a message goes at most.
        received: the places that attention brings something to, first and end.
        symbols: the places that the stop table reads, first and end.
        carriers: the places that may hold the message, each register's first and end.
        tallies: whether a step counts as many as a table says, instead of one.
        arrays: the numbers, each array as its name, its shape and its bytes.
    """

    dtype: str
    size: int
    reach: int
    received: tuple[int, int]
    symbols: tuple[int, int]
    carriers: tuple[tuple[int, int], ...]
    tallies: bool
    arrays: tuple[tuple[str, tuple[int, ...], bytes], ...]

    @property
    def unit(self) -> int:
        """What a symbol counts beside a message, which counts 1: more than there are messages to hold."""
        return self.size + 1

    @property
    def tail(self) -> int:
        """Where the numbers of a run begin."""
        return self.size + self.received[1] - self.received[0]

    @property
    def target(self) -> int:
        """Where the number of the row stands that a message goes to."""
        return self.tail + _TO

    def array(self, name: str) -> np.ndarray:
        """One of the arrays."""
        shape, held = next((shape, held) for each, shape, held in self.arrays if each == name)
        return np.frombuffer(held, dtype=self.dtype).reshape(shape)


def loop_of(weights: Weights, messages: Messages, offsets: tuple[int, ...], dtype: str) -> Loop:
    """The constants of the loop of these weights.

    What a message brings and where it goes is linear in what gates write, because a row clears the message that it held:
    so these products of matrices are known beforehand, exactly.

    Args:
        weights: of a network that passes messages.
        messages: its plan.
        offsets: for each lookup how many rows further on the row is that its asker finds.
        dtype: the format of sums.
    """
    layout, units, stop = weights.layout, messages.units, weights.labels.stop
    index = {place: number for number, place in enumerate(units.places)}

    def span(name: str) -> tuple[int, int]:
        first = index[layout.spans[name][0]]
        return first, first + len(layout.spans[name])

    received, symbols = span(messages.lookups[0].into), span(stop.reads[0])
    size, tail = len(units.places), len(units.places) + received[1] - received[0]
    moves = np.zeros(size)
    for lookup, offset in zip(messages.lookups, offsets, strict=True):
        moves[slice(*span(lookup.value))] = -offset
    written = np.zeros((tail + _TAIL, len(units.b_in)))
    written[:size], written[size:tail] = units.w_out, messages.brings[slice(*received)] @ units.w_out
    written[tail + _TO] = moves @ units.w_out
    cleared, kept = np.zeros(tail + _TAIL), np.ones(tail + _TAIL)
    cleared[:size], kept[tail + _HOLDS] = -units.alone_out, 0
    carriers, held = tuple(span(lookup.value) for lookup in messages.lookups), np.zeros(size)
    for first, end in carriers:
        held[first:end] = 1
    held[slice(*symbols)] = size + 1
    arrays = {
        "held": held,
        "w_in": units.w_in,
        "b_in": units.b_in,
        "written": written,
        "cleared": cleared,
        "kept": kept,
    }
    arrays["step"], arrays["block"] = np.eye(tail + _TAIL)[[tail + _COUNT, tail + _BLOCKS]]
    arrays["ends"], arrays["counts"] = _tables(weights)
    constants = tuple((name, array.shape, array.astype(dtype).tobytes()) for name, array in arrays.items())
    reach = max(map(abs, offsets))
    return Loop(dtype, size, reach, received, symbols, carriers, bool(weights.labels.tally), constants)


def _tables(weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """For each value of a signal and each that is read: 1 where the stop table ends the run, and the steps counted."""
    labels = weights.labels
    types = [labels.register(name).type for name in (labels.stop.signals[0].register, labels.stop.reads[0])]
    signals, reads = (kind.values if isinstance(kind, OneHot) else () for kind in types)
    ends, counts = np.zeros((len(signals), len(reads))), np.ones((len(signals), len(reads)))
    for signal, read, _ in labels.stop.outcomes:
        ends[signals.index(signal), reads.index(read)] = 1
    for count in labels.tally:
        counts[signals.index(count.when[0]), reads.index(count.when[1])] = count.steps
    return ends, counts


def begin(loop: Loop, messages: Messages, offsets: tuple[int, ...], rows: np.ndarray) -> Place | str:
    """What the loop carries at first; or why the rows are not those of one message.

    Args:
        loop: its constants.
        messages: the plan that they were made from.
        offsets: likewise.
        rows: what the prompt's rows hold at the places, [rows, places].
    """
    carried = np.zeros(loop.size, dtype=bool)
    for span in loop.carriers:
        carried[slice(*span)] = True
    places = np.argwhere(rows[:, carried])
    if len(places) != 1 or rows[:, slice(*loop.received)].any():
        return f"the prompt holds {len(places)} messages"
    sender, number = loop.reach + int(places[0][0]), int(np.flatnonzero(carried)[places[0][1]])
    which = next(index for index, (first, end) in enumerate(loop.carriers) if first <= number < end)
    reader = sender - offsets[which]
    room = len(rows) + 2 * loop.reach
    held = np.zeros((room + -room % _ROOM, loop.size), dtype=loop.dtype)
    held[loop.reach : loop.reach + len(rows)] = rows
    before, now = (np.zeros(loop.tail + _TAIL, dtype=loop.dtype) for _ in range(2))
    before[: loop.size], before[loop.tail + _TO], before[loop.tail + _FROM] = held[sender], reader, sender
    now[: loop.size] = held[reader] + messages.brings @ held[sender]
    now[loop.tail + _TO] = now[loop.tail + _FROM] = reader
    now[loop.tail + _HOLDS] = 1 + loop.unit
    return Place(jnp.asarray(held), jnp.asarray(now), jnp.asarray(before))


def go(loop: Loop, place: Place, limit: int) -> tuple[Place, int, int]:
    """Pass the message on, at most `limit` steps, or until the stop table ends the run.

    Returns:
        Where the run is, the steps counted and the blocks applied.
    """
    counters = np.array([loop.tail + _COUNT, loop.tail + _BLOCKS])
    place = _compiled(loop)(place._replace(now=place.now.at[counters].set(0)), jnp.asarray(limit, loop.dtype))
    steps, blocks = np.asarray(place.now)[counters]
    return place, int(steps), int(blocks)


def rows_of(loop: Loop, place: Place, count: int) -> np.ndarray:
    """What all rows hold at the places, the message included, [rows, places].

    Args:
        loop: the constants.
        place: where the run is.
        count: how many rows there are, without the empty ones.
    """
    rows, before = np.array(place.rows), np.asarray(place.before)
    rows[int(before[loop.tail + _FROM])] = before[: loop.size]
    return rows[loop.reach : loop.reach + count]


def is_regular(loop: Loop, place: Place) -> bool:
    """Whether one message has reached a row that holds a symbol: what the compiled loop is for.

    The row that it left must hold one message and one symbol, on their grids: else it may not rest, and does not send one
    message. So every row that the loop has left holds one symbol at most, and a sum of 1 is one.
    """
    return bool(_is_regular(loop, place.now))


def _is_regular(loop: Loop, now: jax.Array) -> jax.Array:
    return (now[loop.tail + _HOLDS] == 1 + loop.unit) & (now[slice(*loop.symbols)].sum() == 1)


@lru_cache(maxsize=16)
def _compiled(loop: Loop) -> Callable[[Place, Float[Array, ""]], Place]:
    """The compiled loop of these constants: (place, limit) -> place, until a row is reached that ends the run."""
    numbers = {name: jnp.asarray(loop.array(name)) for name, _, _ in loop.arrays}

    def run(place: Place, limit: Float[Array, ""]) -> Place:
        return jax.lax.while_loop(partial(_goes_on, loop, numbers, limit), partial(_pass, loop, numbers), place)

    return jax.jit(run)


def _counted(loop: Loop, numbers: dict[str, jax.Array], name: str, now: jax.Array) -> jax.Array:
    """What a table says of the message that has arrived and the symbol that is there."""
    arrived, held, table = now[slice(*loop.received)], now[slice(*loop.symbols)], numbers[name]
    return (table * arrived[:, None] * held[None, :]).sum()


def _goes_on(loop: Loop, numbers: dict[str, jax.Array], limit: jax.Array, place: Place) -> jax.Array:
    now = place.now
    step = _counted(loop, numbers, "counts", now) if loop.tallies else 1
    return (
        _is_regular(loop, now) & (_counted(loop, numbers, "ends", now) == 0) & (now[loop.tail + _COUNT] + step <= limit)
    )


def _pass(loop: Loop, numbers: dict[str, jax.Array], place: Place) -> Place:
    """One block: the row that holds the message after attention goes through the MLP, the row that sent it is cleared."""
    rows, now, _ = place
    size, tail = loop.size, loop.tail
    w_in, cleared = numbers["w_in"], numbers["cleared"]
    hidden = numbers["b_in"]
    for column in range(w_in.shape[1]):
        hidden = hidden + now[column] * w_in[:, column]
    base = now * numbers["kept"] - jax.nn.relu(now) * cleared
    step = numbers["step"]
    if loop.tallies:
        step = step * jax.lax.optimization_barrier(_counted(loop, numbers, "counts", now))
    written = jnp.matmul(numbers["written"], jax.nn.relu(hidden), precision=jax.lax.Precision.HIGHEST)
    after = base + step + numbers["block"] + written
    sent, row = after[size:tail], after[:size]
    there, left = after[tail + _TO].astype(jnp.int32), now[tail + _TO].astype(jnp.int32)
    zero = jnp.int32(0)
    rows = jax.lax.dynamic_update_slice(rows, (row - jax.nn.relu(row) * cleared[:size])[None], (left, zero))
    other = jax.lax.dynamic_slice(rows, (there, zero), (1, size))[0]
    stays = after[tail + _TO] == after[tail + _FROM]
    first, end = loop.received
    reached = jnp.where(stays, row, other) + jnp.pad(sent, (first, size - end))
    off_grid = loop.unit**2  # more than any row that is on its grid holds
    holds = (jnp.where((row == 0) | (row == 1), row, off_grid) * numbers["held"]).sum()
    ended = [after[tail + _TO], after[tail + _TO], after[tail + _COUNT], after[tail + _BLOCKS], holds]
    now = jnp.concatenate([reached, jnp.zeros_like(sent), jnp.stack(ended)])
    return Place(rows, now, after)
