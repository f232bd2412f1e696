"""The whole path: machine -> program -> weights -> model -> residual stream -> configuration.

Takes      a Machine, or Weights, and an input.
Gives      Weights, and Results; everything here runs through the tables of constructions and engines.
May touch  decode, model, precision, weights, constructions, program, machine, errors.
Never      verify, show, cli. Nothing here compares.
"""

from tmformer.pipeline.batch import Run, run_batch
from tmformer.pipeline.certifying import REGIMES, certify, check_regime
from tmformer.pipeline.checkpoints import saved_steps
from tmformer.pipeline.compiling import compile, compile_program, options_of
from tmformer.pipeline.engines import ENGINES, How, how_to_run, make_engine, precision_enabled
from tmformer.pipeline.growing import Emit, Watch, chosen
from tmformer.pipeline.inputs import (
    Given,
    alphabet_of,
    as_words,
    check_is,
    check_one_machine,
    machine_that_runs,
    starting_configuration,
)
from tmformer.pipeline.keeping import EVERY
from tmformer.pipeline.result import Result
from tmformer.pipeline.running import run, start_of, trace
from tmformer.pipeline.sharing import batch_hash, connected, result_hash

__all__ = [
    "ENGINES",
    "EVERY",
    "REGIMES",
    "Emit",
    "Given",
    "How",
    "Result",
    "Run",
    "Watch",
    "alphabet_of",
    "as_words",
    "batch_hash",
    "certify",
    "check_is",
    "check_one_machine",
    "check_regime",
    "chosen",
    "compile",
    "compile_program",
    "connected",
    "how_to_run",
    "machine_that_runs",
    "make_engine",
    "options_of",
    "precision_enabled",
    "result_hash",
    "run",
    "run_batch",
    "saved_steps",
    "start_of",
    "starting_configuration",
    "trace",
]
