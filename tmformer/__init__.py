"""tmformer: Turing machines compiled, not trained, into exact transformers.

Importing tmformer is light: names are loaded when they are used, and JAX only when a model runs.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmformer.machine import load as load_machine
    from tmformer.pipeline import Run, certify, compile, run, run_batch, trace
    from tmformer.show import explore
    from tmformer.verify import compare, record, verify
    from tmformer.weights import load as load_weights
    from tmformer.weights import save as save_weights

_HOMES = {
    "Run": ("tmformer.pipeline", "Run"),
    "certify": ("tmformer.pipeline", "certify"),
    "compare": ("tmformer.verify", "compare"),
    "compile": ("tmformer.pipeline", "compile"),
    "explore": ("tmformer.show", "explore"),
    "load_machine": ("tmformer.machine", "load"),
    "load_weights": ("tmformer.weights", "load"),
    "record": ("tmformer.verify", "record"),
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
    "explore",
    "load_machine",
    "load_weights",
    "record",
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


def _show_in_notebooks() -> None:
    """Let weights, traces and recordings show themselves, where IPython has begun already."""
    begun = sys.modules.get("IPython")
    shell = None if begun is None else begun.get_ipython()
    if shell is not None:
        import_module("tmformer.show.notebook").load_ipython_extension(shell)


_show_in_notebooks()
