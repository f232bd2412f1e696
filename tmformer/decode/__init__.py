"""Decoding: engines that run a model, or weights, until the stop table says so.

Takes      a model with its labels, and a prompt.
Gives      the residual stream in symbols, loop by loop, and why it stopped.
May touch  model, precision, weights, program, errors.
Never      machine, constructions. An engine works from weights alone.
"""

from tmformer.decode.dense import Dense, State, run_batch
from tmformer.decode.exact import Exact
from tmformer.decode.halting import Readout, readout
from tmformer.decode.registers import BlockRegisters, NetworkTrace
from tmformer.decode.tracing import trace_network

__all__ = [
    "BlockRegisters",
    "Dense",
    "Exact",
    "NetworkTrace",
    "Readout",
    "State",
    "readout",
    "run_batch",
    "trace_network",
]
