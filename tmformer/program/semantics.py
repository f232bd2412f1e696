"""What a program computes, on symbols: values move through registers, and there are no vectors."""

from collections.abc import Iterator, Mapping, Sequence

from tmformer.errors import ProgramError
from tmformer.program.lookup import find_all
from tmformer.program.ops import BROKEN, OUTSIDE, RUNNING, Block, Labels, Lookup, Program
from tmformer.program.stream import Stream, Value, empty_value, generate, next_row
from tmformer.program.table import apply_table


def trace(program: Program, prompt: Stream, loops: int | None = None) -> Iterator[Stream]:
    """The residual stream before the first loop, then after each loop of the blocks.

    Args:
        program: a checked program.
        prompt: the embedded sequence.
        loops: how often the blocks are applied; `program.labels.loops` times if not said.

    Raises:
        ProgramError: if a lookup finds two rows, a row neither asks nor answers by default, two values meet in one
            register, or there are more rows than allowed.
    """
    stream = generate(program.labels, prompt)
    yield stream
    for _ in range(program.labels.loops if loops is None else loops):
        for block in program.blocks:
            stream = apply_block(program.labels, block, stream)
        yield stream


def apply_block(labels: Labels, block: Block, stream: Stream) -> Stream:
    """One block: all lookups, then the table."""
    return apply_table(labels, block.table, apply_lookups(labels, block.lookups, stream))


def apply_lookups(labels: Labels, lookups: Sequence[Lookup], stream: Stream) -> Stream:
    """The stream after attention: what each lookup found is added to its `into` register."""
    columns = dict(stream.columns)
    for lookup in lookups:
        found = find_all(labels, lookup, stream)
        held = columns[lookup.into]
        columns[lookup.into] = tuple(meet(labels, lookup, row, held[row], new) for row, new in enumerate(found))
    return Stream(columns)


def meet(labels: Labels, lookup: Lookup, row: int, held: Value, new: Value) -> Value:
    """What a register holds into which a lookup adds what it found.

    Raises:
        ProgramError: if neither is empty.
    """
    empty = empty_value(labels.register(lookup.into))
    if empty not in (held, new):
        raise ProgramError(
            "At most one lookup finds a value for a register",
            found=f"{held!r} and {new!r} in {lookup.into!r}",
            where=f"lookup {lookup.name!r}, row {row}",
            remedy="Keep the invariants of the prompt: a single carrier, distinct keys.",
        )
    return held if new == empty else new


def read_stop(labels: Labels, stream: Stream) -> str:
    """What the stop table says of `stream`: an outcome, or RUNNING, OUTSIDE or BROKEN."""
    pair = _read_pair(labels, stream)
    if isinstance(pair, str):
        return pair
    outcomes: Mapping[tuple[Value, ...], str] = {outcome[:-1]: outcome[-1] for outcome in labels.stop.outcomes}
    return outcomes.get(pair, RUNNING)


def read_count(labels: Labels, stream: Stream) -> int:
    """How many steps the next application of all blocks to `stream` counts: 1 where the tally says nothing."""
    if not labels.tally:
        return 1
    counts: Mapping[tuple[Value, ...] | str, int] = {count.when: count.steps for count in labels.tally}
    return counts.get(_read_pair(labels, stream), 1)


def _read_pair(labels: Labels, stream: Stream) -> tuple[Value, ...] | str:
    """The one signal and what is read at its target; or OUTSIDE or BROKEN, where there is none."""
    stop = labels.stop
    speak = range(stream.num_rows - 1 if labels.feedback else 0, stream.num_rows)
    signals = [
        (row + signal.offset, stream[signal.register][row])
        for signal in stop.signals
        for row in speak
        if stream[signal.register][row] is not None
    ]
    if len(signals) != 1:
        return BROKEN
    target, value = signals[0]
    if not 0 <= target < stream.num_rows or not stream[stop.where][target]:
        return OUTSIDE
    return (value, *(stream[name][target] for name in stop.reads))


def decode(program: Program, prompt: Stream, rows: int) -> Iterator[Stream]:
    """The prompt, then the sequence after each of `rows` decoding steps: all layers run, and one row is fed back."""
    yield generate(program.labels, prompt)
    for _ in range(rows):
        *_, after = trace(program, prompt)
        prompt = extend(program.labels, prompt, after)
        yield prompt


def extend(labels: Labels, prompt: Stream, after: Stream) -> Stream:
    """The prompt with the next row, which receives what `after` holds in its last row, by the feedback map.

    Args:
        labels: the feedback map.
        prompt: the embedded sequence.
        after: the residual stream of the same rows after all blocks.

    Raises:
        ProgramError: if the sequence has as many rows as allowed already.
    """
    prompt = generate(labels, prompt)
    return prompt + next_row(labels, after.rows(after.num_rows - 1, after.num_rows), prompt.num_rows)
