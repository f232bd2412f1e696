"""The labels of a network that no machine is compiled into: its registers, and what they mean."""

from collections.abc import Iterator

from tmformer.constructions.outcomes import ENDS
from tmformer.constructions.records import names
from tmformer.constructions.universal.sizes import Sizes
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

GOING = "going"
"""The verdict of a rule that leads to another machine step."""
MOVES = ("L", "S", "R")
RULE = {"write": "rule_write", "state": "rule_next_state", "move": "rule_move", "verdict": "rule_verdict"}
"""What a rule says: the register of a rule's row, by what it is called where a step has fetched it."""


def labels_of(sizes: Sizes, parameters: dict[str, str | int]) -> Labels:
    """The labels of a network of these sizes."""
    times, cells = names("time", sizes.time_digits), names("cell", sizes.cell_digits)
    return Labels(
        construction="universal",
        registers=tuple(_registers(sizes)),
        generators=tuple(
            Generator(name, offset, where, divisor=sizes.radix**digit, modulus=sizes.radix)
            for digit, name in enumerate(times)
            for where, offset in {"input": -1 - sizes.rules, "moved": -2 - sizes.rules}.items()
        ),
        stop=Stop((Signal("verdict", 0),), reads=(), where="step", outcomes=tuple((end, end) for end in ENDS)),
        invariants=(
            Invariant("distinct keys", times),
            Invariant("distinct keys", ("rule_state", "rule_symbol"), where="rule"),
        ),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(
            Feedback("step", "step"),
            Feedback("step", "moved"),
            Feedback("write", "written"),
            Feedback("state", "next_state"),
            Feedback("move", "moving"),
            *(Feedback(f"next_{cell}", cell) for cell in cells),
        ),
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _registers(sizes: Sizes) -> Iterator[Register]:
    state, symbol = Code(sizes.state_digits), Code(sizes.symbol_digits)
    move, verdict = OneHot(MOVES), OneHot((GOING, *ENDS))
    k, bit, digit = sizes.cell_digits, Code(1), Code(sizes.digit_bits)
    kinds: list[tuple[tuple[str, ...], OneHot | Flag | Code]] = [
        (("bos", "rule", "input", "step", "moved", *(("edge",) if sizes.one_way else ())), Flag()),
        (("rule_state", "rule_next_state", "next_state", "state"), state),
        (("rule_symbol", "rule_write", "written", "next_symbol", "write"), symbol),
        (("rule_move", "moving", "move"), move),
        (("rule_verdict", "verdict"), verdict),
        ((*names("cell", k), *names("next_cell", k)), bit),
        ((*names("carry", k), *names("borrow", k)), Flag()),
        ((*names("time", sizes.time_digits), *names("found", sizes.time_digits)), digit),
    ]
    yield from (Register(name, type_) for names_, type_ in kinds for name in names_)
    scratch = {"answer": digit, "fetched": symbol} | {
        f"fetched_{name}": type_ for name, type_ in zip(RULE, (symbol, state, move, verdict), strict=True)
    }
    yield from (Register(name, type_, scratch=True) for name, type_ in scratch.items())


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    cells, heads = names("cell", sizes.cell_digits), names("next_cell", sizes.cell_digits)
    return (
        Segment("bos", 1, fixed=(Write("bos", "1"),)),
        Segment(
            "rules",
            sizes.rules,
            fixed=(Write("rule", "1"),),
            any=("rule_state", "rule_symbol", *RULE.values()),
        ),
        Segment("records", sizes.records, fixed=(Write("input", "1"),), any=("written", *cells)),
        Segment("start", 1, fixed=(Write("step", "1"),), any=("next_state", *heads)),
    )
