"""Many networks of one shape, each on its own prompt, in one compiled call. Axes: see `tmformer.axes`."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from tmformer.decode.cached import Cached
from tmformer.decode.dense import Dense, run_loops
from tmformer.decode.halting import Readout
from tmformer.decode.plan import Plan
from tmformer.decode.rows import Cache, decode_rows
from tmformer.decode.state import State
from tmformer.errors import ModelError
from tmformer.model import Loop
from tmformer.program import Stream


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
    if any(
        (engine.graph, engine.shape, engine.format_name) != (first.graph, first.shape, first.format_name)
        for engine in engines
    ):
        raise _unlike()
    embedded = [engine.embed(prompt) for engine, prompt in zip(engines, prompts, strict=True)]
    parts = [engine.params for engine in engines], [engine.table for engine in engines], embedded
    params, table, (x, keep) = (jax.tree.map(lambda *leaves: jnp.stack(leaves), *part) for part in parts)
    return Stacked(first.graph, all(engine.constant for engine in engines), params, table, x, keep)


def run_stacked(
    stacked: Stacked, loops: int
) -> tuple[Float[np.ndarray, "batch rows model"], Int[np.ndarray, " batch"], Int[np.ndarray, " batch"]]:
    """Run stacked networks, at most `loops` loops each.

    Returns:
        The residual streams, the loops applied, and the codes of the outcomes, which each engine's `outcomes` names.
    """
    graph, constant, params, table, x, keep = stacked
    result = _run_all(graph, params, table, x, keep, jnp.int32(0), jnp.int32(loops), constant)
    streams, done, codes = (np.asarray(array) for array in result)
    return streams, done, codes


def run_batch(engines: Sequence[Dense] | Sequence[Cached], prompts: Sequence[Stream], steps: int) -> list[State]:
    """Run many networks of one shape, each on its own prompt, in one compiled call.

    Args:
        engines: networks of the same shape, format and regime; prompts of sequences that grow may differ in length.
        prompts: one prompt each.
        steps: the most loops, or decoding steps, of each.

    Returns:
        Where each run is; an engine reads and continues its own. An outcome may be BROKEN here.

    Raises:
        ModelError: if the networks differ in more than their numbers.
    """
    if len(engines) != len(prompts) or not engines:
        raise ModelError(
            "A batch has a network at least, and a prompt for each",
            found=f"{len(engines)} networks, {len(prompts)} prompts",
            where="a batch",
            remedy="Give as many prompts as networks.",
        )
    growing = [engine for engine in engines if isinstance(engine, Cached)]
    if growing:
        if len(growing) != len(engines):
            raise _unlike()
        return _decode_batch(growing, prompts, steps)
    looping = [engine for engine in engines if isinstance(engine, Dense)]
    stacked = stack_networks(looping, prompts)
    streams, done, codes = run_stacked(stacked, steps)
    return [
        State(
            (jnp.asarray(streams[index]), stacked.keep[index]),
            int(done[index]),
            engine.outcomes[codes[index]],
            int(done[index]) * len(engine.weights.blocks),
        )
        for index, engine in enumerate(looping)
    ]


def _decode_batch(engines: Sequence[Cached], prompts: Sequence[Stream], steps: int) -> list[State]:
    first = engines[0]
    like = [(each.structure, each.format_name, each.regime, each.num_rows) for each in engines]
    if any(other != like[0] for other in like):
        raise _unlike()
    begun = [engine.start(prompt) for engine, prompt in zip(engines, prompts, strict=True)]
    most = max(int(engine.limits(state, steps)[1]) for engine, state in zip(engines, begun, strict=True))
    states = [engine.grown(state, most) for engine, state in zip(engines, begun, strict=True)]
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


@partial(jax.jit, static_argnums=(0, 1))
def _decode_all(structure: Plan, accumulation: str, *stacked: Any) -> Cache:  # noqa: ANN401 - as decode_rows
    return jax.vmap(partial(decode_rows, structure, accumulation))(*stacked)


def _unlike() -> ModelError:
    return ModelError(
        "The networks of a batch have one shape, format, regime, sharpness and masks",
        found="networks that differ in more than their weights",
        where="a batch",
        remedy="Pad them to one shape, and run those that differ by themselves.",
    )
