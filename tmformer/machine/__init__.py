"""Turing machines.

Takes      text in any known format.
Gives      Machine, and its runs by the reference interpreter: the oracle of everything.
May touch  errors.
Never      jax, flax, optax, numpy. Nobody here has heard of a vector.
"""

from tmformer.machine.analysis import Analysis, analyse, gaps
from tmformer.machine.automata import from_automata, to_automata
from tmformer.machine.configuration import Configuration, Tape, configuration, initial_configuration, tape
from tmformer.machine.document import Case, Document, check_case
from tmformer.machine.formats import (
    FORMATS,
    Format,
    format_machine,
    format_named,
    format_of_file,
    head_of_input,
    parse_document,
)
from tmformer.machine.inputs import check_input, parse_input, parse_inputs, starting_configuration
from tmformer.machine.renaming import with_blank, with_names, with_state
from tmformer.machine.rogozhin import UNIVERSAL_MACHINES, UniversalMachine
from tmformer.machine.semantics import Outcome, Trace, accepted, outcome, reach, run, step, trace
from tmformer.machine.shipped import shipped_names
from tmformer.machine.sources import Reading, load, parse, read
from tmformer.machine.spec import Machine, Move, Transition, check_machine
from tmformer.machine.tag_systems import TagSystem, tag_system
from tmformer.machine.writing import Written, format_document

__all__ = [
    "FORMATS",
    "UNIVERSAL_MACHINES",
    "Analysis",
    "Case",
    "Configuration",
    "Document",
    "Format",
    "Machine",
    "Move",
    "Outcome",
    "Reading",
    "TagSystem",
    "Tape",
    "Trace",
    "Transition",
    "UniversalMachine",
    "Written",
    "accepted",
    "analyse",
    "check_case",
    "check_input",
    "check_machine",
    "configuration",
    "format_document",
    "format_machine",
    "format_named",
    "format_of_file",
    "from_automata",
    "gaps",
    "head_of_input",
    "initial_configuration",
    "load",
    "outcome",
    "parse",
    "parse_document",
    "parse_input",
    "parse_inputs",
    "reach",
    "read",
    "run",
    "shipped_names",
    "starting_configuration",
    "step",
    "tag_system",
    "tape",
    "to_automata",
    "trace",
    "with_blank",
    "with_names",
    "with_state",
]
