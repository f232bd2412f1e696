"""One row against what earlier rows show: the compiled loop of the cached engine. Axes: see `tmformer.axes`."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from tmformer.decode.feedback import Feedback, next_residual
from tmformer.decode.halting import Readout, read_row
from tmformer.decode.plan import Entry, HeadPlan, Plan

UNITS = 16
"""Hidden units come in multiples of it: XLA on CPU sums the terms of the last rows of a matrix, up to 7, in another order."""

_SHORT = 32  # the longest sum that XLA on CPU computes in the same kernel as what reads it


@final
class Block(NamedTuple):
    """The numbers of one block; see `plan.HeadArrays` for those of the attention heads."""

    asks: tuple[Float[Array, "changed model"], ...]
    brings: tuple[Float[Array, "model values"], ...]
    w_in: Float[Array, "mlp model"]
    b_in: Float[Array, " mlp"]
    w_out: Float[Array, "model mlp"]


@final
class Numbers(NamedTuple):
    """All numbers of a network: data of the compiled loop.

    Args:
        blocks: those of the blocks.
        table: the stop table.
        feedback: where the coordinates of the next row come from.
        beta: inverse temperature.
    """

    blocks: tuple[Block, ...]
    table: Readout
    feedback: Feedback
    beta: Float[Array, ""]


@final
class Cache(NamedTuple):
    """What is kept of the rows so far, entries in the format of accumulation.

    Args:
        keys: for each key entry of the plan its value in each row.
        values: the same for each array of entries that values read.
        after: the residual stream after all blocks.
        rows: how many rows there are.
        code: what the stop table says of the last one.
    """

    keys: Float[Array, "keys rows"]
    values: tuple[Float[Array, "values rows"], ...]
    after: Float[Array, "rows model"]
    rows: Int[Array, ""]
    code: Int[Array, ""]


@partial(jax.jit, static_argnums=(0, 1))
def decode_rows(
    structure: Plan,
    accumulation: str,
    numbers: Numbers,
    prompt: Float[Array, "rows model"],
    prompt_rows: Int[Array, ""],
    cache: Cache,
    end: Int[Array, ""],
) -> Cache:
    """Rows of the prompt, then rows that are fed back, until there are `end` or the stop table says so.

    Compiled once for each plan and shape; the network is data.
    """

    def goes_on(now: Cache) -> jax.Array:
        return (now.rows < end) & ((now.rows < prompt_rows) | (now.code == 0))

    def body(now: Cache) -> Cache:
        last = now.after[jnp.maximum(now.rows - 1, 0)]
        x = jnp.where(now.rows < prompt_rows, prompt[now.rows], next_residual(numbers.feedback, last, now.rows))
        return _push(structure, accumulation, numbers, x, now)

    return jax.lax.while_loop(goes_on, body, cache)


def _push(structure: Plan, accumulation: str, numbers: Numbers, x: jax.Array, now: Cache) -> Cache:
    """One row through all blocks."""
    keys, values = now.keys, now.values
    attention = _Scoring(structure, accumulation, numbers.beta, now.rows)
    for index, block in enumerate(numbers.blocks):
        keys, values = _write(structure, index, x, now.rows, keys, values)
        attended = x
        for head, asks, brings in zip(structure.heads[index], block.asks, block.brings, strict=True):
            found = attention.find(head, asks, x, keys, values[head.values])
            attended = attended + row_sum(brings, found, accumulation).astype(x.dtype)
        hidden = jax.nn.relu(row_sum(block.w_in, attended, accumulation) + block.b_in.astype(accumulation)).astype(
            x.dtype
        )
        x = attended + row_sum(block.w_out, hidden, accumulation).astype(x.dtype)
    after = jax.lax.dynamic_update_slice(now.after, x[None, :], (now.rows, jnp.int32(0)))
    return Cache(keys, values, after, now.rows + 1, read_row(numbers.table, x))


def _write(
    structure: Plan, index: int, x: jax.Array, row: jax.Array, keys: jax.Array, values: tuple[jax.Array, ...]
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """What the row shows from the attention of block number `index` on."""

    def written(array: jax.Array, first: int, entries: Sequence[Entry]) -> jax.Array:
        if not entries:
            return array
        held = x[jnp.array([coordinate for coordinate, _ in entries])].astype(array.dtype)
        return jax.lax.dynamic_update_slice(array, held[:, None], (jnp.int32(first), row))

    first = sum(version < index - 1 for _, version in structure.keys)
    keys = written(keys, first, [entry for entry in structure.keys if entry[1] == index - 1])
    complete = [max((version for _, version in entries), default=-1) == index - 1 for entries in structure.values]
    values = tuple(
        written(array, 0, entries if now else ())
        for array, entries, now in zip(values, structure.values, complete, strict=True)
    )
    return jax.lax.optimization_barrier((keys, values))


def row_sum(
    matrix: Float[Array, "sums terms"], vector: Float[Array, " terms"], accumulation: str
) -> Float[Array, " sums"]:
    """The sums of products of each row of a matrix with a vector, in the format of sums."""
    if len(vector) <= _SHORT:
        return (matrix.astype(accumulation) * vector.astype(accumulation)[None, :]).sum(axis=1)
    return jnp.matmul(matrix, vector, preferred_element_type=accumulation, precision=jax.lax.Precision.HIGHEST)


def row_average(
    logits: Float[Array, " rows"], values: Float[Array, "values rows"], accumulation: str
) -> tuple[Float[Array, " values"], Float[Array, " rows"]]:
    """The averages of values over the rows, by softmax, in the format of sums, and the powers exp(logit - largest logit).

    Args:
        logits: of the rows; their number is a multiple of 32.
        values: what the rows show.
        accumulation: the format of sums.
    """
    powers = jnp.exp(logits - _by_lanes(jnp.max, logits)).astype(accumulation)
    powers = jax.lax.optimization_barrier(powers)
    mixed = row_sum(values, powers, accumulation)
    # Without the second barrier XLA multiplies by the reciprocal of the total, and m ties of one value do not give it.
    total = jax.lax.optimization_barrier(jnp.broadcast_to(_by_lanes(jnp.sum, powers), mixed.shape))
    return mixed / total, powers


@final
class _Scoring:
    """The scores of one row, carried on from attention head to attention head."""

    def __init__(self, structure: Plan, accumulation: str, beta: jax.Array, row: jax.Array) -> None:
        self._structure = structure
        self._accumulation = accumulation
        self._beta = beta
        self._row = row
        self._factors: dict[int, jax.Array] = {}
        self._scores: jax.Array | None = None

    def find(self, head: HeadPlan, asks: jax.Array, x: jax.Array, keys: jax.Array, values: jax.Array) -> jax.Array:
        """The averages that one attention head finds, one for each value entry."""
        scores = self._advance(head, row_sum(asks, x, self._accumulation), keys).astype(x.dtype)
        logits = jnp.where(self._sees(head.mask, x, keys), scores * self._beta, jnp.finfo(x.dtype).min)
        return row_average(logits, values, self._accumulation)[0].astype(x.dtype)

    def _advance(self, head: HeadPlan, factors: jax.Array, keys: jax.Array) -> jax.Array:
        """The scores of this attention head: those of the last one, and what has changed."""
        if head.ratio == 0 or self._scores is None:
            self._factors, self._scores = {}, jnp.zeros(keys.shape[1], self._accumulation)
        elif head.ratio != 1:
            self._factors = {entry: head.ratio * factor for entry, factor in self._factors.items()}
            self._scores = head.ratio * self._scores
        for place, entry in enumerate(head.changed):
            change = factors[place] - self._factors.get(entry, jnp.zeros((), factors.dtype))
            self._scores = self._scores + change * keys[entry]
            self._factors[entry] = factors[place]
        return self._scores

    def _sees(self, mask: str, x: jax.Array, keys: jax.Array) -> jax.Array:
        sees = jnp.arange(keys.shape[1], dtype=jnp.int32) <= self._row
        if self._structure.encoder is None:
            return sees
        encoded = keys[self._structure.encoder] > 0.5
        own = x[self._structure.keys[self._structure.encoder][0]] > 0.5
        return sees & (encoded if mask == "across" else encoded == own)


def _by_lanes(reduce: Callable[..., jax.Array], values: jax.Array) -> jax.Array:
    """A maximum or sum, first of short columns side by side; without the barrier XLA makes one long, slow row of them."""
    return reduce(jax.lax.optimization_barrier(reduce(values.reshape(-1, _SHORT), axis=0)))
