"""Exact and float engines side by side, block by block, as far as the first bit that differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from tmformer.decode import BlockRegisters, Dense, Exact, ExactRows
from tmformer.errors import DecodeError
from tmformer.precision import Policy
from tmformer.program import RUNNING, Stream
from tmformer.verify.differences import Block, BlockDifference, LookupUse, as_float64
from tmformer.verify.ulps import Ulps, plain, ulps_apart


@final
@dataclass(frozen=True)
class FirstDifference:
    """The first place where a bit differs.

    Args:
        step: the machine step that computes it; 0 in the prompt of a sequence that grows.
        block: the block's number in the loop.
        place: "attended" for what attention left, "after" for what the MLP made of it.
        lookups: those of the block.
        lookup: the one that brought this row what is off, None if it found what it should have.
        use: what that lookup did in this row: what it leaked, and what of that its gates bore.
        row: the position.
        register: the register.
        coordinate: the name of its coordinate.
        expected: the exact number.
        found: the float, in decimal digits.
        ulps: how far apart they are, in ulps of the exact number; 0 where only the sign of a zero differs.
    """

    step: int
    block: int
    place: str
    lookups: tuple[str, ...]
    lookup: str | None
    use: LookupUse | None
    row: int
    register: str
    coordinate: str
    expected: str
    found: str
    ulps: Ulps

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        use = None if self.use is None else self.use.to_json()
        return {**vars(self), "lookups": list(self.lookups), "use": use, "ulps": plain(self.ulps)}


@final
@dataclass(frozen=True)
class Run:
    """What running side by side has shown.

    Args:
        blocks: each block compared, in the order of computing.
        first: the first difference, or None.
        steps: machine steps of the exact run.
        exact: the residual stream that it ends with.
        decoded: what the floats decode to at that machine step, or why they decode to nothing.
    """

    blocks: tuple[BlockDifference, ...]
    first: FirstDifference | None
    steps: int
    exact: Stream
    decoded: Stream | str


def run_loops(exact: Exact, floats: Dense, policy: Policy, prompt: Stream, steps: int) -> Run:
    """Both engines on their own, loop by loop, compared as far as the loop with the first difference; then to the end.

    Args:
        exact: hard attention in rationals.
        floats: the same weights.
        policy: the formats of the floats.
        prompt: the embedded sequence.
        steps: the most machine steps.
    """
    parts = _blocks(floats, policy)
    states = exact.advance(exact.start(prompt), 0), floats.start(prompt)
    compared: list[BlockDifference] = []
    first: FirstDifference | None = None
    while states[0].outcome == RUNNING and states[0].steps < steps and first is None:
        loop = states[0].steps
        looked = zip(parts, exact.look(states[0]), floats.look(states[1]), strict=True)
        for index, (part, one, other) in enumerate(looked):
            compared.append(part.difference(one, other, loop=loop, block=index, rows=len(one.after)))
            place = part.marks(one, other).first()
            if place is not None:
                first = _located(part, one, other, place, block=index, step=loop + 1)
                break
        if first is None:
            states = exact.advance(states[0], 1), floats.advance(states[1], 1)
    end = exact.advance(states[0], steps - states[0].steps)
    try:
        last = floats.advance(states[1], end.steps - states[1].steps)
        decoded: Stream | str = floats.stream(last)
    except DecodeError as error:
        decoded = f"{error.rule}: {error.found}"
    return Run(tuple(compared), first, end.steps, exact.stream(end), decoded)


def run_rows(exact: ExactRows, floats: Dense, policy: Policy, prompt: Stream, steps: int) -> Run:
    """The exact sequence to its end, then every block in floats on this sequence, all rows at once.

    As attention is causal, a row depends on the rows before it alone. So up to the first row with a bit that differs floats
    decode the exact sequence, and that bit is the first wrong one of decoding in floats, too. Rows after it are not compared,
    and in this row no blocks after the one that differs.

    Args:
        exact: hard attention in rationals.
        floats: the same weights.
        policy: the formats of the floats.
        prompt: the embedded sequence.
        steps: the most decoding steps, each of which is a machine step.
    """
    parts = _blocks(floats, policy)
    state = exact.advance(exact.start(prompt), steps)
    looked = [*zip(parts, exact.look(state), floats.look(floats.start(exact.sequence(state))), strict=True)]
    marks = [part.marks(one, other) for part, one, other in looked]
    wrong = [(row, block) for block, each in enumerate(marks) if (row := each.first_row()) is not None]
    rows, last = min(wrong, default=(prompt.num_rows + state.steps, len(parts)))
    place = marks[last].of_row(rows).first() if wrong else None
    step = max(0, rows - prompt.num_rows + 1)
    first = None if place is None else _located(*looked[last], place, block=last, step=step)
    compared = [
        part.difference(one, other, loop=0, block=index, rows=rows + (bool(wrong) and index <= last))
        for index, (part, one, other) in enumerate(looked)
    ]
    after = as_float64(looked[-1][2].after)
    try:
        decoded: Stream | str = floats.weights.layout.decode(np.rint(after) if floats.regime == "graded" else after)
    except DecodeError as error:
        decoded = f"{error.rule}: {error.found}"
    return Run(tuple(compared), first, state.steps, exact.stream(state), decoded)


def _blocks(floats: Dense, policy: Policy) -> Sequence[Block]:
    weights = floats.weights
    return [Block(weights.layout, block, policy, floats.regime) for block in weights.blocks]


def _located(
    part: Block, exact: BlockRegisters, found: BlockRegisters, first: tuple[int, int, int], *, block: int, step: int
) -> FirstDifference:
    place, row, column = first
    register = next(name for name, span in part.layout.spans.items() if column in span)
    lookup = part.blamed(exact, found, row, place, register)
    expected, off = ((each.attended, each.after)[place][row, column] for each in (exact, found))
    return FirstDifference(
        step=step,
        block=block,
        place=("attended", "after")[place],
        lookups=tuple(head.lookup.name for head in part.weights.heads),
        lookup=lookup,
        use=None if lookup is None else part.use(lookup, exact, found, slice(row, row + 1)),
        row=row,
        register=register,
        coordinate=part.layout.coordinate_names()[column],
        expected=str(expected),
        found=str(off),
        ulps=ulps_apart(Fraction(str(expected)), float(off), part.policy.weights),
    )
