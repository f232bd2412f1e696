"""Admissible prompts: the inputs that a network is for, and that a certificate speaks of."""

from collections import Counter
from collections.abc import Callable, Iterator

from tmformer.errors import ProgramError
from tmformer.program.ops import Flag, Labels, Segment
from tmformer.program.stream import Stream, Value, as_value, empty_value, generate


def check_admissible(labels: Labels, prompt: Stream) -> None:
    """Refuse a prompt that is not one of those that the labels admit.

    Args:
        labels: the admissible rows, segment by segment, and the invariants.
        prompt: the embedded sequence.

    Raises:
        ProgramError: naming the first register and row, or the invariant, that is not as it should be.
    """
    rows = sum(segment.rows for segment in labels.admissible)
    if prompt.num_rows != rows:
        raise _refusal(f"{prompt.num_rows} rows", f"a network whose prompts have {rows}")
    generated, codes = generate(labels, prompt), {generator.register for generator in labels.generators}
    first = 0
    for segment in labels.admissible:
        for name in prompt.columns:
            wanted = _wanted(labels, segment, name)
            for row in range(first, first + segment.rows):
                value = prompt[name][row]
                if not wanted(value) and not (name in codes and value == generated[name][row]):
                    raise _refusal(f"{name} = {value!r}", f"row {row}, of the rows {segment.name!r}")
        first += segment.rows
    for kind, count, where in _broken(labels, generated):
        raise _refusal(f"{count} values", f"the invariant {kind!r}, {where}")


def _wanted(labels: Labels, segment: Segment, name: str) -> Callable[[Value], bool]:
    """Whether a register may hold a value on the rows of a segment."""
    type_, empty = labels.register(name).type, empty_value(labels.register(name))
    if name in segment.free or (name in segment.any and isinstance(type_, Flag)):
        return lambda _: True
    if name in segment.any:
        return lambda value: value is not None
    held = next((as_value(type_, write.value) for write in segment.fixed if write.register == name), empty)
    return lambda value: value == held


def _broken(labels: Labels, stream: Stream) -> Iterator[tuple[str, int, str]]:
    """The invariants that do not hold of `stream`: kind, how many values there are where there should be one, and where."""
    for invariant in labels.invariants:
        flags = stream[invariant.where] if invariant.where is not None else (True,) * stream.num_rows
        columns = zip(*(stream[name] for name in invariant.registers), strict=True)
        rows = [(row, values) for row, (values, here) in enumerate(zip(columns, flags, strict=True)) if here]
        held = [(row, sum(value not in (None, False) for value in values)) for row, values in rows]
        if invariant.kind == "single carrier" and sum(count for _, count in held) != 1:
            yield invariant.kind, sum(count for _, count in held), "all rows together"
        if invariant.kind == "distinct keys":
            keys = Counter(values for _, values in rows if None not in values)
            yield from ((invariant.kind, count, f"the key {key}") for key, count in keys.items() if count > 1)
        if invariant.kind == "exclusive":
            yield from ((invariant.kind, count, f"row {row}") for row, count in held if count > 1)


def _refusal(found: str, where: str) -> ProgramError:
    return ProgramError(
        "A prompt is one of those that the network admits",
        found=found,
        where=where,
        remedy="Encode a configuration by the network's construction.",
    )
