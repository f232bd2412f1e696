"""What a program computes, on symbols: values move through registers, and there are no vectors."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tmformer.errors import ProgramError
from tmformer.program.ops import BROKEN, OUTSIDE, RUNNING, Block, Code, Labels, Lookup, Program, Rule, Table
from tmformer.program.stream import Stream, Value, empty_value, generate


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
        empty = empty_value(labels.register(lookup.into))
        _check_rows(labels, lookup, stream)
        found = _find(lookup, stream)
        columns[lookup.into] = tuple(
            _meet(lookup, row, empty, held, new)
            for row, (held, new) in enumerate(zip(columns[lookup.into], found, strict=True))
        )
    return Stream(columns)


def _check_rows(labels: Labels, lookup: Lookup, stream: Stream) -> None:
    """What makes M on a match, M - 1 on the null row and M - 2 elsewhere the scores of every row."""
    nulls = [row for row, flagged in enumerate(stream[lookup.null]) if flagged]
    silent = [row for row, flagged in enumerate(stream[lookup.where]) if not flagged]
    codes = {name for match in lookup.matches for name in (match.query, match.key)}
    unset = {name: [row for row, value in enumerate(stream[name]) if value is None] for name in codes}
    set_ = [name for name in codes if not set(nulls) <= set(unset[name])]
    single = [name for name in codes if labels.register(name).type == Code(1) and unset[name] != nulls]
    late = lookup.mask == "causal" and nulls != [0]
    if len(nulls) != 1 or nulls != silent or late or set_ or single:
        raise ProgramError(
            "One row, which no mask hides, answers by default and has no codes; all others ask; a code of one digit is set",
            found=f"rows {nulls} answer, rows {silent} do not ask; {', '.join((*set_, *single)) or 'codes are right'}",
            where=f"lookup {lookup.name!r}",
            remedy="Flag the rows of the prompt, BOS first; give codes of one digit a second one.",
        )


def _find(lookup: Lookup, stream: Stream) -> list[Value]:
    null = stream[lookup.null].index(True)
    rows_of: dict[tuple[Value, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(*(stream[match.key] for match in lookup.matches), strict=True)):
        if None not in key:
            rows_of[key].append(row)
    queries = zip(*(stream[match.query] for match in lookup.matches), strict=True)
    values = stream[lookup.value]
    found: list[Value] = []
    for row, (query, asks) in enumerate(zip(queries, stream[lookup.where], strict=True)):
        matches = rows_of.get(query, []) if asks else []
        if lookup.mask == "causal":
            matches = [match for match in matches if match <= row]
        found.append(_answer(lookup, row, matches, values) if matches else values[null])
    return found


def _answer(lookup: Lookup, row: int, matches: list[int], values: tuple[Value, ...]) -> Value:
    if len(matches) > 1 and (lookup.ties == "unique" or len({values[match] for match in matches}) > 1):
        raise ProgramError(
            f"Lookup {lookup.name!r} promises {lookup.ties} ties",
            found=f"rows {', '.join(map(str, matches))} all match",
            where=f"row {row}",
            remedy="Give the rows distinct keys.",
        )
    return values[matches[0]]


def _meet(lookup: Lookup, row: int, empty: Value, held: Value, new: Value) -> Value:
    if empty not in (held, new):
        raise ProgramError(
            "At most one lookup finds a value for a register",
            found=f"{held!r} and {new!r} in {lookup.into!r}",
            where=f"lookup {lookup.name!r}, row {row}",
            remedy="Keep the invariants of the prompt: a single carrier, distinct keys.",
        )
    return held if new == empty else new


def apply_table(labels: Labels, table: Table, stream: Stream) -> Stream:
    """The stream after the MLP: registers cleared, rules written.

    Raises:
        ProgramError: if two rules write one register of a row.
    """
    columns = {name: list(values) for name, values in stream.columns.items()}
    for name in table.clears:
        columns[name] = [empty_value(labels.register(name))] * stream.num_rows
    for row, rules in enumerate(_rules_that_hold(table, stream)):
        written: set[str] = set()
        for write in (write for rule in rules for write in rule.then):
            if write.register in written:
                raise ProgramError(
                    "At most one rule writes a register of a row",
                    found=f"two writes to {write.register!r}",
                    where=f"row {row}",
                    remedy="Make the rules exclude each other.",
                )
            written.add(write.register)
            columns[write.register][row] = write.value
    return Stream({name: tuple(values) for name, values in columns.items()})


def _rules_that_hold(table: Table, stream: Stream) -> Iterator[list[Rule]]:
    """For each row the rules all of whose literals hold, found by the registers that the rules read."""
    by_reads: dict[tuple[str, ...], dict[tuple[Value, ...], list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in table.rules:
        literals = sorted((literal.register, literal.value) for literal in rule.when)
        by_reads[tuple(name for name, _ in literals)][tuple(value for _, value in literals)].append(rule)
    for row in range(stream.num_rows):
        yield [
            rule
            for reads, rules in by_reads.items()
            for rule in rules.get(tuple(stream[name][row] for name in reads), [])
        ]


def read_stop(labels: Labels, stream: Stream) -> str:
    """What the stop table says of `stream`: an outcome, or RUNNING, OUTSIDE or BROKEN."""
    stop = labels.stop
    signals = [
        (row + signal.offset, value)
        for signal in stop.signals
        for row, value in enumerate(stream[signal.register])
        if value is not None
    ]
    if len(signals) != 1:
        return BROKEN
    target, value = signals[0]
    if not 0 <= target < stream.num_rows or not stream[stop.where][target]:
        return OUTSIDE
    outcomes: Mapping[tuple[Value, Value], str] = {(said, read): outcome for said, read, outcome in stop.outcomes}
    return outcomes.get((value, stream[stop.reads][target]), RUNNING)


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
    received = {feedback.target: after[feedback.source][-1] for feedback in labels.feedback}
    columns = {
        name: (*values, received.get(name, empty_value(labels.register(name))))
        for name, values in prompt.columns.items()
    }
    return generate(labels, Stream(columns))
