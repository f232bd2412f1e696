"""What the constructions refuse: requests that cannot be compiled exactly, and streams that are no configuration."""

import msgspec

from tests.errors.sites import Case
from tmformer.constructions import construction, construction_of
from tmformer.constructions.cellular import compile_machine, decode_configuration, encode_configuration
from tmformer.machine import Machine, Move, Transition, initial_configuration
from tmformer.program import Labels, stack

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


def changed(**fields: object) -> Labels:
    return msgspec.structs.replace(LABELS, **fields)


CASES: dict[str, Case] = {
    "no such construction": lambda: construction("celular"),
    "fewer than no machine steps": lambda: compile_machine(FLIP, steps=-1),
    "no cells": lambda: compile_machine(FLIP, steps=1, cells=0),
    "too few cells": lambda: compile_machine(FLIP, steps=1, cells=2, input_length=3),
    "a tape head outside": lambda: encode_configuration(LABELS, initial_configuration("go", (), "_", 3)),
    "a tape outside": lambda: encode_configuration(LABELS, initial_configuration("go", ("1",) * 4, "_", 0)),
    "labels without registers": lambda: construction_of(changed(registers=LABELS.registers[:3])),
    "labels of other registers": lambda: construction_of(changed(registers=LABELS.registers[::-1])),
    "labels without a parameter": lambda: construction_of(changed(parameters={})),
    "labels with an odd start": lambda: construction_of(changed(parameters=LABELS.parameters | {"start": "?"})),
    "labels with an odd outcome": lambda: construction_of(
        changed(stop=msgspec.structs.replace(LABELS.stop, outcomes=(("end", "_", "exploded"),)))
    ),
    "a cell without a symbol": lambda: decode_configuration(
        LABELS, stack(LABELS, [{"bos": True}, {"cell": True, "stay": "go"}])
    ),
    "no message": lambda: decode_configuration(LABELS, stack(LABELS, [{"bos": True}, {"cell": True}])),
}
