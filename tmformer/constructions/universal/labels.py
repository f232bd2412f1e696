"""The labels of a network that no machine is compiled into: its registers, and what they mean."""

from collections.abc import Iterator

from tmformer.constructions.outcomes import ENDS
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
from tmformer.constructions.universal.sizes import Sizes
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

GOING = "going"
"""The verdict of a rule that leads to another machine step."""
MOVES = ("L", "S", "R")
RULE = {"write": "rule_write", "state": "rule_next_state", "move": "rule_move", "verdict": "rule_verdict"}
"""What a rule says: the register of a rule's row, by what it is called where a step has fetched it."""


def labels_of(sizes: Sizes, parameters: dict[str, str | int]) -> Labels:
    """The labels of a network of these sizes."""
    times = names("time", sizes.time_digits)
    return Labels(
        construction="universal",
        registers=tuple(_registers(sizes)),
        generators=time_generators(sizes, {"input": -1 - sizes.rules, "moved": -2 - sizes.rules}),
        stop=Stop((Signal("verdict", 0),), reads=(), where="step", outcomes=tuple((end, end) for end in ENDS)),
        invariants=(
            Invariant("distinct keys", times),
            Invariant("distinct keys", ("rule_state", "rule_symbol"), where="rule"),
        ),
        max_positions=sizes.positions,
        loops=1,
        sharpness=sizes.sharpness,
        feedback=(
            *step_feedback(),
            Feedback("write", "written"),
            Feedback("state", "next_state"),
            Feedback("move", "moving"),
            *next_feedback("", names("cell", sizes.cell_digits)),
        ),
        admissible=_admissible(sizes),
        parameters=parameters,
    )


def _registers(sizes: Sizes) -> Iterator[Register]:
    state, symbol = Code(sizes.state_digits), Code(sizes.symbol_digits)
    move, verdict = OneHot(MOVES), OneHot((GOING, *ENDS))
    digit = Code(sizes.digit_bits)
    kinds: Kinds = [
        (("bos", "rule", "input", "step", "moved", *(("edge",) if sizes.one_way else ())), Flag()),
        (("rule_state", "rule_next_state", "next_state", "state"), state),
        (("rule_symbol", "rule_write", "written", "next_symbol", "write"), symbol),
        (("rule_move", "moving", "move"), move),
        (("rule_verdict", "verdict"), verdict),
        *cell_kinds(sizes),
        ((*names("time", sizes.time_digits), *names("found", sizes.time_digits)), digit),
    ]
    yield from registers_of(kinds)
    scratch = {"answer": digit, "fetched": symbol} | {
        f"fetched_{name}": type_ for name, type_ in zip(RULE, (symbol, state, move, verdict), strict=True)
    }
    yield from (Register(name, type_, scratch=True) for name, type_ in scratch.items())


def _admissible(sizes: Sizes) -> tuple[Segment, ...]:
    rule = ("rule_state", "rule_symbol", *RULE.values())
    return (
        bos_segment(),
        Segment("rules", sizes.rules, fixed=(Write("rule", "1"),), any=rule),
        record_segment(sizes),
        start_segment(sizes, ("next_state",)),
    )
