"""Families of machines: all machines of so many states and the symbols 0 and 1, each of them a number.

Each state and symbol has one of the rules {0, 1} x {L, R} x {states, halt}. The rules of a machine are the digits of its
number: the lowest that of state A reading 0, then that of A reading 1, and so on.
"""

import string
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Int

from tmformer.errors import VerifyError
from tmformer.machine import Machine, Move, Transition

HALT = "H"
"""The state in which these machines have halted."""


@final
@dataclass(frozen=True)
class Family:
    """All machines of so many states and two symbols.

    Args:
        num_states: states, the halting one not counted; 1 to 6, so that numbers fit in 64 bits.

    Raises:
        VerifyError: for fewer or more.

    >>> Family(2).size, Family(3).size
    (20736, 16777216)
    >>> Family(2).text(19_714)
    '1RB1RB_0RB1RH'
    """

    num_states: int

    def __post_init__(self) -> None:
        if not 1 <= self.num_states <= 6:
            raise VerifyError(
                "A family of machines has 1 to 6 states",
                found=f"{self.num_states} states",
                where="num_states",
                remedy="Ask for 2 or 3 states; the families of more hold over 10**10 machines.",
            )

    @property
    def states(self) -> tuple[str, ...]:
        """The states, the halting one last."""
        return (*string.ascii_uppercase[: self.num_states], HALT)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """State and symbol of each digit of a number, the lowest first."""
        return tuple((state, symbol) for state in self.states[:-1] for symbol in "01")

    @cached_property
    def rules(self) -> tuple[tuple[str, Move, str], ...]:
        """For each digit the symbol written, the move, and the next state."""
        return tuple(
            (write, move, state) for write in "01" for move in (Move.LEFT, Move.RIGHT) for state in self.states
        )

    @property
    def size(self) -> int:
        """How many machines there are."""
        return len(self.rules) ** len(self.pairs)

    def digits(self, numbers: Int[np.ndarray, " batch"]) -> Int[np.ndarray, "pairs batch"]:
        """The rule of each state and symbol, for each machine.

        Args:
            numbers: those of machines.
        """
        return np.stack([numbers // len(self.rules) ** place % len(self.rules) for place in range(len(self.pairs))])

    def machine(self, number: int) -> Machine:
        """The machine with this number."""
        digits = self.digits(np.array([number]))[:, 0]
        rules = [
            Transition(state, symbol, *self.rules[digit])
            for (state, symbol), digit in zip(self.pairs, digits, strict=True)
        ]
        return Machine(self.states, ("0", "1"), "0", "A", tuple(rules), halting=(HALT,))

    def text(self, number: int) -> str:
        """The machine in the format of bbchallenge: a row a state."""
        digits = self.digits(np.array([number]))[:, 0]
        written = [f"{write}{move.letter}{state}" for write, move, state in (self.rules[digit] for digit in digits)]
        return "_".join("".join(written[first : first + 2]) for first in range(0, len(written), 2))
