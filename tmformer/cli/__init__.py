"""The command line: `tmformer run`, `verify`, `compile`, `inspect`, `machines`, `selftest`.

Takes      the words of a command line.
Gives      text, tables or one JSON object, and an exit status.
May touch  show, export, prove, verify, pipeline, precision, weights, constructions, program, machine, errors.
Never      jax, flax, numpy before a command needs them: help answers at once.
"""

from tmformer.cli.starting import dispatch, main

__all__ = ["dispatch", "main"]
