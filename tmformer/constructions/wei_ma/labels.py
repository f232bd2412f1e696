"""The labels of a network: its registers, and what they mean."""

from collections.abc import Iterator

from tmformer.constructions.records import names
from tmformer.constructions.search_labels import (
    Kinds,
    bos_segment,
    cell_kinds,
    next_feedback,
    record_segment,
    registers_of,
    start_segment,
    step_feedback,
    time_generators,
)
from tmformer.constructions.wei_ma.sizes import ENCODER_DECODER, Sizes
from tmformer.program import (
    Code,
    Feedback,
    Flag,
    Invariant,
    Labels,
    OneHot,
    Register,
    Segment,
    Signal,
    Stop,
    Write,
)


def on(tape: int, name: str) -> str:
    """The name of a register of tape number `tape`, counted from 0; those of the first tape have plain names.

    >>> on(0, "symbol"), on(1, "symbol")
    ('symbol', 'tape2.symbol')
    """
    return name if tape == 0 else f"tape{tape + 1}.{name}"


def _registers(states: OneHot, symbols: OneHot, sizes: Sizes) -> tuple[Register, ...]:
    has_encoder = sizes.form == ENCODER_DECODER
    flags = (*(("encoder",) if has_encoder else ()), "bos", "input", "step", "moved")
    digit = Code(sizes.digit_bits)
    return (
        *(Register(name, Flag()) for name in flags),
        *(Register(name, states) for name in ("state", "next_state")),
        *(Register(name, digit) for name in names("time", sizes.time_digits)),
        *(each for tape in range(sizes.tapes) for each in _registers_on(tape, symbols, sizes)),
    )


def _registers_on(tape: int, symbols: OneHot, sizes: Sizes) -> Iterator[Register]:
    """The registers of one tape."""
    digit = Code(sizes.digit_bits)
    kinds: Kinds = [
        (("right", "left", *(("edge",) if sizes.one_way else ())), Flag()),
        (("symbol", "written", "next_symbol"), symbols),
        *cell_kinds(sizes),
        (names("found", sizes.time_digits), digit),
    ]
    yield from registers_of(kinds, on(tape, ""))
    yield Register(on(tape, "answer"), digit, scratch=True)
    yield Register(on(tape, "fetched"), symbols, scratch=True)
    if sizes.form == ENCODER_DECODER:
        yield Register(on(tape, "from_input"), symbols, scratch=True)


def labels_of(
    states: OneHot,
    symbols: OneHot,
    sizes: Sizes,
    outcomes: tuple[tuple[str, ...], ...],
    parameters: dict[str, str | int],
) -> Labels:
    """The labels of a network with these states, symbols and sizes."""
    has_encoder, tapes = sizes.form == ENCODER_DECODER, range(sizes.tapes)
    cells = names("cell", sizes.cell_digits)
    # Positions of BOS and the records come first; behind an encoder, time begins with the first step.
    offsets = {"moved": -3 - sizes.records} if has_encoder else {"input": -1, "moved": -2}
    aside = [Invariant("distinct keys", tuple(on(tape, cell) for cell in cells), where="encoder") for tape in tapes]
    return Labels(
        construction="wei_ma",
        registers=_registers(states, symbols, sizes),
        generators=time_generators(sizes, offsets),
        stop=Stop(
            (Signal("next_state", 0),),
            reads=tuple(on(tape, "next_symbol") for tape in tapes),
            where="step",
            outcomes=outcomes,
        ),
        invariants=(
            Invariant("distinct keys", names("time", sizes.time_digits)),
            *(aside if has_encoder else ()),
            *(Invariant("exclusive", (on(tape, "right"), on(tape, "left"))) for tape in tapes),
        ),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(
            Feedback("next_state", "state"),
            *step_feedback(),
            *(each for tape in tapes for each in next_feedback(on(tape, ""), ("symbol", *cells))),
        ),
        encoder="encoder" if has_encoder else None,
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    aside = (Write("encoder", "1"),) if sizes.form == ENCODER_DECODER else ()
    tapes = tuple(on(tape, "") for tape in range(sizes.tapes))
    return (
        bos_segment(*aside),
        record_segment(sizes, tapes, *aside),
        *((bos_segment(name="decoder bos"),) if aside else ()),
        start_segment(sizes, ("next_state",), tapes),
    )
