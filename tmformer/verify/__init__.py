"""Verification: the same run on every rung of the ladder, compared after every machine step.

Takes      a Machine and inputs.
Gives      an Agreement: how much was compared, what was left out and why, and the first difference; and the atlas: how many
           positions each construction runs exactly in each format.
May touch  pipeline, decode, model, precision, weights, constructions, program, machine, errors.
Never      show, cli. The only room that sees exact and float side by side.
"""

import sys
from types import ModuleType
from typing import final

from tmformer.verify.agreement import Agreement, Difference
from tmformer.verify.atlas import NAMES, Entry, atlas, presets
from tmformer.verify.comparing import compare_arrays, compare_readings
from tmformer.verify.rungs import Reading, Rung, engine_rung, program_rung
from tmformer.verify.sharpness import Sharpness, sharpness
from tmformer.verify.standing import CASES, LARGEST
from tmformer.verify.verifying import random_inputs, verify

__all__ = [
    "CASES",
    "LARGEST",
    "NAMES",
    "Agreement",
    "Difference",
    "Entry",
    "Reading",
    "Rung",
    "Sharpness",
    "atlas",
    "compare_arrays",
    "compare_readings",
    "engine_rung",
    "presets",
    "program_rung",
    "random_inputs",
    "sharpness",
    "verify",
]


@final
class _Verb(ModuleType):
    """This room is also a verb: `tmformer.verify(machine, inputs)` calls `tmformer.verify.verify`."""

    __call__ = staticmethod(verify)


sys.modules[__name__].__class__ = _Verb
