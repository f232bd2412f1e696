"""How many machine steps a second does wei_ma decode, and how does that fall with the steps it is compiled for?

A machine step is one decoding step, a token: D + 3 blocks against the context so far. "engine" decodes a whole context with a
cache in one compiled loop, as `tmformer run` does; "no cache" is the Flax transformer called from Python once a machine
step on the whole context, of which it needs one row. Both give the same bits, which is checked here. The rates are those
of a context that fills up, from the prompt to the last step it was compiled for.
"""

import math
import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

import tmformer
from tmformer.constructions import construction
from tmformer.decode import Cached, Dense, State
from tmformer.machine import initial_configuration
from tmformer.program import sequence_of
from tmformer.weights import Weights

STEPS = (128, 512, 1024, 4096, 16384)
FORMS = {"radix 2": {}, "radix 8": {"radix": 8}, "encoder-decoder": {"form": "encoder-decoder"}}
MACHINE = "bb5"  # goes on for 47 million machine steps
REPEATS = 5
NAIVE = 1024  # the longest context for which the run without a cache is waited for


def measure() -> list[dict[str, object]]:
    """Machine steps a second (median of five), in float32; the exponent is that from the row before."""
    rows: list[dict[str, object]] = []
    for form in FORMS:
        rates: list[float] = []
        rows += [_row(form, steps, rates) for steps in STEPS]
    return rows


def _row(form: str, steps: int, rates: list[float]) -> dict[str, object]:
    machine = tmformer.load_machine(MACHINE)
    weights = tmformer.compile(machine, "wei_ma", steps=steps, **FORMS[form])
    made = construction("wei_ma")
    prompt = made.encode_configuration(weights.labels, initial_configuration(machine.start, (), machine.blank))
    start = time.perf_counter()
    engine = Cached(weights)
    load = time.perf_counter() - start
    start = time.perf_counter()
    engine.array(engine.advance(engine.start(prompt), 1))
    first = time.perf_counter() - start
    begun = engine.start(prompt)
    times: list[float] = []
    state = begun
    for _ in range(REPEATS):
        start = time.perf_counter()
        state = engine.advance(begun, steps)
        times.append(time.perf_counter() - start)
    if state.steps != steps:
        raise RuntimeError(f"{state.steps} machine steps instead of {steps}")
    rates.append(steps / statistics.median(times))
    exponent = math.log(rates[-1] / rates[-2]) / math.log(STEPS[len(rates) - 2] / steps) if len(rates) > 1 else None
    naive = _naive(weights, engine, state) if steps <= NAIVE and form == "radix 2" else None
    return {
        "form": form,
        "steps T": steps,
        "blocks a step": len(weights.blocks),
        "machine steps/s": rates[-1],
        "best of five": steps / min(times),
        "exponent": "" if exponent is None else exponent,
        "blocks/s": rates[-1] * len(weights.blocks),
        "no cache, steps/s": "" if naive is None else naive,
        "engine / no cache": "" if naive is None else rates[-1] / naive,
        "load, s": load,
        "first call, s": first,
    }


def _naive(weights: Weights, engine: Cached, state: State) -> float:
    """The Flax transformer on the whole context, once a machine step; its last result is compared with the engine's."""
    plain = Dense(weights)
    sequence = sequence_of(weights.labels, state.x.prompt, engine.stream(state))
    x, keep = plain.embed(sequence)
    graph, params = nnx.split(plain.model.loop)
    forward = jax.jit(lambda params, x, keep: nnx.merge(graph, params)(x, keep, jnp.int32(0)))
    if np.asarray(forward(params, x, keep)).tobytes() != engine.array(state).tobytes():
        raise RuntimeError("the runs differ")
    times: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        np.asarray(forward(params, x, keep))
        times.append(time.perf_counter() - start)
    return 1 / statistics.median(times)
