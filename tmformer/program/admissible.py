"""Admissible prompts: the inputs that a network is for, and that a certificate speaks of."""

from collections.abc import Iterator

from tmformer.errors import ProgramError
from tmformer.program.ops import Labels, Segment
from tmformer.program.stream import Stream, Value, as_value, empty_value, generate


def check_admissible(labels: Labels, prompt: Stream) -> None:
    """Refuse a prompt that is not one of those that the labels admit.

    Args:
        labels: the admissible rows, segment by segment, and the invariants.
        prompt: the embedded sequence.

    Raises:
        ProgramError: naming the first register and row, or the invariant, that is not as it should be.
    """
    kinds = [segment for segment in labels.admissible for _ in range(segment.rows)]
    if prompt.num_rows != len(kinds):
        raise _refusal(f"{prompt.num_rows} rows", f"a network whose prompts have {len(kinds)}")
    generated = generate(labels, prompt)
    for name in prompt.columns:
        for row, (segment, value) in enumerate(zip(kinds, prompt[name], strict=True)):
            if not _admits(labels, segment, name, value) and value != generated[name][row]:
                raise _refusal(f"{name} = {value!r}", f"row {row}, of the rows {segment.name!r}")
    for kind, count, where in _broken(labels, generated):
        raise _refusal(f"{count} values", f"the invariant {kind!r}, {where}")


def _admits(labels: Labels, segment: Segment, name: str, value: Value) -> bool:
    empty = empty_value(labels.register(name))
    if name in segment.free:
        return True
    if name in segment.any:
        return value != empty or value is False
    fixed = {write.register: as_value(labels.register(name).type, write.value) for write in segment.fixed}
    return value == fixed.get(name, empty)


def _broken(labels: Labels, stream: Stream) -> Iterator[tuple[str, int, str]]:
    """The invariants that do not hold of `stream`: kind, how many values there are where there should be one, and where."""
    for invariant in labels.invariants:
        columns = [stream[name] for name in invariant.registers]
        held = [[value not in (None, False) for value in row] for row in zip(*columns, strict=True)]
        if invariant.kind == "single carrier" and sum(map(sum, held)) != 1:
            yield invariant.kind, sum(map(sum, held)), "all rows together"
        if invariant.kind == "distinct keys" and invariant.where is not None:
            flagged = [
                values
                for values, is_here in zip(zip(*columns, strict=True), stream[invariant.where], strict=True)
                if is_here
            ]
            keys = [values for values in flagged if None not in values]
            if len(set(keys)) < len(keys):
                yield invariant.kind, len(keys) - len(set(keys)) + 1, "one key"
        if invariant.kind == "exclusive":
            yield from ((invariant.kind, sum(row), f"row {index}") for index, row in enumerate(held) if sum(row) > 1)


def _refusal(found: str, where: str) -> ProgramError:
    return ProgramError(
        "A prompt is one of those that the network admits",
        found=found,
        where=where,
        remedy="Encode a configuration by the network's construction.",
    )
