"""StableHLO: a whole run as one function that JAX reads again, or any other compiler of StableHLO. Axes: see `tmformer.axes`.

The weights are constants of the function, so that the file runs by itself; shapes are those of the weights.
"""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tmformer.export.network import FORMAT, Network
from tmformer.export.runs import outcomes_of, write_prompt
from tmformer.program import MOST_COUNTED

if TYPE_CHECKING:
    import jax
    from jax.export import Exported

PLATFORMS = ("cpu", "cuda", "tpu")
"""What one file is for."""

_Run: TypeAlias = "Callable[[jax.Array, jax.Array], tuple[jax.Array, jax.Array, jax.Array]]"


def write_stablehlo(network: Network, folder: Path) -> list[Path]:
    """Write ``network.stablehlo``, for `jax.export.deserialize`, and beside it the same as text, and how it is called.

    Args:
        network: what is written.
        folder: where to.

    Returns:
        The files.

    Raises:
        ModelError: if a dense run would take more memory.
    """
    exported: Exported = export_run(network)
    artifact, text, call = (folder / name for name in ("network.stablehlo", "network.mlir", "call.json"))
    artifact.write_bytes(exported.serialize())
    text.write_text(exported.mlir_module(), encoding="utf-8")
    call.write_text(json.dumps(how_to_call(network), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [artifact, text, call, write_prompt(network, folder)]


def export_run(network: Network) -> "Exported":
    """A run to its end as a function of StableHLO; see `how_to_call`.

    Args:
        network: what runs.

    Raises:
        ModelError: if a dense run would take more memory.
    """
    import jax
    from jax import export

    run = _growing(network) if network.grows else _looping(network)
    prompt, steps = jax.ShapeDtypeStruct(network.prompt.shape, FORMAT), jax.ShapeDtypeStruct((), "int32")
    with _without_places():
        return export.export(jax.jit(run), platforms=PLATFORMS)(prompt, steps)


def how_to_call(network: Network) -> dict[str, Any]:
    """What the function takes and gives, as JSON data.

    Args:
        network: what runs.
    """
    rows, d_model = network.prompt.shape
    after = network.max_positions if network.grows else rows
    unit = "decoding steps" if network.grows else "steps"
    return {
        "call": "jax.export.deserialize(bytearray(open('network.stablehlo', 'rb').read())).call(prompt, steps)",
        "platforms": list(PLATFORMS),
        "inputs": [
            {
                "name": "prompt",
                "dtype": FORMAT,
                "shape": [rows, d_model],
                "says": "the embedded prompt, as in prompt.npy",
            },
            {"name": "steps", "dtype": "int32", "shape": [], "says": f"the most {unit}, up to {MOST_COUNTED}"},
        ],
        "outputs": [
            {
                "name": "stream",
                "dtype": FORMAT,
                "shape": [after, d_model],
                "says": "the residual stream after all blocks"
                + (f"; rows from {rows} + counted on are empty" if network.grows else ""),
            },
            {"name": "outcome", "dtype": "int32", "shape": [], "says": "a place in the list of outcomes"},
            {"name": "counted", "dtype": "int32", "shape": [], "says": f"{unit} counted"},
        ],
        "outcomes": outcomes_of(network),
        "mlir": "@main of network.mlir takes the place of the platform in the list of platforms first, an int32",
    }


def _looping(network: Network) -> _Run:
    """A run that applies the blocks to the whole sequence again and again: the loop of `decode.Dense`."""
    import jax.numpy as jnp

    from tmformer.decode import Dense, run_loops

    engine, given = Dense(network.weights, certificate=network.certificate), network.prompt.shape[0]
    constants = (engine.graph, engine.params, engine.table)

    def run(prompt: "jax.Array", steps: "jax.Array") -> "tuple[jax.Array, jax.Array, jax.Array]":
        x = jnp.pad(prompt, ((0, engine.shape.rows - given), (0, 0)))
        keep = jnp.arange(engine.shape.rows) < given
        none, most = jnp.int32(0), jnp.minimum(steps, MOST_COUNTED)
        after, _, code, counted = run_loops(*constants, x, keep, none, most, engine.constant)
        return after[:given], _ended(network, code, counted, steps), counted

    return run


def _growing(network: Network) -> _Run:
    """A run whose sequence grows: the loop of `decode.Cached`, with room for all rows from the start."""
    import jax.numpy as jnp

    from tmformer.decode import Cache, Cached, decode_rows

    engine = Cached(network.weights, certificate=network.certificate)
    structure, room = engine.structure, engine.num_rows
    given, d_model = network.prompt.shape

    def run(prompt: "jax.Array", steps: "jax.Array") -> "tuple[jax.Array, jax.Array, jax.Array]":
        nothing = Cache(
            jnp.zeros((len(structure.keys), room), engine.accumulation),
            tuple(jnp.zeros((len(entries), room), engine.accumulation) for entries in structure.values),
            jnp.zeros((room, d_model), FORMAT),
            jnp.int32(0),
            jnp.int32(0),
        )
        padded = jnp.pad(prompt, ((0, room - given), (0, 0)))
        end = given + jnp.clip(steps, 0, network.max_positions - given)
        rows = jnp.int32(given)
        cache = decode_rows(structure, engine.accumulation, engine.numbers, padded, rows, nothing, end)
        counted = cache.rows - given
        return cache.after[: network.max_positions], _ended(network, cache.code, counted, steps), counted

    return run


def _ended(network: Network, code: "jax.Array", counted: "jax.Array", steps: "jax.Array") -> "jax.Array":
    import jax.numpy as jnp

    return jnp.where((code == 0) & (counted < steps), len(outcomes_of(network)) - 1, code)


@contextmanager
def _without_places() -> Generator[None]:
    """A context in which JAX writes no paths of source files into what it exports: the same network gives the same bytes."""
    import jax

    option = "jax_traceback_in_locations_limit"
    before = getattr(jax.config, option)
    jax.config.update(option, 0)
    try:
        yield
    finally:
        jax.config.update(option, before)
