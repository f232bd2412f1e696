"""The labels of a network of two machines: its registers, and what they mean."""

from collections.abc import Iterator, Mapping

from tmformer.constructions.records import names
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.program import (
    Code,
    Feedback,
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

CHOICES = ("a", "b")
"""What the token may say: the machine that is compiled, and the other one."""


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
    kept = ("step", "choice", *map(state_of, CHOICES))
    return Labels(
        construction="switchable",
        registers=tuple(_registers(states, symbols, sizes)),
        generators=tuple(
            Generator(name, offset, where, divisor=sizes.radix**digit, modulus=sizes.radix)
            for digit, name in enumerate(times)
            for where, offset in {"input": -1, "moved": -2}.items()
        ),
        stop=Stop((Signal("now", 0),), reads=("next_symbol",), where="step", outcomes=outcomes),
        invariants=(Invariant("distinct keys", times), Invariant("exclusive", ("right", "left"))),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(
            *(Feedback(name, name) for name in kept),
            Feedback("step", "moved"),
            *(Feedback(f"next_{name}", name) for name in ("symbol", *cells)),
        ),
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _registers(states: Mapping[str, OneHot], symbols: OneHot, sizes: Sizes) -> Iterator[Register]:
    bit, digit, k = Code(1), Code(sizes.digit_bits), sizes.cell_digits
    now = OneHot(tuple(named(choice, state) for choice in CHOICES for state in states[choice].values))
    edge = ("edge",) if sizes.one_way else ()
    kinds: list[tuple[tuple[str, ...], OneHot | Flag | Code]] = [
        (("bos", "input", "step", "moved", "right", "left", *edge), Flag()),
        (("choice",), OneHot(CHOICES)),
        *(((state_of(choice),), states[choice]) for choice in CHOICES),
        (("now",), now),
        (("symbol", "written", "next_symbol"), symbols),
        ((*names("cell", k), *names("next_cell", k)), bit),
        ((*names("carry", k), *names("borrow", k)), Flag()),
        ((*names("time", sizes.time_digits), *names("found", sizes.time_digits)), digit),
    ]
    yield from (Register(name, type_) for names_, type_ in kinds for name in names_)
    yield Register("answer", digit, scratch=True)
    yield Register("fetched", symbols, scratch=True)


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    """START says which machine runs, and the states of both, whichever they are: the token alone decides."""
    cells, heads = names("cell", sizes.cell_digits), names("next_cell", sizes.cell_digits)
    return (
        Segment("bos", 1, fixed=(Write("bos", "1"),)),
        Segment("records", sizes.records, fixed=(Write("input", "1"),), any=("written", *cells)),
        Segment("start", 1, fixed=(Write("step", "1"),), any=("choice", *map(state_of, CHOICES), *heads)),
    )
