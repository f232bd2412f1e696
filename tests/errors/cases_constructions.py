"""What the constructions refuse: requests that cannot be compiled exactly, and streams that are no configuration."""

from tests.errors.sites import Case
from tmformer.constructions import construction
from tmformer.constructions.cellular import compile_machine, decode_configuration, encode_configuration
from tmformer.machine import Machine, Move, Transition, initial_configuration
from tmformer.program import stack

FLIP = Machine(
    ("go", "end"),
    ("_", "1"),
    "_",
    "go",
    (Transition("go", "_", "1", Move.RIGHT, "end"),),
    halting=("end",),
    name="flip",
)
LABELS = compile_machine(FLIP, steps=2).labels

CASES: dict[str, Case] = {
    "no such construction": lambda: construction("celular"),
    "fewer than no machine steps": lambda: compile_machine(FLIP, steps=-1),
    "no cells": lambda: compile_machine(FLIP, steps=1, cells=0),
    "too few cells": lambda: compile_machine(FLIP, steps=1, cells=2, input_length=3),
    "a tape head outside": lambda: encode_configuration(LABELS, initial_configuration("go", (), "_", 3)),
    "a tape outside": lambda: encode_configuration(LABELS, initial_configuration("go", ("1",) * 4, "_", 0)),
    "a cell without a symbol": lambda: decode_configuration(
        LABELS, stack(LABELS, [{"bos": True}, {"cell": True, "stay": "go"}])
    ),
    "no message": lambda: decode_configuration(LABELS, stack(LABELS, [{"bos": True}, {"cell": True}])),
}
