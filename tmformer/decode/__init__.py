"""Decoding: engines that run a model, or weights, until the stop table says so.

Takes      a model with its labels, and a prompt.
Gives      the residual stream in symbols, loop by loop, and why it stopped.
May touch  model, precision, weights, program, memory, errors.
Never      machine, constructions. An engine works from weights alone.

The engines that need JAX are loaded when they are used, so that exact runs answer at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tmformer.decode.exact import Exact
from tmformer.decode.exact_rows import ExactRows
from tmformer.decode.registers import BlockRegisters, NetworkTrace
from tmformer.decode.state import Engine, State, check_signal
from tmformer.decode.tracing import trace_network

if TYPE_CHECKING:
    from tmformer.decode.batch import Stacked, run_batch, run_share, run_stacked, stack_networks
    from tmformer.decode.cached import Cached
    from tmformer.decode.dense import Dense, look_into, run_loops
    from tmformer.decode.feedback import Feedback, feedback_of
    from tmformer.decode.halting import Readout, outcomes, readout
    from tmformer.decode.meshes import Share, mesh_of
    from tmformer.decode.processes import check_same, connected, gather
    from tmformer.decode.products import dense_products
    from tmformer.decode.retrieval import Many, Passing, Reached, Recalling
    from tmformer.decode.rows import UNITS, Cache, decode_rows, row_average, row_sum

_HOMES = {
    "UNITS": "rows",
    "Cache": "rows",
    "Cached": "cached",
    "Dense": "dense",
    "Feedback": "feedback",
    "Many": "retrieval",
    "Passing": "retrieval",
    "Reached": "retrieval",
    "Recalling": "retrieval",
    "Readout": "halting",
    "Share": "meshes",
    "Stacked": "batch",
    "check_same": "processes",
    "connected": "processes",
    "decode_rows": "rows",
    "dense_products": "products",
    "feedback_of": "feedback",
    "gather": "processes",
    "look_into": "dense",
    "mesh_of": "meshes",
    "outcomes": "halting",
    "readout": "halting",
    "row_average": "rows",
    "row_sum": "rows",
    "run_batch": "batch",
    "run_loops": "dense",
    "run_share": "batch",
    "run_stacked": "batch",
    "stack_networks": "batch",
}

__all__ = [
    "UNITS",
    "BlockRegisters",
    "Cache",
    "Cached",
    "Dense",
    "Engine",
    "Exact",
    "ExactRows",
    "Feedback",
    "Many",
    "NetworkTrace",
    "Passing",
    "Reached",
    "Readout",
    "Recalling",
    "Share",
    "Stacked",
    "State",
    "check_same",
    "check_signal",
    "connected",
    "decode_rows",
    "dense_products",
    "feedback_of",
    "gather",
    "look_into",
    "mesh_of",
    "outcomes",
    "readout",
    "row_average",
    "row_sum",
    "run_batch",
    "run_loops",
    "run_share",
    "run_stacked",
    "stack_networks",
    "trace_network",
]


def __getattr__(name: str) -> object:
    """Load an engine that needs JAX when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"tmformer.decode.{_HOMES[name]}"), name)
