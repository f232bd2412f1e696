"""Universal: one network runs every machine of its size; the machine comes in the prompt.

A row of the prompt for each rule: its key is the code of a state and of a symbol, its value what to write, where to move,
which state comes next, and whether the run ends. Then come the records of the tape and the machine steps, as in the search
through time of Wei, Chen and Ma: each step moves, finds what stands under its tape head, and fetches its next rule by one
more lookup. A pair without a row is answered by the null key: undefined. The weights depend on the sizes alone: the most
states and symbols that a machine may have, the cells that a prompt holds, the machine steps.

Source: own. The search is that of arXiv 2107.13163, Theorem 4.1; programs in the prompt are compared with several programs in
the weights in proofs/programs.md.
"""

from tmformer.constructions.contexts import compiled_steps, full_context
from tmformer.constructions.interface import Construction
from tmformer.constructions.universal.compiling import compile_machine, grow
from tmformer.constructions.universal.relation import (
    check_labels,
    decode_configuration,
    encode_configuration,
    variables,
)
from tmformer.constructions.universal.sizes import CLAIMS
from tmformer.constructions.universal.telling import tell

CONSTRUCTION = Construction(
    claims={"": CLAIMS},
    compile=compile_machine,
    grow=grow,
    holds="start",
    encode_configuration=encode_configuration,
    decode_configuration=decode_configuration,
    check_labels=check_labels,
    variables=variables,
    compiled_steps=compiled_steps,
    outgrown=full_context,
    tell=tell,
)

__all__ = ["CLAIMS", "CONSTRUCTION"]
