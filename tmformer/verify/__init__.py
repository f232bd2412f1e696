"""Verification: the same run on every rung of the ladder, compared after every machine step.

Takes      a Machine and inputs; or weights.
Gives      an Agreement: how much was compared, what was left out and why, and the first difference; a Comparison: how far
           floats are from the exact run, block by block, and where the first bit differs; a SelfTest: what the device at hand
           makes of the values that certificates rely on; and the atlas: how many positions each construction runs exactly
           in each format; a Census of all machines of a family; what each lookup did in floats, depth by depth; and a
           Recording: what each block of a run changed, beside what is exact.
May touch  pipeline, decode, model, precision, weights, constructions, program, machine, errors.
Never      show, cli. The only room that sees exact and float side by side.
"""

import sys
from types import ModuleType
from typing import final

from tmformer.verify.agreement import Agreement, Difference
from tmformer.verify.atlas import NAMES, Entry, atlas, presets
from tmformer.verify.census import Census
from tmformer.verify.comparing import compare_arrays, compare_readings
from tmformer.verify.comparing_runs import compare
from tmformer.verify.comparison import Comparison
from tmformer.verify.differences import BlockDifference, LookupUse
from tmformer.verify.enumerating import enumerate_machines
from tmformer.verify.enumeration import Enumeration
from tmformer.verify.families import Family
from tmformer.verify.fitting import Fitted, fit, fitted
from tmformer.verify.measuring import Measured, MeasuredRun, measure_lookups, seen_rows
from tmformer.verify.portions import Portion
from tmformer.verify.recorded import Apart, Changes, Found, RecordedBlock, Recording
from tmformer.verify.recording import MOST_STEPS, named_rows, record, record_again
from tmformer.verify.references import ReferenceComparison, ReferenceNumber
from tmformer.verify.rungs import Reading, Rung, engine_rung, program_rung
from tmformer.verify.selftest import SelfTest, Trial, selftest
from tmformer.verify.sharpness import Sharpness, sharpness
from tmformer.verify.side_by_side import FirstDifference
from tmformer.verify.standing import CASES, LARGEST
from tmformer.verify.ulps import largest_ulps, ulp
from tmformer.verify.verifying import joined, random_inputs, verify

__all__ = [
    "CASES",
    "LARGEST",
    "MOST_STEPS",
    "NAMES",
    "Agreement",
    "Apart",
    "BlockDifference",
    "Census",
    "Changes",
    "Comparison",
    "Difference",
    "Entry",
    "Enumeration",
    "Family",
    "FirstDifference",
    "Fitted",
    "Found",
    "LookupUse",
    "Measured",
    "MeasuredRun",
    "Portion",
    "Reading",
    "RecordedBlock",
    "Recording",
    "ReferenceComparison",
    "ReferenceNumber",
    "Rung",
    "SelfTest",
    "Sharpness",
    "Trial",
    "atlas",
    "compare",
    "compare_arrays",
    "compare_readings",
    "engine_rung",
    "enumerate_machines",
    "fit",
    "fitted",
    "joined",
    "largest_ulps",
    "measure_lookups",
    "named_rows",
    "presets",
    "program_rung",
    "random_inputs",
    "record",
    "record_again",
    "seen_rows",
    "selftest",
    "sharpness",
    "ulp",
    "verify",
]


@final
class _Verb(ModuleType):
    """This room is also a verb: `tmformer.verify(machine, inputs)` calls `tmformer.verify.verify`."""

    __call__ = staticmethod(verify)


sys.modules[__name__].__class__ = _Verb
