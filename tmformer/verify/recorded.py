"""What is kept of a recorded run: what each block changed, whom each row attended to, where a float is not exact."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from tmformer.machine import Configuration, Machine, Outcome
from tmformer.precision import Certificate
from tmformer.program import Labels
from tmformer.verify.ulps import Ulps
from tmformer.weights import Weights


@final
@dataclass(frozen=True, eq=False)
class Changes:
    """What is different from one residual stream to the next.

    Args:
        places: row * d_model + coordinate, in order.
        values: the new values.
    """

    places: np.ndarray
    values: np.ndarray


@final
@dataclass(frozen=True, eq=False)
class Found:
    """What an attention head found.

    Args:
        winners: for each row the row with the largest attention weight, the first one of several.
        shares: its attention weight.
    """

    winners: np.ndarray
    shares: np.ndarray


@final
@dataclass(frozen=True)
class Apart:
    """A float that is not the exact number.

    Args:
        place: row * d_model + coordinate.
        exact: the exact number.
        ulps: how far apart they are, in ulps of the exact number.
    """

    place: int
    exact: Fraction
    ulps: Ulps


@final
@dataclass(frozen=True, eq=False)
class RecordedBlock:
    """One block.

    Args:
        attended: what attention changed.
        after: what the MLP changed then.
        found: for each attention head what it found.
        attended_apart: where the floats after attention are not exact.
        after_apart: where those after the MLP are not.
    """

    attended: Changes
    after: Changes
    found: tuple[Found, ...]
    attended_apart: tuple[Apart, ...]
    after_apart: tuple[Apart, ...]


@final
@dataclass(frozen=True, eq=False)
class Recording:
    """A run of a network, block by block. Where the sequence grows, the blocks are those of one pass over all its rows.

    Args:
        weights: the network.
        labels: those that encode and decode.
        machine: the machine that runs; None where only its weights are there.
        certificate: why its floats may be trusted.
        format: the number format.
        regime: "saturated" or "graded".
        beta: the inverse temperature.
        rows: a name for each row.
        cells: for each row the cell that it stands for or records, if it is one row a cell; else None.
        start: the residual stream before the first block, [rows, d_model].
        prompt_rows: rows of the prompt.
        blocks: the blocks, in the order of computing.
        configurations: the first one, and the one after each machine step.
        outcome: why the run ended.
        accepted: whether it was accepted; None where that is not said.
        visited: whether only the states were compiled that the run visits.
    """

    weights: Weights
    labels: Labels
    machine: Machine | None
    certificate: Certificate
    format: str
    regime: str
    beta: float
    rows: tuple[str, ...]
    cells: tuple[int | None, ...]
    start: np.ndarray
    prompt_rows: int
    blocks: tuple[RecordedBlock, ...]
    configurations: tuple[Configuration, ...]
    outcome: Outcome
    accepted: bool | None
    visited: bool = False

    @property
    def steps(self) -> int:
        """Machine steps."""
        return len(self.configurations) - 1

    def __repr__(self) -> str:
        """What was recorded, in a line."""
        name = self.labels.parameters.get("machine", "")
        return (
            f"<Recording of {name} by {self.labels.construction}: {self.steps} machine steps, {len(self.blocks)} "
            f"blocks, {len(self.rows)} rows, {self.format}, {self.regime}, {self.outcome}>"
        )
