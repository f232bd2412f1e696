"""Running many machines, or many inputs, in one compiled call."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tmformer.constructions import Construction, construction_of
from tmformer.errors import UsageError
from tmformer.machine import Machine
from tmformer.pipeline.engines import certificate_of, configuration_after, how_to_run, make_engine, precision_enabled
from tmformer.pipeline.growing import Progress
from tmformer.pipeline.inputs import Given, check_is
from tmformer.pipeline.result import Result, finish, hash_of
from tmformer.pipeline.running import start_of
from tmformer.precision import Certificate, Uncertified
from tmformer.program import FULL, OUTSIDE, Labels
from tmformer.weights import Weights

if TYPE_CHECKING:
    from tmformer.decode import Cached, Engine, State


def run_batch(
    weights: Weights,
    runs: Sequence[tuple[Machine | None, Given]],
    *,
    format: str | None = None,
    max_steps: int | None = None,
    certificate: Certificate | Uncertified | None = None,
) -> list[Result]:
    """Run the same weights on many prompts in one compiled call: different inputs, and, of a universal network, machines.

    Args:
        weights: from `compile` or a file.
        runs: for each run its machine, None where the weights know it, and its input, as in `run`.
        format: number format; float32 if not said.
        max_steps: the most machine steps of each; as many as the weights were compiled for if not said.
        certificate: as in `run`.

    Returns:
        The results, in order.

    Raises:
        MachineError: if an input has a symbol that its machine does not know.
        ConstructionError: if the network is not for one of the machines, or a run outgrows it.
        DecodeError: if a run ends in what encodes nothing.
        UsageError: if there is no run, or a machine too many or too few.
        PrecisionError: as `run`.

    >>> import tmformer
    >>> network = tmformer.compile(tmformer.load_machine("bb4"), "universal", steps=120)
    >>> results = run_batch(network, [(tmformer.load_machine(name), "") for name in ("bb2", "bb3", "bb4")])
    >>> [result.steps for result in results]
    [6, 21, 107]
    """
    from tmformer.decode import run_batch as run_prompts

    check_is(weights, Weights, "weights")
    wrong = [each for each in runs if not isinstance(each, tuple) or len(each) != 2 or each[1] is None]  # pyright: ignore[reportUnnecessaryIsInstance, reportUnnecessaryComparison]
    if wrong or not runs:
        raise UsageError(
            "A batch has a run at least, each a pair of a machine, or None, and an input",
            found=repr(wrong[0])[:60] if wrong else "none",
            where="run_batch",
            remedy='Give pairs, such as (machine, "1011"); (None, "1011") where the weights know their machine.',
        )
    how = how_to_run("dense", format or "float32", max_steps, certificate)
    made, reason = construction_of(weights.labels), certificate_of(weights, how)
    starts = [start_of(weights, machine, given, None) for machine, given in runs]
    shared = hash_of(weights)
    limit = made.compiled_steps(weights.labels) if max_steps is None else max_steps
    with precision_enabled(how.format):
        engine = make_engine(weights, replace(how, certificate=reason))
        prompts = [made.encode_configuration(labels, start) for labels, start in starts]
        states = run_prompts(cast("list[Cached]", [engine] * len(runs)), prompts, limit)
        results: list[Result] = []
        for number, ((labels, _), state) in enumerate(zip(starts, states, strict=True)):
            where = f"run {number} of a batch, in {how.format}"
            results.append(finish(labels, how, _reached(made, engine, labels, state, reason, where), shared))
    return results


def _reached(
    made: Construction,
    engine: "Engine",
    labels: Labels,
    state: "State",
    reason: Certificate | Uncertified | None,
    where: str,
) -> Progress:
    """Where one run of a batch ended, which is said only of what encodes something."""
    from tmformer.decode import check_signal

    check_signal(
        state.outcome,
        "newest row" if labels.feedback else "residual stream",
        where,
        "Use a format with more precision, and start from an encoded prompt.",
    )
    end = configuration_after(made, labels, engine, state)
    if state.outcome in (OUTSIDE, FULL):
        raise made.outgrown(labels, end, state.steps)
    return Progress(end, state.steps, state.outcome, state.layers, reason)
