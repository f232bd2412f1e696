"""Switchable: two machines in one network; a token of the prompt says which of them runs.

Each machine has its states in a register of its own, and both have one tape: the records of the search through time of Wei,
Chen and Ma. START holds the token and the states of both machines, and the token is fed back to every row. Each transition
gate reads, besides state and symbol, the token: the gates of the machine that was not chosen stay closed, its state stands
still, and it writes nothing. So the network has the gates of both, |A| + |B|, and no gate for a pair of states.

Source: own. The search is that of arXiv 2107.13163, Theorem 4.1; several programs in the weights are compared with programs in
the prompt in proofs/programs.md.
"""

from tmformer.constructions.contexts import compiled_steps, full_context
from tmformer.constructions.interface import Construction
from tmformer.constructions.switchable.compiling import compile_machine, grow
from tmformer.constructions.switchable.labels import OTHER
from tmformer.constructions.switchable.relation import (
    check_labels,
    choose,
    decode_configuration,
    decode_latest,
    encode_configuration,
    variables,
)
from tmformer.constructions.switchable.sizes import CLAIMS

CONSTRUCTION = Construction(
    claims={"": CLAIMS},
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
    choose=choose,
)

__all__ = ["CLAIMS", "CONSTRUCTION", "OTHER"]
