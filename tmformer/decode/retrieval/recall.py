"""The compiled loop that decodes row by row and keeps, of each code, the latest row only. Axes: see `tmformer.axes`."""

from functools import partial
from typing import NamedTuple, TypeAlias, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from tmformer.decode.feedback import Feedback, next_residual
from tmformer.decode.halting import Readout, read_row

GOES_ON, CROWDED, IRREGULAR = 0, 1, 2
"""Why the loop ends besides the stop table: two codes share a slot, or a search did not do what was foreseen."""


@final
class Mlp(NamedTuple):
    """An MLP that is computed in full, on the coordinates that it reads.

    Args:
        reads: these coordinates.
        w_in: their weights.
        b_in: biases.
        w_out: what the units write, in all coordinates.
    """

    reads: Int[Array, " reads"]
    w_in: Float[Array, "mlp reads"]
    b_in: Float[Array, " mlp"]
    w_out: Float[Array, "model mlp"]


@final
class Digits(NamedTuple):
    """The blocks of all searches, digit by digit, as one batch.

    Args:
        reads: the coordinates that their MLPs read, those of the answers among them.
        answers: which of `reads` the answers are, those of one search after another.
        founds: for each block the coordinates that it is to write, in the order of the answers.
        w_in: weights of the units of each block.
        b_in: biases.
        w_out: what they write: first to `founds`, then to the answers.
    """

    reads: Int[Array, " reads"]
    answers: Int[Array, " answers"]
    founds: Int[Array, "digits answers"]
    w_in: Float[Array, "digits mlp reads"]
    b_in: Float[Array, "digits mlp"]
    w_out: Float[Array, "digits written mlp"]


@final
class Memory(NamedTuple):
    """How rows are kept and found again, for one search or one lookup across.

    Args:
        keys: the coordinates of the codes that a row holds.
        asks: those of the codes that it asks for.
        places: 2**i for the code's digit i.
        times: the coordinates of the time that a row holds, most significant digit first; none for a lookup across.
        values: the coordinates that are fetched.
        into: where they are brought to.
        no_times: what a search answers that finds nothing.
        no_values: what is brought then.
    """

    keys: Int[Array, " code"]
    asks: Int[Array, " code"]
    places: Float[Array, " code"]
    times: Int[Array, " times"]
    values: Int[Array, " values"]
    into: Int[Array, " values"]
    no_times: Float[Array, " times"]
    no_values: Float[Array, " values"]


@final
class Network(NamedTuple):
    """All numbers of a network, and of the prompt that it decodes from: data of the compiled loop.

    Args:
        before: the blocks before the searches.
        digits: the blocks of the searches.
        after: those after them, with the memories that each of them fetches from.
        memories: those of the searches, then those of lookups across.
        table: the stop table.
        feedback: where the next row comes from.
        first: the last row of the prompt before any block, the first that is decoded.
        position: its number.
    """

    before: tuple[Mlp, ...]
    digits: Digits
    after: tuple[Mlp, ...]
    memories: tuple[Memory, ...]
    table: Readout
    feedback: Feedback
    first: Float[Array, " model"]
    position: Int[Array, ""]


Slots: TypeAlias = Float[Array, "slots kept"]
"""Row number code mod the number of slots, a power of two: 1 if it is taken, the code, its time, its values. The
last one is for rows without a code."""


@final
class Recalled(NamedTuple):
    """Where a run is.

    Args:
        slots: for each memory the rows that can still be found.
        last: the newest row after all blocks.
        rows: how many rows there are.
        code: what the stop table says of the newest one.
        status: why the loop ended.
    """

    slots: tuple[Slots, ...]
    last: Float[Array, " model"]
    rows: Int[Array, ""]
    code: Int[Array, ""]
    status: Int[Array, ""]


@partial(jax.jit, static_argnames=("searches", "fetched"))
def recall(
    network: Network, now: Recalled, end: Int[Array, ""], searches: int, fetched: tuple[tuple[int, ...], ...]
) -> Recalled:
    """The prompt's last row, then rows that are fed back, until there are `end`, or the run is over, or irregular."""

    def goes_on(now: Recalled) -> jax.Array:
        return (now.rows < end) & (now.code == 0) & (now.status == GOES_ON)

    def body(now: Recalled) -> Recalled:
        fed = next_residual(network.feedback, now.last, now.rows)
        x = jnp.where(now.rows == network.position, network.first, fed)
        return next_row(network, now, x, searches, fetched)[0]

    return jax.lax.while_loop(goes_on, body, now)


def next_row(
    network: Network,
    now: Recalled,
    x: Float[Array, " model"],
    searches: int,
    fetched: tuple[tuple[int, ...], ...],
) -> tuple[Recalled, list[Float[Array, " model"]]]:
    """One row through all blocks.

    Args:
        network: its numbers.
        now: where the run is.
        x: the row before any block.
        searches: how many memories are those of searches; the others are not written.
        fetched: for each block after the searches the numbers of the memories that it fetches from.

    Returns:
        Where the run is then; and the row before any block, after each block before the searches, after all of these
        together, and after each block that follows.
    """
    after, is_foreseen = [x], _is_on_grid(x)
    for mlp in network.before:
        after.append(_applied(mlp, after[-1]))
        is_foreseen &= _is_on_grid(after[-1])
    x = after[-1]
    slots = tuple(
        _keep(memory, each, x) if number < searches else each
        for number, (memory, each) in enumerate(zip(network.memories, now.slots, strict=True))
    )
    found = [_find(memory, each, x) for memory, each in zip(network.memories, slots, strict=True)]
    answers = jnp.concatenate(
        [_by_digit(each.times, network.digits.founds.shape[0]) for each in found[:searches]], axis=1
    )
    is_foreseen &= _foreseen(network.digits, x, answers) & jnp.stack([each.is_code for each in found]).all()
    x = x.at[network.digits.founds].set(answers)
    after.append(x)
    for mlp, numbers in zip(network.after, fetched, strict=True):
        for number in numbers:
            x = x.at[network.memories[number].into].add(found[number].values)
        is_foreseen &= _is_on_grid(x)
        x = _applied(mlp, x)
        is_foreseen &= _is_on_grid(x)
        after.append(x)
    crowded = jnp.stack([each.is_crowded for each in found[:searches]]).any()
    status = jnp.where(is_foreseen, jnp.where(crowded, CROWDED, GOES_ON), IRREGULAR).astype(jnp.int32)
    return Recalled(slots, x, now.rows + 1, read_row(network.table, x), status), after


def _is_on_grid(x: jax.Array) -> Bool[Array, ""]:
    """Whether all values are -1, 0 or 1, on which sums are known to be exact."""
    return (jnp.abs(x) == x * x).all()


def _applied(mlp: Mlp, x: jax.Array) -> jax.Array:
    hidden = jax.nn.relu(_product(mlp.w_in, x[mlp.reads]) + mlp.b_in)
    return x + _product(mlp.w_out, hidden)


def _product(matrix: jax.Array, vector: jax.Array) -> jax.Array:
    """In the format as it is: some devices multiply with fewer digits unless they are asked not to."""
    return jnp.matmul(matrix, vector, precision=jax.lax.Precision.HIGHEST)


def _by_digit(times: jax.Array, digits: int) -> jax.Array:
    return times.reshape(digits, -1)


def _foreseen(digits: Digits, x: jax.Array, answers: jax.Array) -> Bool[Array, ""]:
    """Whether each block, given what the search answers, writes just that and clears it: computed for all blocks at once."""
    given = x[digits.reads]
    read = jnp.broadcast_to(given, (answers.shape[0], *given.shape)).at[:, digits.answers].add(answers)
    hidden = jax.nn.relu((digits.w_in * read[:, None, :]).sum(axis=2) + digits.b_in)
    written = (digits.w_out * hidden[:, None, :]).sum(axis=2)
    founds, rest = jnp.split(written, 2, axis=1)
    are_found = (x[digits.founds] + founds == answers).all() & (given[digits.answers] == 0).all()
    return are_found & (read[:, digits.answers] + rest == 0).all()


@final
class _Found(NamedTuple):
    """What one memory answers.

    Args:
        times: the digits of the time of the row found.
        values: what it holds.
        is_crowded: whether the slot is taken by another code, so that this one cannot be kept.
        is_code: whether what was asked for is a code.
    """

    times: jax.Array
    values: jax.Array
    is_crowded: jax.Array
    is_code: jax.Array


def _slot(memory: Memory, bits: jax.Array, slots: int) -> jax.Array:
    """The number of a code's slot: its lowest digits."""
    lowest = slots.bit_length() - 1
    return jnp.where(bits[:lowest] > 0, memory.places[:lowest], 0).sum().astype(jnp.int32)


def _code(memory: Memory, bits: jax.Array) -> jax.Array:
    return (bits * memory.places).sum()


def _keep(memory: Memory, slots: jax.Array, x: jax.Array) -> jax.Array:
    """The slots with this row in the place of an earlier one of the same code; a row without a code goes to the last one."""
    bits = x[memory.keys]
    held = jnp.concatenate([jnp.ones(1, x.dtype), _code(memory, bits)[None], x[memory.times], x[memory.values]])
    place = jnp.where((bits != 0).all(), _slot(memory, bits, slots.shape[0] - 1), slots.shape[0] - 1).astype(jnp.int32)
    return jax.lax.dynamic_update_slice(slots, held[None], (place, jnp.int32(0)))


def _find(memory: Memory, slots: jax.Array, x: jax.Array) -> _Found:
    """The latest row of the code that this row asks for."""
    bits = x[memory.asks]
    place = _slot(memory, bits, slots.shape[0] - 1)
    held = jax.lax.dynamic_slice(slots, (place, jnp.int32(0)), (1, slots.shape[1]))[0]
    is_taken, is_same = held[0] == 1, held[1] == _code(memory, bits)
    times = len(memory.times)
    is_found = is_taken & is_same
    return _Found(
        jnp.where(is_found, held[2 : 2 + times], memory.no_times),
        jnp.where(is_found, held[2 + times :], memory.no_values),
        is_taken & ~is_same,
        (jnp.abs(bits) == 1).all(),
    )
