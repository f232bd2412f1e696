"""Running many machines, or many inputs, in one compiled call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast, final

from tmformer.constructions import Construction, construction_of
from tmformer.errors import TmformerError, UsageError
from tmformer.machine import Configuration, Machine
from tmformer.pipeline.engines import (
    How,
    certificate_of,
    configuration_after,
    how_to_run,
    make_engine,
    precision_enabled,
)
from tmformer.pipeline.growing import Progress, check_fine
from tmformer.pipeline.inputs import Given, check_is
from tmformer.pipeline.result import Result, finish, hash_of
from tmformer.pipeline.running import start_of
from tmformer.pipeline.sharing import Ended, digest_of, shared
from tmformer.precision import Certificate, Uncertified
from tmformer.program import FULL, OUTSIDE, Labels, Stream
from tmformer.weights import Weights, to_bytes

if TYPE_CHECKING:
    from jax.sharding import Mesh

    from tmformer.decode import Cached, Engine, State


@final
@dataclass(frozen=True)
class Run:
    """One run of a batch.

    Args:
        machine: what weights of the construction universal are to run; None where the weights know their machine.
        input: as in `run`.
        head: the tape head's cell at the start; as compiled, or 0, if None.
        choose: which machine of a switchable network runs; the one that was compiled if None.
    """

    machine: Machine | None = None
    input: Given = ()
    head: int | None = None
    choose: str | None = None


Asked: TypeAlias = Run | tuple[Machine | None, Given]
"""A run of a batch, or its machine and input alone."""


def run_batch(
    weights: Weights,
    runs: Sequence[Asked],
    *,
    format: str | None = None,
    max_steps: int | None = None,
    certificate: Certificate | Uncertified | None = None,
    mesh: "str | Mesh | None" = None,
) -> list[Result]:
    """Run the same weights on many prompts in one compiled call: different inputs, and, of a universal network, machines.

    Over a mesh each device has its part of the runs and stops when they have ended; where `jax.distributed` has connected
    several processes, each of them calls this with the same arguments, runs the part of its devices, and gets all results.
    Results are the same on any mesh.

    Args:
        weights: from `compile` or a file.
        runs: each a `Run`, or a pair of its machine, None where the weights know it, and its input, as in `run`.
        format: number format; float32 if not said.
        max_steps: the most machine steps of each; as many as the weights were compiled for if not said.
        certificate: as in `run`.
        mesh: "data=8" for eight devices, "data" for all, or a mesh of JAX with the axis "data"; one device if not said.

    Returns:
        The results, in order.

    Raises:
        MachineError: if an input has a symbol that its machine does not know.
        ConstructionError: if the network is not for one of the machines, or a run outgrows it.
        DecodeError: if a run ends in what encodes nothing.
        ModelError: if there is no such mesh, or processes were asked for different batches.
        UsageError: if there is no run, or a machine too many or too few.
        PrecisionError: as `run`.

    >>> import tmformer
    >>> network = tmformer.compile(tmformer.load_machine("bb4"), "universal", steps=120)
    >>> results = run_batch(
    ...     network, [(tmformer.load_machine(name), "") for name in ("bb2", "bb3", "bb4")], mesh="data=1"
    ... )
    >>> [result.steps for result in results]
    [6, 21, 107]
    """
    from tmformer.decode import mesh_of

    check_is(weights, Weights, "weights")
    asked = _as_runs(runs)
    how = how_to_run("dense", format or "float32", max_steps, certificate)
    made, reason = construction_of(weights.labels), certificate_of(weights, how)
    how = replace(how, certificate=reason)
    starts = [start_of(weights, each.machine, each.input, each.head, each.choose) for each in asked]
    limit = made.compiled_steps(weights.labels) if max_steps is None else max_steps
    devices = None if mesh is None else mesh_of(mesh)
    with precision_enabled(how.format):
        ended = _ended(weights, made, how, starts, limit, devices)
    if devices is not None:
        ended = shared(ended, digest_of(to_bytes(weights), repr(starts), how.format, str(limit)))
    told = hash_of(weights)
    return [finish(labels, how, _progress(ended[number], reason), told) for number, (labels, _) in enumerate(starts)]


def _as_runs(runs: Sequence[Asked]) -> list[Run]:
    wrong = [each for each in runs if not isinstance(each, Run) and not _is_pair(each)]
    if wrong or not runs:
        raise UsageError(
            "A batch has a run at least, each a pair of a machine, or None, and an input",
            found=repr(wrong[0])[:60] if wrong else "none",
            where="run_batch",
            remedy='Give pairs, such as (machine, "1011"); (None, "1011") where the weights know their machine.',
        )
    return [each if isinstance(each, Run) else Run(*each) for each in runs]


def _is_pair(given: object) -> bool:
    return isinstance(given, tuple) and len(cast("tuple[object, ...]", given)) == 2 and given[1] is not None


def _ended(
    weights: Weights,
    made: Construction,
    how: How,
    starts: Sequence[tuple[Labels, Configuration]],
    limit: int,
    mesh: "Mesh | None",
) -> dict[int, Ended]:
    """How the runs of this process ended, by their numbers; without a mesh those are all."""
    from tmformer.decode import run_batch as run_prompts
    from tmformer.decode import run_share

    engine = make_engine(weights, how)
    engines = cast("list[Cached]", [engine] * len(starts))
    prompts: list[Stream] = [made.encode_configuration(labels, start) for labels, start in starts]
    states: Mapping[int, State]
    if mesh is None:
        states = dict(enumerate(run_prompts(engines, prompts, limit)))
    else:
        states = run_share(engines, prompts, limit, mesh)
    return {
        number: _read(made, engine, starts[number][0], state, limit, f"run {number} of a batch, in {how.format}")
        for number, state in states.items()
    }


def _read(made: Construction, engine: "Engine", labels: Labels, state: "State", limit: int, where: str) -> Ended:
    """Where one run of a batch ended; or why that cannot be said, which is raised when all processes know it."""
    from tmformer.decode import check_signal

    try:
        check_signal(
            state.outcome,
            "newest row" if labels.feedback else "residual stream",
            where,
            "Use a format with more precision, and start from an encoded prompt.",
        )
        end = configuration_after(made, labels, engine, state)
        check_fine(state.outcome, state.steps, limit)
    except TmformerError as error:
        return Ended.refused(error, where)
    if state.outcome in (OUTSIDE, FULL):
        return Ended.refused(made.outgrown(labels, end, state.steps), where)
    return Ended(end, state.steps, state.outcome, state.layers)


def _progress(ended: Ended, reason: Certificate | Uncertified | None) -> Progress:
    if ended.configuration is None:
        raise ended.error()
    return Progress(ended.configuration, ended.steps, ended.outcome, ended.layers, reason)
