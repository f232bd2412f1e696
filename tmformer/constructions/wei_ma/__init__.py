"""Wei-Ma: one decoding step is one machine step; a search through time finds what stands under the tape head.

The prompt is the tape: the row at position i records that cell i was written with the symbol x_i, before the run. Each
further row is one machine step, and records what that step wrote, and where. What stands under the tape head is what the
*latest* record of its cell says, and that is found digit by digit: D layers ask, most significant digit first, for the
largest digit of the time of all records of this cell that agree with the digits found so far. All scores are small
integers and all margins constant, however long the run: that is the point of the construction. Cells are known mod 2**K.

Source: Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1, where the input stands in an encoder and the search is binary.
Ours besides: the input as records of a decoder (`form` "decoder-only"), any radix, a null key instead of a beginning of
the tape, two MLPs instead of O(log T) layers that move the tape head. The proof is in proofs/wei_ma.md.
"""

from tmformer.constructions.contexts import compiled_steps, full_context
from tmformer.constructions.interface import Construction
from tmformer.constructions.wei_ma.compiling import compile_machine, grow
from tmformer.constructions.wei_ma.relation import (
    check_labels,
    decode_configuration,
    decode_latest,
    encode_configuration,
    read_tokens,
    variables,
)
from tmformer.constructions.wei_ma.sizes import CLAIMS

CONSTRUCTION = Construction(
    claims=CLAIMS,
    compile=compile_machine,
    grow=grow,
    holds="start",
    encode_configuration=encode_configuration,
    decode_configuration=decode_configuration,
    decode_latest=decode_latest,
    check_labels=check_labels,
    variables=variables,
    compiled_steps=compiled_steps,
    outgrown=full_context,
    read_tokens=read_tokens,
)

__all__ = ["CLAIMS", "CONSTRUCTION"]
