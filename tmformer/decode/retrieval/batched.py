"""The compiled loop of many networks that each pass one message: what their gates write is data.

Axes: see `tmformer.axes`. The batch is the last axis of every array, so that each instruction works on many networks. The
row that a message left is put back one block later, from what the loop carries: what a loop carries is computed once,
while within a block XLA on CPU would compute it again for each row that it may be put back into.
"""

from functools import partial
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, UInt8


@final
class Shared(NamedTuple):
    """What the networks have in common, hashable: constants of the compiled loop.

    Args:
        w_in: the gates' weights, for each gate one for each place that gates read.
        b_in: their biases.
        reads: where these places are among those that a row keeps, followed by those that it receives.
        ends: (place received, place kept) of each pair that ends a run.
        rows: what each row of the prompt keeps, for each place the rows.
        row: the row that the message reaches at first.
        received: what that row receives.
    """

    w_in: tuple[tuple[float, ...], ...]
    b_in: tuple[float, ...]
    reads: tuple[int, ...]
    ends: tuple[tuple[int, int], ...]
    rows: tuple[tuple[float, ...], ...]
    row: int
    received: tuple[float, ...]


@final
class Now(NamedTuple):
    """Where the runs are.

    Args:
        rows: what rows keep, an array for each place; of the row that the message left, what it kept before.
        left: what that row keeps.
        left_row: its number.
        row: the number of the row that the message has reached.
        received: what that row received.
        ended: whether the stop table has ended the run.
        steps: blocks applied until then.
    """

    rows: tuple[Float[Array, "rows batch"], ...]
    left: tuple[Float[Array, " batch"], ...]
    left_row: Float[Array, " batch"]
    row: Float[Array, " batch"]
    received: tuple[Float[Array, " batch"], ...]
    ended: Bool[Array, " batch"]
    steps: Float[Array, " batch"]


@final
class Reached(NamedTuple):
    """Where many runs have come to.

    Args:
        kept: for each place that rows keep, which rows hold 1 there: row i is bit i % 8 of byte i // 8.
        row: the row that the message has reached.
        received: what that row received.
        ended: whether the stop table has ended the run.
        steps: blocks applied until then.
        on_grid: whether all that rows keep and receive is 0 or 1, and the message has reached a row.
    """

    kept: UInt8[np.ndarray, "reads bytes batch"]
    row: Float[np.ndarray, " batch"]
    received: Float[np.ndarray, "values batch"]
    ended: Bool[np.ndarray, " batch"]
    steps: Float[np.ndarray, " batch"]
    on_grid: Bool[np.ndarray, " batch"]


def go(shared: Shared, written: Float[np.ndarray, "outputs mlp batch"], blocks: int) -> Reached:
    """Run the networks until the stop table ends each, at most so many blocks.

    Args:
        shared: what they have in common.
        written: what their gates write: places that a row keeps, places that it passes on, and the row it is passed to.
        blocks: the most blocks.
    """
    return Reached(*(np.asarray(array) for array in _run(shared, written, blocks)))


@partial(jax.jit, static_argnums=(0, 2))
def _run(shared: Shared, written: jax.Array, blocks: int) -> tuple[jax.Array, ...]:
    now = jax.lax.fori_loop(0, blocks, lambda _, now: _block(shared, written, now), _begun(shared, written.shape[-1]))
    rows, _, ended = _arrived(shared, now)
    kept, received = jnp.stack(rows), jnp.stack(now.received)
    on_grid = (kept * (1 - kept) == 0).all((0, 1)) & (received * (1 - received) == 0).all(0)
    is_row = (now.row == jnp.round(now.row)) & (now.row >= 0) & (now.row < kept.shape[1])
    return jnp.packbits(kept != 0, axis=1, bitorder="little"), now.row, received, ended, now.steps, on_grid & is_row


def _begun(shared: Shared, batch: int) -> Now:
    """Every run at the same prompt."""

    def each(number: float) -> jax.Array:
        return jnp.full(batch, number, "float32")

    rows = tuple(jnp.tile(jnp.asarray(row, "float32")[:, None], (1, batch)) for row in shared.rows)
    left = tuple(each(row[shared.row]) for row in shared.rows)
    received = tuple(each(number) for number in shared.received)
    return Now(rows, left, each(float(shared.row)), each(float(shared.row)), received, each(0.0) != 0, each(0.0))


def _arrived(shared: Shared, now: Now) -> tuple[tuple[jax.Array, ...], tuple[jax.Array, ...], jax.Array]:
    """All rows, what the row keeps that the message has reached, and whether the stop table ends the run there."""
    numbers = jnp.arange(len(shared.rows[0]), dtype="float32")[:, None]
    place = now.row.astype("int32")[None]
    found = (jnp.take_along_axis(kept, place, axis=0, mode="fill")[0] for kept in now.rows)
    stays = now.row == now.left_row
    held = tuple(jnp.where(stays, left, kept) for left, kept in zip(now.left, found, strict=True))
    is_left = numbers == now.left_row[None]
    rows = tuple(jnp.where(is_left, left[None], kept) for left, kept in zip(now.left, now.rows, strict=True))
    ends = (now.received[signal] * held[read] != 0 for signal, read in shared.ends)
    return rows, held, sum(ends, now.ended)


def _block(shared: Shared, written: jax.Array, now: Now) -> Now:
    """One block: the row that the message has reached goes through the MLP; a run that has ended stays as it is."""
    rows, held, ended = _arrived(shared, now)
    places = (*held, *now.received)
    reads = jnp.stack([places[place] for place in shared.reads])
    w_in, b_in = (jnp.asarray(numbers, "float32") for numbers in (shared.w_in, shared.b_in))
    hidden = jax.nn.relu(jnp.matmul(w_in, reads, precision=jax.lax.Precision.HIGHEST) + b_in[:, None])
    sums = [sum(written[output, gate] * hidden[gate] for gate in range(len(b_in))) for output in range(len(written))]
    *sums, moved = (jnp.where(ended, 0, each) for each in sums)
    left = tuple(kept + each for kept, each in zip(held, sums, strict=False))
    sent = zip(now.received, sums[len(held) :], strict=True)
    received = tuple(jnp.where(ended, before, each) for before, each in sent)
    return Now(
        rows, left, now.row, now.row + moved, received, ended, now.steps + jnp.where(ended, 0, 1).astype("float32")
    )
