"""How large a network of this construction is, by exact formulas."""

from dataclasses import dataclass
from typing import final

from tmformer.constructions.claims import Claims, bits
from tmformer.constructions.contexts import Context
from tmformer.constructions.records import digits


@final
@dataclass(frozen=True)
class Sizes(Context):
    """The sizes that the whole network follows from: there is nothing else in it.

    Args:
        states: Q, the states that a machine may have.
        symbols: G, the tape symbols that it may have.
        records: R, cells that the prompt holds.
        steps: T, machine steps.
        radix: B, of the search.
        one_way: whether the tape begins at cell 0.
    """

    states: int
    symbols: int
    records: int
    steps: int
    radix: int
    one_way: bool

    @property
    def rules(self) -> int:
        """P: rows of the prompt that tell of rules, one for each pair of a state and a symbol."""
        return self.states * self.symbols

    @property
    def state_digits(self) -> int:
        """q: binary digits of a state, one of them for rows that tell of no rule."""
        return bits(2 * self.states)

    @property
    def symbol_digits(self) -> int:
        """g: binary digits of a symbol."""
        return max(1, bits(self.symbols))

    @property
    def sharpness(self) -> int:
        """c: rivals of one unit less, one from each row, weigh an eighth in all at most, at every coordinate of a value."""
        widest = max(self.state_digits, self.symbol_digits, self.digit_bits)
        return bits(self.positions) + 3 + bits(widest)

    @property
    def positions(self) -> int:
        """BOS, the rules, the records, START, the steps."""
        return self.rules + self.records + self.steps + 2


CLAIMS = Claims(
    construction="universal",
    source="own; the search is that of Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1",
    letters={
        "Q": "states that a machine may have, halting ones included",
        "G": "tape symbols that it may have",
        "R": "records: cells of the input and of the start",
        "T": "machine steps",
        "B": "radix of the search",
        "E": "1 if the tape is one-way, else 0",
    },
    definitions={
        "P": "Q*G",
        "N": "R + T",
        "q": "bits(2*Q)",
        "g": "max(1, bits(G))",
        "K": "max(2, bits(N))",
        "D": "digits(N, B)",
        "b": "bits(B)",
        "d": "5*q + 7*g + 4*K + 2*D*b + b + 35 + E",
        "V": "2*2**q + 2*q + 2*2**g + 2*g + 27",
        "U": "8*K + E + D*(2*B + 2*b) + 2*2**g + 2*g + V",
    },
    formulas={
        "num_layers": "D + 4",
        "num_heads": "4",
        "d_model": "d",
        "d_key": "max(K + D*b, q + g) + 1",
        "d_value": "max(q, g, b, 6)",
        "d_mlp": "max(4*K + E, 2*B + 2*b, V)",
        "parameters": "d * (2*D*K + b*D*(D + 1) + 2*D + 2*D*b + 2*(K + D*b + 1 + g) + 10*(q + g) + 26 + 2*U) + U",
        "nonzero": "K*K + 33*K - 2 + 3*E*(K + 1) + 2*D*K + b*D*(D - 1) + D*(9*b + 5 + 4*B*(b + 1)) + 2*(K + D*b) "
        "+ 2**g*(8*g + 8) + 2**q*(4*q + 4) + 15*q + 22*g + 135",
        "sharpness": "bits(P + N + 2) + 3 + bits(max(q, g, b))",
        "max_positions": "P + N + 2",
        "search_layers": "D",
        "blocks_per_step": "D + 4",
        "depth": "(T + 1) * (D + 4)",
        "ties": "N",
    },
    functions={"digits": digits},
    notes={"digits": "digits(n, B) = ceil(log n to the base B), 1 at least"},
    differs="No weight knows a machine: its transition table is part of the prompt, a row for each pair of a state and a "
    "symbol, and one more lookup a step fetches the rule. So one network runs every machine of its size.",
)
"""What is claimed."""
