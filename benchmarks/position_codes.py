"""The cellular construction with one-hot positions: the same machine in a residual stream as wide as the tape is long.

A plain transformer block in JAX, without anything that is known beforehand, is given both: the network as it is
compiled, whose cells know each other by codes of log W digits, and the same network with a coordinate for each cell in
the place of the codes. So what differs is the width of keys and of the residual stream, and nothing else.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from tmformer.decode import Dense
from tmformer.program import Code, Stream
from tmformer.weights import Weights, dense

_BETA = 256.0  # a gap of one half is then exp(-128), which is 0 in float32


class Plain(NamedTuple):
    """A network of one block, and the residual stream of a prompt.

    Args:
        query: [heads, d_key, d_model].
        key: likewise.
        value: [heads, d_value, d_model].
        output: [heads, d_model, d_value].
        w_in: [d_mlp, d_model].
        b_in: [d_mlp].
        w_out: [d_model, d_mlp].
        x: [rows, d_model].
    """

    query: jax.Array
    key: jax.Array
    value: jax.Array
    output: jax.Array
    w_in: jax.Array
    b_in: jax.Array
    w_out: jax.Array
    x: jax.Array


def with_codes(weights: Weights, prompt: Stream) -> Plain:
    """The network as it is compiled, its matrices dense."""
    (block,) = weights.blocks
    heads = (
        np.stack([dense(getattr(head, part)) for head in block.heads]) for part in ("query", "key", "value", "output")
    )
    mlp = (dense(block.mlp.w_in), dense(block.mlp.b_in)[:, 0], dense(block.mlp.w_out))
    x, _ = Dense(weights).embed(prompt)
    return Plain(*(jnp.asarray(array, jnp.float32) for array in (*heads, *mlp, x)))


def with_one_hot(weights: Weights, prompt: Stream) -> Plain:
    """The same with a coordinate for each cell in the place of each code.

    A score is 1 where the cell asked for is found, 1/2 in the null row for a row that asks, and 0 else; a row that does not
    ask finds the null row by its one half.
    """
    codes, layout, (block,) = with_codes(weights, prompt), weights.layout, weights.blocks
    names = [register.name for register in layout.registers if isinstance(register.type, Code)]
    kept = kept_coordinates(weights)
    own = np.asarray(codes.x)[:, list(layout.spans["own_cell"])]
    cells = len(own) - 1
    spans = {name: len(kept) + cells * number for number, name in enumerate(names)}

    def widened(array: jax.Array) -> np.ndarray:
        """Its last axis, of coordinates, with zeros for the cells."""
        held = np.asarray(array)[..., kept]
        return np.concatenate([held, np.zeros((*held.shape[:-1], cells * len(names)))], axis=-1)

    x = widened(codes.x)
    for name, first in spans.items():
        asked = np.asarray(codes.x)[:, list(layout.spans[name])]
        # A cell outside the window has the code of no row, and no coordinate.
        x[:, first : first + cells] = (asked[:, None, :] == own[None, 1:, :]).all(axis=2) & asked.any(axis=1)[:, None]
    queries, keys = np.zeros((2, len(block.heads), cells + 1, x.shape[1]))
    for index, head in enumerate(block.heads):
        (match,) = head.lookup.matches
        places = np.arange(cells)
        queries[index, places, spans[match.query] + places] = keys[index, places, spans[match.key] + places] = 1
        for name in (head.lookup.where, *head.lookup.idle):
            queries[index, cells, kept.index(layout.spans[name][0])] = 0.5
        keys[index, cells, kept.index(layout.spans[head.lookup.null][0])] = 1
    value, w_in = widened(codes.value), widened(codes.w_in)
    output, w_out = (np.moveaxis(widened(jnp.moveaxis(each, -2, -1)), -1, -2) for each in (codes.output, codes.w_out))
    arrays = (queries, keys, value, output, w_in, codes.b_in, w_out, x)
    return Plain(*(jnp.asarray(array, jnp.float32) for array in arrays))


def kept_coordinates(weights: Weights) -> list[int]:
    """The coordinates of all registers but codes: the first ones of the network with one-hot positions."""
    spans = weights.layout.spans
    return [place for each in weights.layout.registers if not isinstance(each.type, Code) for place in spans[each.name]]


def after(network: Plain, blocks: int) -> np.ndarray:
    """The residual stream after so many blocks, in one compiled loop."""
    return np.asarray(_loop(network._replace(x=network.x[:0]), network.x, jnp.int32(blocks)))


@jax.jit
def _loop(network: Plain, x: jax.Array, blocks: jax.Array) -> jax.Array:
    return jax.lax.fori_loop(0, blocks, partial(_block, network), x)


def _block(network: Plain, _: jax.Array, x: jax.Array) -> jax.Array:
    queries, keys, values = (jnp.einsum("nd,hkd->hnk", x, each) for each in (network.query, network.key, network.value))
    powers = jax.nn.softmax(_BETA * jnp.einsum("hqk,hnk->hqn", queries, keys), axis=-1)
    x = x + jnp.einsum("hqn,hnv,hdv->qd", powers, values, network.output)
    return x + jax.nn.relu(x @ network.w_in.T + network.b_in[None, :]) @ network.w_out.T
