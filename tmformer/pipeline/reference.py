"""Running a reference construction, which has no weights: in rationals, or in floats to see where they fail."""

from tmformer.constructions import perez
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Machine, Outcome, accepted
from tmformer.pipeline.growing import Watch
from tmformer.pipeline.result import Result

_FOREVER = 2**62  # machine steps


def run_reference(
    machine: Machine,
    start: Configuration,
    engine: str | None,
    format_name: str | None,
    max_steps: int | None,
    watch: Watch | None,
) -> Result:
    """Run a machine by the construction of Perez, Barcelo and Marinkovic.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        engine: "exact" or None.
        format_name: a number format; None for exact rationals. In floats the run ends before the machine step at which it
            leaves the exact run, at the last configuration that both agree on; the result's `warning` and `failure` say
            which step that is, what was read and by which margins.
        max_steps: the most machine steps; until the machine halts if not said.
        watch: as in `run`.

    Raises:
        ConstructionError: if the construction does not run in this format.
        UsageError: if another engine is asked for, or a format for the exact one.
    """
    if engine not in (None, "exact") or (engine == "exact" and format_name is not None):
        raise UsageError(
            "A reference runs in exact rationals, or in a number format, without weights",
            found=f"engine {engine!r}, format {format_name!r}",
            where="perez",
            remedy="Give only the format (--format), to see where floats fail, or neither.",
        )
    limit = _FOREVER if max_steps is None else max_steps
    warning, failure, last = None, None, limit
    if format_name is not None:
        failure = perez.compare_floats(machine, start, format_name, max_steps=limit)
        warning = f"no {format_name} run of this construction can be trusted, though this one agrees with the exact run"
        if failure is not None:
            warning, last = _warning(failure, format_name), failure.step - 1
    now, steps, rows, end = start, 0, 0, Outcome.LIMIT
    for steps, reached in enumerate(perez.trace(machine, start, max_steps=max(last, 0))):
        now, rows, end = reached.configuration, reached.rows, reached.outcome
        if watch is not None:
            watch(steps, now)
    return Result(
        machine=machine.name,
        construction="perez",
        engine="exact" if format_name is None else "reference",
        format=format_name or "exact",
        outcome=end,
        accepted=accepted(machine, now) if end is Outcome.HALTED else None,
        steps=steps,
        configuration=now,
        layers=perez.BLOCKS * (rows + 1),
        warning=warning,
        failure=None if failure is None else _as_data(failure),
    )


def _as_data(failure: perez.Failure) -> dict[str, object]:
    margins = (failure.exact_margin, failure.float_margin)
    exact, in_floats = (None if margin is None else float(margin) for margin in margins)
    return {
        "step": failure.step,
        "row": failure.row,
        "expected": failure.expected,
        "found": list(failure.found),
        "exact_margin": exact,
        "float_margin": in_floats,
    }


def _warning(failure: perez.Failure, format_name: str) -> str:
    found = " and ".join(map(repr, failure.found)) or "no finite score"
    exact = "none" if failure.exact_margin is None else f"{float(failure.exact_margin):.3g}"
    in_floats = "none" if failure.float_margin is None else f"{float(failure.float_margin):.3g}"
    return (
        f"{format_name} leaves the exact run at machine step {failure.step}: row {failure.row} reads {found} where the exact "
        f"run reads {failure.expected!r}; margin {exact} in rationals, {in_floats} for the wrong symbol in {format_name}"
    )
