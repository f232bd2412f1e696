"""Cellular: positions are tape cells, and exactly one transformer block is one machine step.

Every cell asks its left neighbour, its right neighbour and itself whether the tape head comes from there, in which state.
The cell at which it arrives applies the transition: it writes its symbol and sends the tape head on. Cells know each
other by position codes of k = ceil(log2(W + 1)) digits, so keys have size k + 1. The + 1 under the logarithm matters:
with W = 2**k cells the codes of cells -1 and W would be those of cells W - 1 and 0, and a machine that leaves at the
right would come back at the left.

With macro blocks (`macro` m) a position is m neighbouring cells, and one block is all machine steps inside them.

Source: own; the literal reading of "simulates a T-step machine with depth T" in Wei, Chen and Ma (arXiv 2107.13163).
"""

from tmformer.constructions.cellular.compiling import compile_machine, compiled_steps, grow, outgrown
from tmformer.constructions.cellular.macro import STOPS_SHORT, UNCOMPILED
from tmformer.constructions.cellular.relation import (
    check_labels,
    decode_configuration,
    encode_configuration,
    variables,
)
from tmformer.constructions.cellular.sizes import CLAIMS
from tmformer.constructions.interface import Construction

CONSTRUCTION = Construction(
    claims={"": CLAIMS},
    compile=compile_machine,
    grow=grow,
    holds="visited",
    encode_configuration=encode_configuration,
    decode_configuration=decode_configuration,
    check_labels=check_labels,
    variables=variables,
    compiled_steps=compiled_steps,
    outgrown=outgrown,
)

__all__ = ["CLAIMS", "CONSTRUCTION", "STOPS_SHORT", "UNCOMPILED"]
