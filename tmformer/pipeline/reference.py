"""Running a reference construction, which has no weights: in rationals, or in floats to see where they fail."""

from tmformer.constructions import perez
from tmformer.machine import Configuration, Machine, Outcome, accepted
from tmformer.pipeline.growing import Watch
from tmformer.pipeline.result import Result

_FOREVER = 2**62  # machine steps


def run_reference(
    machine: Machine, start: Configuration, format_name: str | None, max_steps: int | None, watch: Watch | None
) -> Result:
    """Run a machine by the construction of Perez, Barcelo and Marinkovic.

    Args:
        machine: any machine.
        start: the configuration before the first machine step.
        format_name: a number format; None for exact rationals. In floats the run ends before the machine step at which it
            leaves the exact run, and the result's `warning` says which that is, what was read and by which margins.
        max_steps: the most machine steps; until the machine halts if not said.
        watch: as in `run`.

    Raises:
        ConstructionError: if the construction does not run in this format.
    """
    limit = _FOREVER if max_steps is None else max_steps
    warning, last = None, limit
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
        engine="exact" if format_name is None else "dense",
        format=format_name or "exact",
        outcome=end,
        accepted=accepted(machine, now) if end is Outcome.HALTED else None,
        steps=steps,
        configuration=now,
        layers=perez.BLOCKS * (rows + 1),
        warning=warning,
    )


def _warning(failure: perez.Failure, format_name: str) -> str:
    found = " and ".join(map(repr, failure.found)) or "no finite score"
    exact = "none" if failure.exact_margin is None else f"{float(failure.exact_margin):.3g}"
    in_floats = "none" if failure.float_margin is None else f"{float(failure.float_margin):.3g}"
    return (
        f"{format_name} leaves the exact run at machine step {failure.step}: row {failure.row} reads {found} where the exact "
        f"run reads {failure.expected!r}; margin {exact} in rationals, {in_floats} for the wrong symbol in {format_name}"
    )
