"""The labels of a network: its registers, and what they mean."""

from tmformer.constructions.cellular.sizes import sharpness
from tmformer.constructions.claims import bits
from tmformer.machine import Move
from tmformer.program import (
    Code,
    Count,
    Flag,
    Generator,
    Invariant,
    Labels,
    OneHot,
    Register,
    Segment,
    Signal,
    Stop,
    Write,
)

MESSAGES = {"right": Move.RIGHT, "left": Move.LEFT, "stay": Move.STAY}
"""The registers that hold a message, and where its reader is."""


def labels_of(
    states: OneHot,
    symbols: OneHot,
    width: int,
    steps: int,
    outcomes: tuple[tuple[str, ...], ...],
    parameters: dict[str, str | int],
    tally: tuple[Count, ...] = (),
) -> Labels:
    """The labels of a network with these states, symbols and sizes.

    Args:
        states: what a message may say.
        symbols: what a cell may hold.
        width: the cells of the window.
        steps: how often the block is applied.
        outcomes: the stop table.
        parameters: the construction's own data.
        tally: the machine steps of a block, where that is not one.
    """
    # Of macro cells it is the symbol that says whether they are at the edge, since the tally reads that.
    one_way, digits = bool(parameters["one_way"]) and "macro" not in parameters, bits(width + 1)
    return Labels(
        construction="cellular",
        registers=registers_of(states, symbols, digits, one_way=one_way),
        generators=tuple(
            Generator(name, offset, where="cell", divisor=1, modulus=2**digits)
            for name, offset in (("left_cell", -2), ("own_cell", -1), ("right_cell", 0))
        ),
        stop=Stop(
            signals=tuple(Signal(name, move.value) for name, move in MESSAGES.items()),
            reads=("symbol",),
            where="cell",
            outcomes=outcomes,
        ),
        invariants=(
            Invariant("single carrier", tuple(MESSAGES)),
            Invariant("distinct keys", ("own_cell",)),
        ),
        admissible=(
            Segment("bos", 1, fixed=(Write("bos", "1"),)),
            *((_cells("edge", 1, "edge"),) if one_way else ()),
            *((_cells("cells", width - one_way),) if width > one_way else ()),
        ),
        max_positions=width + 1,
        loops=steps,
        sharpness=sharpness(digits),
        tally=tally,
        parameters=parameters,
    )


def _cells(name: str, rows: int, *flags: str) -> Segment:
    fixed = tuple(Write(flag, "1") for flag in ("cell", *flags))
    return Segment(name, rows, fixed=fixed, any=("symbol",), free=("stay",))


def registers_of(states: OneHot, symbols: OneHot, digits: int, *, one_way: bool) -> tuple[Register, ...]:
    """The residual stream; the cells of a one-way tape have one more flag, `edge`, that of its first cell."""
    return (
        *(Register(name, Flag()) for name in ("bos", "cell", *(("edge",) if one_way else ()))),
        Register("symbol", symbols),
        *(Register(name, states) for name in MESSAGES),
        Register("arriving", states, scratch=True),
        *(Register(name, Code(digits)) for name in ("left_cell", "own_cell", "right_cell")),
    )
