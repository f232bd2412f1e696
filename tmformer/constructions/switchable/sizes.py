"""How large a network of this construction is, by exact formulas."""

from dataclasses import dataclass
from typing import final

from tmformer.constructions.claims import Claims
from tmformer.constructions.contexts import Context
from tmformer.constructions.records import digits


@final
@dataclass(frozen=True)
class Sizes(Context):
    """The sizes that the layout of the tape and of the search follows from.

    Args:
        records: R, cells that the prompt holds.
        steps: T, machine steps.
        radix: B, of the search.
        one_way: whether the tape begins at cell 0.
    """

    records: int
    steps: int
    radix: int
    one_way: bool

    @property
    def positions(self) -> int:
        """BOS, the records, START, the steps."""
        return self.records + self.steps + 2


CLAIMS = Claims(
    construction="switchable",
    source="own; the search is that of Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1",
    letters={
        "Qa": "states of the machine a, halting ones included",
        "Qb": "states of the machine b, likewise",
        "G": "tape symbols of both together",
        "R": "records: cells of the inputs and of the start",
        "T": "machine steps",
        "B": "radix of the search",
        "E": "1 if the tape is one-way, else 0",
        "C": "moves of the tape head to the right or left, in all transitions of both",
        "S": "transitions of both that lead to another state",
    },
    definitions={
        "Q": "Qa + Qb",
        "N": "R + T",
        "K": "max(2, bits(N))",
        "b": "bits(B)",
        "D": "digits(N, B)",
        "d": "2*Q + 4*G + 4*K + 2*D*b + b + 8 + E",
        "U": "Q*G + Q + 8*K + E + D*(2*B + 2*b) + 3*G",
    },
    formulas={
        "num_layers": "D + 3",
        "num_heads": "1",
        "d_model": "d",
        "d_key": "K + D*b + 1",
        "d_value": "max(G, b)",
        "d_mlp": "max(Q*G + 4*K + E, 2*B + 2*b, 3*G)",
        "parameters": "d * (2*D*K + b*D*(D + 1) + 2*D + 2*D*b + 2*(K + D*b + 1 + G) + 2*U) + U",
        "nonzero": "5*Q*G + C + 2*S + 4*Q + K*K + 33*K - 2 + 3*E*(K + 1) + 2*D*K + b*D*(D - 1) "
        "+ D*(9*b + 4 + 4*B*(b + 1)) + 2*(K + D*b) + 12*G + 5",
        "sharpness": "bits(N + 1) + 3 + bits(b)",
        "max_positions": "N + 2",
        "search_layers": "D",
        "blocks_per_step": "D + 3",
        "depth": "(T + 1) * (D + 3)",
        "ties": "N",
    },
    functions={"digits": digits},
    notes={"digits": "digits(n, B) = ceil(log n to the base B), 1 at least"},
    differs="Two machines in one network: a token of the prompt says which of them runs. Each has its states in a register of "
    "its own, and each of its gates reads the token too, so the other one's state stands still and it writes nothing. "
    "The units of the transitions are those of a and those of b, (Qa + Qb) G, and not those of a product of both; "
    "programs in the prompt (universal) cost positions instead.",
)
"""What is claimed."""
