"""Rows that ask, against all rows, in the arithmetic of a policy: attention and MLP without anything rows x rows.

What is computed is what `model.Attention` and `model.Mlp` compute for these rows, and the tests compare them bit for bit:
formats that JAX has by the very `model.Arithmetic`, others by its twin in `verify.emulating`. Keys and values of other rows
are copies of coordinates that hold -1, 0 or 1, which every format holds. Matrices are padded with zeros, which changes no
value, so that JAX compiles few shapes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np

from tmformer.model import Arithmetic
from tmformer.precision import Policy, quantise
from tmformer.verify.emulating import Emulation, Order
from tmformer.weights import BlockWeights, Sparse, dense


@final
@dataclass(frozen=True)
class Way:
    """How rows ask.

    Args:
        policy: the formats.
        beta: the inverse temperature, in nats.
        order: in which order powers are summed, where JAX lacks the formats.
    """

    policy: Policy
    beta: float
    order: Order = "left to right"


@final
class Asked(NamedTuple):
    """What rows that ask find and hold.

    Args:
        found: what each attention head found, [heads, rows that ask, d_value].
        after: the residual stream after the block, [rows that ask, d_model].
    """

    found: np.ndarray
    after: np.ndarray


@final
@dataclass(frozen=True, eq=False)
class Sight:
    """One block, and what all rows show to its attention heads; all float64, but for keys and values, which are int8.

    Args:
        query: W_Q, [heads, d_key, d_model].
        keys: W_K x, [heads, rows, d_key].
        values: W_V x, [heads, d_value, rows].
        output: W_O, [heads, d_model, d_value].
        w_in: W_in, [d_mlp, d_model].
        b_in: b_in, [d_mlp].
        w_out: W_out, [d_model, d_mlp].
    """

    query: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    output: np.ndarray
    w_in: np.ndarray
    b_in: np.ndarray
    w_out: np.ndarray

    @cached_property
    def wide_keys(self) -> np.ndarray:
        """The keys as float32, in which scores are computed exactly where they are whole and short of 2**24."""
        return self.keys.astype(np.float32)

    @cached_property
    def wide_values(self) -> np.ndarray:
        """The values as float64."""
        return self.values.astype(np.float64)


def sight(block: BlockWeights, columns: Mapping[int, np.ndarray], sizes: tuple[int, int, int, int]) -> Sight:
    """What rows with these columns show to a block.

    Args:
        block: the block's weights.
        columns: for each coordinate that is read of other rows, its value on each row.
        sizes: d_model, d_key, d_value and d_mlp to pad with zeros up to.
    """
    d_model, d_key, d_value, d_mlp = sizes
    heads, rows = block.heads, len(next(iter(columns.values())))
    return Sight(
        query=_padded([dense(head.query) for head in heads], d_key, d_model),
        keys=np.ascontiguousarray(_shown([head.key for head in heads], columns, d_key, rows).transpose(0, 2, 1)),
        values=_shown([head.value for head in heads], columns, d_value, rows),
        output=_padded([dense(head.output) for head in heads], d_model, d_value),
        w_in=_padded([dense(block.mlp.w_in)], d_mlp, d_model)[0],
        b_in=_padded([dense(block.mlp.b_in)], d_mlp, 1)[0, :, 0],
        w_out=_padded([dense(block.mlp.w_out)], d_model, d_mlp)[0],
    )


def _padded(matrices: Sequence[np.ndarray], rows: int, columns: int) -> np.ndarray:
    out = np.zeros((len(matrices), rows, columns))
    for index, matrix in enumerate(matrices):
        out[index, : matrix.shape[0], : matrix.shape[1]] = matrix
    return out


def _shown(matrices: Sequence[Sparse], columns: Mapping[int, np.ndarray], size: int, rows: int) -> np.ndarray:
    out = np.zeros((len(matrices), size, rows), np.int8)
    for index, matrix in enumerate(matrices):
        for (row, column), weight in matrix.items().items():
            out[index, row] += int(weight) * columns[column]
    return out


def exact_rows(sees: Sight, x: np.ndarray) -> Asked:
    """What hard attention finds, and what follows from it; float64 holds every number of it exactly.

    Args:
        sees: a block and all rows.
        x: the residual stream of the rows that ask, [rows that ask, d_model].
    """
    found = np.zeros((len(sees.query), len(x), sees.values.shape[1]))
    for head, query in enumerate(sees.query):
        scores = (x @ query.T).astype(np.float32) @ sees.wide_keys[head].T
        wins = (scores == scores.max(axis=1, keepdims=True)).astype(np.float64)
        found[head] = (wins @ sees.wide_values[head].T) / wins.sum(axis=1, keepdims=True)
    attended = x + np.einsum("hqv,hdv->qd", found, sees.output)
    hidden = np.maximum(attended @ sees.w_in.T + sees.b_in, 0)
    return Asked(found, attended + hidden @ sees.w_out.T)


def float_rows(way: Way, sees: Sight, x: np.ndarray) -> Asked:
    """The same in floats, as float64, which holds every number of them; weights are rounded where they have to be.

    Args:
        way: formats and inverse temperature; JAX must have 64 bits switched on.
        sees: a block and all rows.
        x: the residual stream of the rows that ask, [rows that ask, d_model].
    """
    if not way.policy.is_native:
        return _emulated(way, sees, x)
    weights = (sees.query, sees.keys, sees.values, sees.output, sees.w_in, sees.b_in, sees.w_out)
    found, after = _native(way.policy, len(sees.query) > 0, jnp.asarray(way.beta), jnp.asarray(x), *weights)
    return Asked(np.asarray(found, np.float64), np.asarray(after, np.float64))


@partial(jax.jit, static_argnums=(0, 1))
def _native(
    policy: Policy, has_heads: bool, beta: jax.Array, rows: jax.Array, query: jax.Array, keys: jax.Array,
    values: jax.Array, output: jax.Array, w_in: jax.Array, b_in: jax.Array, w_out: jax.Array,
) -> tuple[jax.Array, jax.Array]:  # fmt: skip
    """As `model.Block` does it, for rows that see all others."""
    by = Arithmetic(policy)
    x, query, output, w_in, b_in, w_out = map(by.to_weights, (rows, query, output, w_in, b_in, w_out))
    found = jnp.zeros((0, *x.shape), x.dtype)
    if has_heads:
        queries = by.to_weights(by.sum("nd,hkd->hnk", x, query))
        scores = by.to_scores(by.sum("hqk,hnk->hqn", queries, keys.astype(queries.dtype)))
        logits = by.to_scores(scores * by.to_scores(beta))
        powers = by.exp(by.subtract(logits, logits.max(axis=-1, keepdims=True)))
        mixed = by.sum("hqn,hvn->hqv", powers, values.astype(powers.dtype))
        found = by.to_weights(by.divide(mixed, by.total(powers)))
        x = by.add(x, by.to_weights(by.sum("hqv,hdv->qd", found, output)))
    hidden = by.to_accumulation(by.sum("nd,md->nm", x, w_in) + by.to_accumulation(b_in)[None, :])
    return found, by.add(x, by.to_weights(by.sum("nm,dm->nd", by.to_weights(jax.nn.relu(hidden)), w_out)))


def _emulated(way: Way, sees: Sight, x: np.ndarray) -> Asked:
    by, formats = Emulation(way.policy, way.order), way.policy

    def rounded(array: np.ndarray) -> np.ndarray:
        return quantise(array, formats.weights)

    x = rounded(x)
    found = np.zeros((len(sees.query), len(x), sees.values.shape[1]))
    for head, query in enumerate(sees.query):
        queries = rounded(by.products(x, rounded(query).T))
        powers = by.powers(by.scores(queries, sees.wide_keys[head].T), way.beta)
        kept = np.flatnonzero((powers != 0).any(axis=0))  # terms that are 0 change no sum
        powers = powers[:, kept]
        mixed = by.products(powers, sees.wide_values[head][:, kept].T)
        with np.errstate(all="ignore"):
            found[head] = rounded(quantise(mixed / by.total(powers), formats.accumulation))
    if len(found):
        both = np.concatenate([*found], axis=1), np.concatenate([*rounded(sees.output)], axis=1)
        x = rounded(x + rounded(by.products(both[0], both[1].T)))
    hidden = by.products(x, rounded(sees.w_in).T)
    hidden = rounded(np.maximum(quantise(hidden + rounded(sees.b_in), formats.accumulation), 0))
    return Asked(found, rounded(x + rounded(by.products(hidden, rounded(sees.w_out).T))))
