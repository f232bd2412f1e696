"""Comparing two readings of a run."""

from collections.abc import Sequence

import numpy as np

from tmformer.verify.rungs import Reading


def compare_readings(expected: Reading, found: Reading, names: Sequence[str]) -> tuple[str, str, str] | None:
    """The first difference of two readings, as (where, expected, found), or None where they agree in every bit.

    Args:
        expected: the reference's reading; its residual stream holds integers.
        found: another rung's reading.
        names: a name for each coordinate of the residual stream.
    """
    if expected.configuration != found.configuration:
        return "configuration", str(expected.configuration), str(found.configuration)
    if expected.outcome != found.outcome:
        return "outcome", expected.outcome, found.outcome
    return compare_arrays(expected.residual, found.residual, names)


def compare_arrays(expected: np.ndarray, found: np.ndarray, names: Sequence[str]) -> tuple[str, str, str] | None:
    """The first entry in which `found` is not `expected`, bit for bit in the format of `found`.

    Args:
        expected: [rows, d_model], integers.
        found: [rows, d_model], integers or floats.
        names: a name for each column.
    """
    exact = expected.astype(found.dtype)
    differs = exact != found
    if np.issubdtype(found.dtype, np.inexact) or found.dtype.kind == "V":
        differs = differs | (np.signbit(exact) != np.signbit(found))
    if not differs.any():
        return None
    row, column = (int(index[0]) for index in np.nonzero(differs))
    return f"{names[column]} at row {row}", str(exact[row, column]), str(found[row, column])
