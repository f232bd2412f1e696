"""The labels of a network of two machines: its registers, and what they mean."""

from collections.abc import Iterator, Mapping

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
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.program import (
    Code,
    Flag,
    Invariant,
    Labels,
    OneHot,
    Register,
    Segment,
    Signal,
    Stop,
)

COMPILED, OTHER = "a", "b"
"""What the token says for the machine that is compiled, and for the other one."""
CHOICES = (COMPILED, OTHER)
"""What it may say."""


def state_of(choice: str) -> str:
    """The register of a machine's state.

    >>> state_of("b")
    'b.state'
    """
    return f"{choice}.state"


def named(choice: str, state: str) -> str:
    """A state of one of the machines, told apart from those of the other.

    >>> named("a", "q0")
    'a:q0'
    """
    return f"{choice}:{state}"


def labels_of(
    states: Mapping[str, OneHot],
    symbols: OneHot,
    sizes: Sizes,
    outcomes: tuple[tuple[str, ...], ...],
    parameters: dict[str, str | int],
) -> Labels:
    """The labels of a network with these states, by choice, symbols and sizes."""
    times, cells = names("time", sizes.time_digits), names("cell", sizes.cell_digits)
    return Labels(
        construction="switchable",
        registers=tuple(_registers(states, symbols, sizes)),
        generators=time_generators(sizes, {"input": -1, "moved": -2}),
        stop=Stop((Signal("now", 0),), reads=("next_symbol",), where="step", outcomes=outcomes),
        invariants=(Invariant("distinct keys", times), Invariant("exclusive", ("right", "left"))),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(*step_feedback("choice", *map(state_of, CHOICES)), *next_feedback("", ("symbol", *cells))),
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _registers(states: Mapping[str, OneHot], symbols: OneHot, sizes: Sizes) -> Iterator[Register]:
    digit = Code(sizes.digit_bits)
    now = OneHot(tuple(named(choice, state) for choice in CHOICES for state in states[choice].values))
    edge = ("edge",) if sizes.one_way else ()
    kinds: Kinds = [
        (("bos", "input", "step", "moved", "right", "left", *edge), Flag()),
        (("choice",), OneHot(CHOICES)),
        *(((state_of(choice),), states[choice]) for choice in CHOICES),
        (("now",), now),
        (("symbol", "written", "next_symbol"), symbols),
        *cell_kinds(sizes),
        ((*names("time", sizes.time_digits), *names("found", sizes.time_digits)), digit),
    ]
    yield from registers_of(kinds)
    yield Register("answer", digit, scratch=True)
    yield Register("fetched", symbols, scratch=True)


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    """START says which machine runs, and the states of both, whichever they are: the token alone decides."""
    return (
        bos_segment(),
        record_segment(sizes),
        start_segment(sizes, ("choice", *map(state_of, CHOICES))),
    )
