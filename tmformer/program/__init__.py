"""Programs: what a network computes, in symbols.

Takes      nothing: constructions, and people, write programs.
Gives      Program: registers, lookups and tables; its own semantics; a text form. Labels, which weights carry on.
May touch  errors.
Never      machine, jax. Nobody here has heard of a vector, or of a Turing machine.
"""

from tmformer.program.admissible import check_admissible
from tmformer.program.check import check_labels, check_lookup, check_program
from tmformer.program.decoding import Decoding, check_grows
from tmformer.program.ops import (
    BROKEN,
    COARSE,
    FULL,
    MOST_COUNTED,
    OUTSIDE,
    RUNNING,
    Block,
    Code,
    Count,
    Feedback,
    Flag,
    Generator,
    Invariant,
    Labels,
    Literal,
    Lookup,
    Match,
    OneHot,
    Program,
    Register,
    Rule,
    Segment,
    Signal,
    Stop,
    Table,
    Write,
)
from tmformer.program.parsing import parse_program
from tmformer.program.semantics import decode, extend, read_count, read_stop, trace
from tmformer.program.stream import Stream, Value, as_value, empty_value, generate, next_row, sequence_of, stack
from tmformer.program.text import format_program

__all__ = [
    "BROKEN",
    "COARSE",
    "FULL",
    "MOST_COUNTED",
    "OUTSIDE",
    "RUNNING",
    "Block",
    "Code",
    "Count",
    "Decoding",
    "Feedback",
    "Flag",
    "Generator",
    "Invariant",
    "Labels",
    "Literal",
    "Lookup",
    "Match",
    "OneHot",
    "Program",
    "Register",
    "Rule",
    "Segment",
    "Signal",
    "Stop",
    "Stream",
    "Table",
    "Value",
    "Write",
    "as_value",
    "check_admissible",
    "check_grows",
    "check_labels",
    "check_lookup",
    "check_program",
    "decode",
    "empty_value",
    "extend",
    "format_program",
    "generate",
    "next_row",
    "parse_program",
    "read_count",
    "read_stop",
    "sequence_of",
    "stack",
    "trace",
]
