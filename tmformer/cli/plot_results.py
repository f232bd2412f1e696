"""What `tmformer plot` draws of measurements: the atlas and speed, from the files that they were written to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, final

import msgspec

from tmformer.errors import UsageError

COMES_FROM = {
    "atlas": "benchmarks/results/float_format_limits.json, or what `tmformer atlas --json` printed",
    "speed": "benchmarks/results/speed_against_steps.json, which `python -m benchmarks speed_against_steps` writes",
}
"""For each kind where its data come from."""


@final
class _Rate(msgspec.Struct, frozen=True, rename={"name": "run by", "steps": "steps T", "rate": "machine steps/s"}):
    """A row of the benchmark; where a run was not waited for, there are words in place of a rate."""

    name: str
    steps: int
    rate: float | str


def chart_of(kind: str, data: str | None) -> str:
    """The chart of a file of results, as SVG with a caption.

    Args:
        kind: "atlas" or "speed".
        data: the file, None if none was given.

    Raises:
        UsageError: if there is no file, or it does not hold such results.
    """
    from tmformer.show import as_rates, draw, draw_rates
    from tmformer.verify import Entry

    file = _read(kind, data)
    try:
        if kind == "atlas":
            entries = msgspec.convert(
                file["entries" if "entries" in file else "rows"], Annotated[list[Entry], msgspec.Meta(min_length=1)]
            )
            return draw(entries, _caption(file, _atlas(entries)))
        rows = msgspec.convert(file["rows"], list[_Rate])
        rates = as_rates((row.name, row.steps, row.rate) for row in rows if isinstance(row.rate, float))
        title = "Machine steps a second, against machine steps of the run"
        return draw_rates(title, rates, _caption(file, _SPEED))
    except (msgspec.ValidationError, KeyError, TypeError, ValueError) as error:
        raise _refusal(kind, f"it does not say what it should: {error}", data) from error


_SPEED = (
    "Machine: the champion of BB(5), bb5, from a blank tape. Constructions cellular and wei_ma (radix 2 and 8), format float32, "
    "saturated regime; filled: by retrieval, open: dense; grey: without a network."
)


def _atlas(entries: "list[Any]") -> str:
    names = ", ".join(dict.fromkeys(entry.construction for entry in entries))
    largest = min((entry.largest for entry in entries), default=0)
    return (
        f"Any machine; constructions {names}; saturated regime; up to {largest:,} positions. Proved: by certificates; seen: "
        "against adversarial instances, bit by bit."
    )


def _caption(file: Mapping[str, Any], what: str) -> tuple[str, ...]:
    """What was measured, and when on what."""
    if "date" not in file:
        return (what,)
    versions = ", ".join(f"{name} {number}" for name, number in dict(file.get("versions", {})).items())
    where = f"{file['date']}, {file.get('cores')} cores of {file.get('processor')}, CPython {file.get('python')}, {versions}"
    return (what, f"{where}; {file.get('command')}.")


def _read(kind: str, data: str | None) -> dict[str, Any]:
    if data is None:
        raise _refusal(kind, "no --data", data)
    try:
        read = msgspec.json.decode(Path(data).read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise _refusal(kind, str(error), data) from error
    if not isinstance(read, dict):
        raise _refusal(kind, "JSON that is no object", data)
    return read


def _refusal(kind: str, found: str, data: str | None) -> UsageError:
    return UsageError(
        f"A picture of kind {kind} is drawn from a file of results",
        found=found,
        where=f"tmformer plot {kind}" if data is None else f"--data {data}",
        remedy=f"Give --data FILE: {COMES_FROM[kind]}.",
    )
