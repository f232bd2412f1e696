"""Many networks of one shape, each on its own prompt, in one compiled call. Axes: see `tmformer.axes`."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.sharding import Mesh
from jaxtyping import Array, Bool, Float, Int

from tmformer.decode.cached import Cached
from tmformer.decode.dense import Dense, name_outcome, run_loops
from tmformer.decode.halting import Readout
from tmformer.decode.meshes import Share, over_mesh
from tmformer.decode.plan import Plan
from tmformer.decode.rows import Cache, decode_rows
from tmformer.decode.state import State
from tmformer.errors import ModelError
from tmformer.model import Loop
from tmformer.program import MOST_COUNTED, Stream


@final
class Stacked(NamedTuple):
    """Networks of one shape, their arrays stacked along the first axis: the networks are data, not constants.

    Args:
        graph: the structure of the model, which they share.
        constant: whether attention is constant in all of them.
        params: the parameters.
        table: the stop tables.
        x: the embedded prompts.
        keep: which rows are no padding.
    """

    graph: "nnx.GraphDef[Loop]"
    constant: bool
    params: "nnx.State[Any, Any]"
    table: Readout
    x: Float[Array, "batch rows model"]
    keep: Bool[Array, "batch rows"]


_run_all = jax.jit(jax.vmap(run_loops, in_axes=(None, 0, 0, 0, 0, None, None, None)), static_argnums=(0, 7))


def stack_networks(engines: Sequence[Dense], prompts: Sequence[Stream]) -> Stacked:
    """Stack networks and their prompts.

    Raises:
        ModelError: if the networks differ in more than their numbers.
    """
    first = engines[0]
    _check_alike([(engine.graph, engine.shape, engine.format_name, engine.table.counts is None) for engine in engines])
    embedded = [engine.embed(prompt) for engine, prompt in zip(engines, prompts, strict=True)]
    parts = [engine.params for engine in engines], [engine.table for engine in engines], embedded
    params, table, (x, keep) = (jax.tree.map(lambda *leaves: jnp.stack(leaves), *part) for part in parts)
    return Stacked(first.graph, all(engine.constant for engine in engines), params, table, x, keep)


def run_stacked(
    stacked: Stacked, steps: int
) -> tuple[
    Float[np.ndarray, "batch rows model"],
    Int[np.ndarray, " batch"],
    Int[np.ndarray, " batch"],
    Int[np.ndarray, " batch"],
]:
    """Run stacked networks, until at most `steps` steps of each are counted: loops, where there is no tally.

    Returns:
        The residual streams, the loops applied, the codes of the outcomes, which each engine's `outcomes` names, and the
        steps counted.
    """
    graph, constant, params, table, x, keep = stacked
    limit = jnp.int32(min(steps, MOST_COUNTED))
    streams, loops, codes, counted = _run_all(graph, params, table, x, keep, jnp.int32(0), limit, constant)
    return np.asarray(streams), np.asarray(loops), np.asarray(codes), np.asarray(counted)


def run_batch(engines: Sequence[Dense] | Sequence[Cached], prompts: Sequence[Stream], steps: int) -> list[State]:
    """Run many networks of one shape, each on its own prompt, in one compiled call.

    Args:
        engines: networks of the same shape, format and regime; prompts of sequences that grow may differ in length.
        prompts: one prompt each.
        steps: the most counted steps, or decoding steps, of each.

    Returns:
        Where each run is; an engine reads and continues its own. An outcome may be BROKEN here.

    Raises:
        ModelError: if the networks differ in more than their numbers.
    """
    growing, looping = _by_kind(engines, prompts)
    if growing:
        return _decode_batch(growing, prompts, steps)
    stacked = stack_networks(looping, prompts)
    streams, loops, codes, counted = run_stacked(stacked, steps)
    return [
        State(
            (jnp.asarray(streams[index]), stacked.keep[index]),
            int(counted[index]),
            name_outcome(engine.outcomes, int(codes[index]), int(counted[index]), min(steps, MOST_COUNTED)),
            int(loops[index]) * len(engine.weights.blocks),
        )
        for index, engine in enumerate(looping)
    ]


def run_share(
    engines: Sequence[Dense] | Sequence[Cached], prompts: Sequence[Stream], steps: int, mesh: Mesh
) -> dict[int, State]:
    """Run a batch as `run_batch` does, spread over the devices of a mesh, each of which stops when its own runs have.

    Arrays of all runs, [batch, ...], have their first axis along the axis "data" of the mesh. A batch that does not divide
    is padded with runs that stop at once. With several processes, all of them call this with the same arguments.

    Args:
        engines: as in `run_batch`.
        prompts: as in `run_batch`.
        steps: as in `run_batch`.
        mesh: devices along the axis "data", as `mesh_of` has them.

    Returns:
        For each run of the devices of this process, by its number in the batch, where it is.

    Raises:
        ModelError: as `run_batch`.
    """
    growing, looping = _by_kind(engines, prompts)
    share = Share(mesh, len(engines))
    if not share.numbers:
        return {}
    if growing:
        return _decode_share(growing, prompts, steps, share)
    return _run_share(looping, prompts, steps, share)


def _by_kind(
    engines: Sequence[Dense] | Sequence[Cached], prompts: Sequence[Stream]
) -> tuple[list[Cached], list[Dense]]:
    """The engines of sequences that grow, and those of others; one of the two lists is empty."""
    if len(engines) != len(prompts) or not engines:
        raise ModelError(
            "A batch has a network at least, and a prompt for each",
            found=f"{len(engines)} networks, {len(prompts)} prompts",
            where="a batch",
            remedy="Give as many prompts as networks.",
        )
    growing = [engine for engine in engines if isinstance(engine, Cached)]
    looping = [engine for engine in engines if isinstance(engine, Dense)]
    _check_alike([isinstance(engine, Cached) for engine in engines])
    return growing, looping


def _run_share(engines: Sequence[Dense], prompts: Sequence[Stream], steps: int, share: Share) -> dict[int, State]:
    first = engines[0]
    _check_alike([(engine.graph, engine.shape, engine.format_name, engine.table.counts is None) for engine in engines])
    asked = min(steps, MOST_COUNTED)
    parts = [
        (engine.params, engine.table, *engine.embed(prompt), jnp.int32(0), jnp.int32(0 if idle else asked))
        for engine, prompt, idle in zip(share.each(engines), share.each(prompts), share.idle, strict=True)
    ]
    constant = all(engine.constant for engine in engines)
    reached = _loop_over_mesh(first.graph, constant, share.mesh, *share.spread(parts))
    states: dict[int, State] = {}
    for number, (x, keep, loops, code, counted) in share.collect(reached).items():
        engine, done = engines[number], int(counted)
        outcome = name_outcome(engine.outcomes, int(code), done, asked)
        states[number] = State((x, keep), done, outcome, int(loops) * len(engine.weights.blocks))
    return states


def _decode_share(engines: Sequence[Cached], prompts: Sequence[Stream], steps: int, share: Share) -> dict[int, State]:
    first = engines[0]
    _check_alike([_shape(engine) for engine in engines])
    room = _room(engines, prompts, steps)
    states = [
        engine.grown(engine.start(prompt), room)
        for engine, prompt in zip(share.each(engines), share.each(prompts), strict=True)
    ]
    parts: list[tuple[Any, ...]] = []
    for engine, state, idle in zip(share.each(engines), states, share.idle, strict=True):
        rows, end = engine.limits(state, steps)
        parts.append((engine.numbers, state.x.embedded, rows, state.x.cache, jnp.int32(0) if idle else end))
    caches = share.collect(_decode_over_mesh(first.structure, first.accumulation, share.mesh, *share.spread(parts)))
    begun = dict(zip(share.numbers, states, strict=True))
    return {number: engines[number].reached(begun[number], steps, cache) for number, cache in caches.items()}


def _decode_batch(engines: Sequence[Cached], prompts: Sequence[Stream], steps: int) -> list[State]:
    first = engines[0]
    _check_alike([_shape(engine) for engine in engines])
    room = _room(engines, prompts, steps)
    states = [engine.grown(engine.start(prompt), room) for engine, prompt in zip(engines, prompts, strict=True)]
    parts = [
        (engine.numbers, state.x.embedded, *engine.limits(state, steps), state.x.cache)
        for engine, state in zip(engines, states, strict=True)
    ]
    numbers, embedded, prompt_rows, end, cache = jax.tree.map(lambda *leaves: jnp.stack(leaves), *parts)
    caches = _decode_all(first.structure, first.accumulation, numbers, embedded, prompt_rows, cache, end)
    return [
        engine.reached(state, steps, jax.tree.map(lambda stacked, at=index: stacked[at], caches))
        for index, (engine, state) in enumerate(zip(engines, states, strict=True))
    ]


def _shape(engine: Cached) -> tuple[object, ...]:
    return engine.structure, engine.format_name, engine.regime, engine.num_rows


def _room(engines: Sequence[Cached], prompts: Sequence[Stream], steps: int) -> int:
    """The rows that the longest of all runs may come to have; those of other processes count too."""
    return max(
        min(prompt.num_rows + steps, engine.weights.labels.max_positions)
        for engine, prompt in zip(engines, prompts, strict=True)
    )


@partial(jax.jit, static_argnums=(0, 1))
def _decode_all(structure: Plan, accumulation: str, *stacked: Any) -> Cache:  # noqa: ANN401 - as decode_rows
    return jax.vmap(partial(decode_rows, structure, accumulation))(*stacked)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _decode_over_mesh(structure: Plan, accumulation: str, mesh: Mesh, *stacked: Any) -> Cache:  # noqa: ANN401 - as decode_rows
    return over_mesh(jax.vmap(partial(decode_rows, structure, accumulation)), mesh)(*stacked)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _loop_over_mesh(graph: "nnx.GraphDef[Loop]", constant: bool, mesh: Mesh, *stacked: Any) -> tuple[jax.Array, ...]:  # noqa: ANN401 - as run_loops
    """The residual streams [batch, rows, model], which rows are kept, the loops applied, the codes and the steps counted [batch]."""

    def run(
        params: "nnx.State[Any, Any]", table: Readout, x: jax.Array, keep: jax.Array, done: jax.Array, limit: jax.Array
    ) -> tuple[jax.Array, ...]:
        x, done, code, counted = run_loops(graph, params, table, x, keep, done, limit, constant)
        return x, keep, done, code, counted

    return over_mesh(jax.vmap(run), mesh)(*stacked)


def _check_alike(shapes: Sequence[object]) -> None:
    """Refuse networks that one compiled function cannot run."""
    if any(shape != shapes[0] for shape in shapes):
        raise ModelError(
            "The networks of a batch have one shape, format, regime, sharpness and masks",
            found="networks that differ in more than their weights",
            where="a batch",
            remedy="Pad them to one shape, and run those that differ by themselves.",
        )
