"""tmformer: Turing machines compiled, not trained, into exact transformers.

Importing tmformer is light: names are loaded when they are used, and JAX only when a model runs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmformer.machine import load as load_machine
    from tmformer.pipeline import Run, certify, compile, run, run_batch, trace
    from tmformer.verify import compare, verify
    from tmformer.weights import load as load_weights
    from tmformer.weights import save as save_weights

_HOMES = {
    "Run": ("tmformer.pipeline", "Run"),
    "certify": ("tmformer.pipeline", "certify"),
    "compare": ("tmformer.verify", "compare"),
    "compile": ("tmformer.pipeline", "compile"),
    "load_machine": ("tmformer.machine", "load"),
    "load_weights": ("tmformer.weights", "load"),
    "run": ("tmformer.pipeline", "run"),
    "run_batch": ("tmformer.pipeline", "run_batch"),
    "save_weights": ("tmformer.weights", "save"),
    "trace": ("tmformer.pipeline", "trace"),
}

_ROOMS = ("errors", "strategies", "verify")  # `verify` is a room and a verb: the room can be called

__all__ = [
    "Run",
    "certify",
    "compare",
    "compile",
    "load_machine",
    "load_weights",
    "run",
    "run_batch",
    "save_weights",
    "trace",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name in _ROOMS:
        return import_module(f"tmformer.{name}")
    if name == "__version__":
        return import_module("importlib.metadata").version("tmformer")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, inner = _HOMES[name]
    return getattr(import_module(home), inner)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
