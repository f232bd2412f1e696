"""What each row of the unembedding means, and the matrix: tokens of a decoder with one tape, values of registers elsewhere.

Both are exact: integers, and the largest logit is by 1 at least that of what a row holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, final

import numpy as np

from tmformer.program import Code, Flag, Labels, OneHot, Register
from tmformer.weights import Layout, Weights

_MOST_DIGITS: Final = 8  # of a code, each of whose values has a row

MOVES: Final = {"R": {"right": 1}, "L": {"left": 1}, "S": {"step": 1, "right": -1, "left": -1}}
"""For each move the flags that tell it on a step, with their weights."""


@final
@dataclass(frozen=True)
class Unembedding:
    """Logits are the matrix times a row of the residual stream.

    Args:
        names: what each row of the matrix stands for.
        matrix: [names, model].
        registers: where rows are tokens, those that they speak of; empty where each row is a value of one register.
        left_out: registers without rows: codes of more than 8 digits, whose coordinates are their digits.
    """

    names: tuple[str, ...]
    matrix: np.ndarray
    registers: tuple[str, ...]
    left_out: tuple[str, ...]

    def described(self) -> dict[str, object]:
        """The names, as JSON data."""
        kind = "tokens" if self.registers else "values"
        return {"kind": kind, "rows": list(self.names), "of": list(self.registers), "left_out": list(self.left_out)}


def unembedding_of(weights: Weights) -> Unembedding:
    """The unembedding: of a decoder with one tape that writes symbols, logits of the tokens that it emits.

    A token is a state alone, which the row START emits, or next state, written symbol and move, as each step does. Of other
    networks it is logits of the values of each register.

    Args:
        weights: whose labels say what is emitted.
    """
    labels, layout = weights.labels, weights.layout
    registers = token_registers(labels)
    if registers:
        rows = list(_tokens(layout, *registers))
        return Unembedding(*_stacked(layout, rows), registers, ())
    known = [register for register in labels.registers if not _is_wide(register)]
    left_out = tuple(register.name for register in labels.registers if _is_wide(register))
    return Unembedding(*_stacked(layout, [row for each in known for row in _values(layout, each)]), (), left_out)


def token_registers(labels: Labels) -> tuple[str, ...]:
    """The registers of the next state and the written symbol, of a decoder that emits tokens of one tape; else none.

    Args:
        labels: what the numbers mean.
    """
    known = {register.name: register.type for register in labels.registers}
    signal = labels.stop.signals[0].register
    needed = (labels.feedback, "written" in known, {"right", "left", "step", "moved"} <= set(known))
    if not all(needed) or any(name.startswith("tape2.") for name in known):
        return ()
    both = signal, "written"
    return both if all(isinstance(known[name], OneHot) for name in both) else ()


def _tokens(layout: Layout, state: str, written: str) -> Iterator[tuple[str, dict[int, int]]]:
    """START has not moved: a state alone has logit 3 there and 1 on a step, where its token has 3 and all others 2 or less."""
    spans, states, symbols = layout.spans, layout.types[state], layout.types[written]
    for name in states.values if isinstance(states, OneHot) else ():
        yield name, {layout.coordinate(state, name): 1, spans["step"][0]: 2, spans["moved"][0]: -2}
    pairs = product(*(each.values for each in (states, symbols) if isinstance(each, OneHot)))
    for next_state, symbol in pairs:
        both = {layout.coordinate(state, next_state): 1, layout.coordinate(written, symbol): 1}
        for move, flags in MOVES.items():
            yield f"{next_state} {symbol} {move}", both | {spans[flag][0]: weight for flag, weight in flags.items()}


def _values(layout: Layout, register: Register) -> Iterator[tuple[str, dict[int, int]]]:
    match register.type:
        case OneHot(values=values):
            named = {value: value for value in values}
        case Flag():
            yield register.name, {layout.spans[register.name][0]: 1}
            return
        case Code(digits=digits):
            named = {str(value): str(value) for value in range(2**digits)}
    for value in named:
        yield f"{register.name}={value}", dict(layout.vector(register.name, value))


def _is_wide(register: Register) -> bool:
    return isinstance(register.type, Code) and register.type.digits > _MOST_DIGITS


def _stacked(layout: Layout, rows: list[tuple[str, dict[int, int]]]) -> tuple[tuple[str, ...], np.ndarray]:
    matrix = np.zeros((len(rows), layout.d_model), dtype=np.float32)
    for number, (_, weights) in enumerate(rows):
        matrix[number, list(weights)] = list(weights.values())
    return tuple(name for name, _ in rows), matrix
