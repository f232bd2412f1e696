"""A sequence that grows, row by row: what `semantics.decode` computes, and no row twice."""

from collections.abc import Iterable
from typing import final

from tmformer.errors import ProgramError
from tmformer.program.lookup import Finder, rows_of
from tmformer.program.ops import Labels, Program
from tmformer.program.semantics import meet
from tmformer.program.stream import Stream, Value, generate, next_row
from tmformer.program.table import Rules


def check_grows(labels: Labels, masks: Iterable[str]) -> None:
    """Refuse to decode row by row where rows see later ones, or where nothing is fed back.

    Args:
        labels: the feedback map.
        masks: those of all lookups.

    Raises:
        ProgramError: naming what hinders.
    """
    distinct = sorted(set(masks))
    if not labels.feedback or "none" in distinct:
        raise ProgramError(
            "A sequence grows row by row where a row is fed back and none sees later rows",
            found=f"{len(labels.feedback)} registers fed back, masks {', '.join(distinct) or 'of no lookup'}",
            where=f"a network of {labels.construction!r}",
            remedy='Give a feedback map, and every lookup the mask "causal" or "across".',
        )


@final
class Decoding:
    """The prompt, row by row, then one row a decoding step.

    Args:
        program: a checked program whose sequence grows.
        prompt: the embedded sequence.

    Raises:
        ProgramError: if the sequence does not grow row by row, or as `semantics.trace`.
    """

    def __init__(self, program: Program, prompt: Stream) -> None:
        labels = program.labels
        check_grows(labels, (lookup.mask for block in program.blocks for lookup in block.lookups))
        self.labels = labels
        self.num_rows = 0
        self._blocks = [
            ([Finder(labels, lookup) for lookup in block.lookups], Rules(labels, block.table))
            for _ in range(labels.loops)
            for block in program.blocks
        ]
        self._columns: dict[str, list[Value]] = {register.name: [] for register in labels.registers}
        prompt = generate(labels, prompt)
        for row in range(prompt.num_rows):
            self._push(prompt.rows(row, row + 1))

    def step(self) -> None:
        """One decoding step: the next row receives what the last one feeds back, and passes all blocks.

        Raises:
            ProgramError: if the sequence has as many rows as allowed already, or as `semantics.trace`.
        """
        self._push(next_row(self.labels, self.after(self.num_rows - 1), self.num_rows))

    def after(self, first: int = 0) -> Stream:
        """The residual stream after all blocks, from row number `first` on."""
        return Stream({name: tuple(values[first:]) for name, values in self._columns.items()})

    def _push(self, stream: Stream) -> None:
        """One row through all blocks."""
        for finders, rules in self._blocks:
            held = dict(stream.columns)
            for finder in finders:
                lookup = finder.lookup
                (row,) = rows_of(self.labels, lookup, stream, self.num_rows)
                finder.add(row)
                new = finder.find(row)
                held[lookup.into] = (meet(self.labels, lookup, self.num_rows, held[lookup.into][0], new),)
            written = rules.written(Stream(held), 0)
            stream = Stream(held | {name: (value,) for name, value in written.items()})
        for name, (value,) in stream.columns.items():
            self._columns[name].append(value)
        self.num_rows += 1
