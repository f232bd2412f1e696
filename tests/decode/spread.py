"""Batches over eight simulated devices, against the same batch on one; run by test_batch.py, prints what it found as JSON.

A line for each fault: nothing is asserted here.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import jax
from jax.sharding import NamedSharding, PartitionSpec

from tmformer.constructions import construction
from tmformer.decode import Cached, Dense, Share, State, mesh_of, run_batch, run_share
from tmformer.decode import batch as module
from tmformer.machine import initial_configuration, load
from tmformer.pipeline import compile
from tmformer.program import Stream

WORDS = ("1011", "", "1", "0111", "11", "11111", "0", "1101", "00", "111", "10")  # 2 to 12 machine steps
STEPS = 9
COLLECTIVES = ("all-reduce", "all-gather", "all-to-all", "collective-permute", "collective-broadcast")


def batch_of(name: str) -> tuple[list[Any], list[Stream]]:
    """A network for nine machine steps, which one of the inputs needs more than, and a prompt for each input."""
    machine, made = load("increment"), construction(name)
    weights = compile(machine, name, steps=STEPS, input_length=5)
    engine = (Cached if weights.labels.feedback else Dense)(weights)
    starts = [initial_configuration(machine.start, tuple(word), machine.blank) for word in WORDS]
    return [engine] * len(WORDS), [made.encode_configuration(weights.labels, start) for start in starts]


class Watched:
    """What goes to the mesh, and what comes from it, before the padding is dropped."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.called: list[tuple[Any, tuple[Any, ...]]] = []
        collect = Share.collect

        def watched(share: Share, tree: Any) -> dict[int, Any]:
            self.came.append(tree)
            return collect(share, tree)

        Share.collect = watched
        for name in ("_loop_over_mesh", "_decode_over_mesh"):
            setattr(module, name, self._noting(getattr(module, name)))

    def _noting(self, function: Any) -> Any:
        def call(*given: Any) -> Any:
            self.called.append((function, given))
            return function(*given)

        return call


def differences(alone: Sequence[State], spread: dict[int, State], engine: Any) -> Iterator[str]:
    if sorted(spread) != list(range(len(alone))):
        yield f"runs {sorted(spread)} of {len(alone)}"
    for number, state in enumerate(alone):
        other = spread[number]
        if other[1:] != state[1:] or engine.array(other).tobytes() != engine.array(state).tobytes():
            yield f"run {number}: {other[1:]} instead of {state[1:]}"


def faults(name: str, watched: Watched) -> Iterator[str]:
    engines, prompts = batch_of(name)
    alone = run_batch(engines, prompts, STEPS)
    for asked in ("data=3", "data"):
        mesh = mesh_of(asked)
        spread = run_share(engines, prompts, STEPS, mesh)
        yield from (f"{name}, {asked}: {fault}" for fault in differences(alone, spread, engines[0]))
        reached = watched.came[-1]
        steps = reached.rows if name == "wei_ma" else reached[2]
        idle = steps[len(WORDS) :].tolist()
        if steps.shape[0] % mesh.size or any(idle):
            yield f"{name}, {asked}: {steps.shape[0]} runs, padding that took {idle} steps"
        if len(steps.sharding.device_set) != mesh.size:
            yield f"{name}, {asked}: on {len(steps.sharding.device_set)} devices"
    function, given = watched.called[-1]
    text = function.lower(*given).compile().as_text()
    yield from (f"{name}: a device waits for others: {each}" for each in COLLECTIVES if each in text)


def waiting(watched: Watched) -> bool:
    """Whether the same batch, partitioned by XLA instead of by us, is seen to have devices that wait for each other."""
    function, given = next(each for each in watched.called if each[1][2].size == 8)
    graph, constant, mesh, *stacked = given
    sharding = NamedSharding(mesh, PartitionSpec("data"))
    saved, module.over_mesh = module.over_mesh, lambda inner, _: inner
    try:
        # A function of its own: JAX would take what it has traced of the other one.
        planted = jax.jit(lambda *each: function.__wrapped__(graph, constant, mesh, *each), out_shardings=sharding)
        text = planted.lower(*stacked).compile().as_text()
    finally:
        module.over_mesh = saved
    return any(each in text for each in COLLECTIVES)


if __name__ == "__main__":
    seen = Watched()
    found = [fault for each in ("cellular", "wei_ma") for fault in faults(each, seen)]
    engines_, prompts_ = batch_of("cellular")
    outcomes = sorted({state.outcome for state in run_batch(engines_, prompts_, STEPS)})
    print(json.dumps({"faults": found, "outcomes": outcomes, "devices": jax.device_count(), "can fail": waiting(seen)}))  # noqa: T201 - for the test
