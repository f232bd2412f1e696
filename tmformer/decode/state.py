"""Where a run is, and what every engine can do with it."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, final, runtime_checkable

import numpy as np

from tmformer.errors import DecodeError, ModelError
from tmformer.memory import computer_memory, shown_bytes
from tmformer.precision import Uncertified
from tmformer.program import BROKEN, Stream
from tmformer.weights import Layout, Weights

if TYPE_CHECKING:
    from tmformer.decode.registers import BlockRegisters

_BYTES_A_VALUE = 128  # what a register holds in one row, in the forms that a prompt goes through in Python
_BYTES_A_COORDINATE = 16  # likewise in arrays

UNASKED = Uncertified(reason="the engine was made without a certificate")
"""What an engine keeps that nobody gave a certificate."""


@final
class State(NamedTuple):
    """Where a run is.

    Args:
        x: the engine's own form of the residual stream.
        steps: the steps counted: what the tally says, and 1 a loop where it says nothing; or the decoding steps, where the
            sequence grows.
        outcome: RUNNING, OUTSIDE, FULL, COARSE, or an outcome of the stop table.
        layers: blocks applied one after another; those of a prompt that grows count once for all its rows.
        kept: which rows the engine can still tell: all, or the latest of each code, and the newest.
    """

    x: Any
    steps: int
    outcome: str
    layers: int = 0
    kept: Literal["all", "latest"] = "all"


def check_loops(weights: Weights) -> None:
    """Refuse to loop over a sequence that grows: nothing would be fed back.

    Raises:
        ModelError: naming the engines that decode it.
    """
    if weights.labels.feedback:
        raise ModelError(
            "A sequence that grows is decoded row by row",
            found=f"a network of {weights.labels.construction!r}, with a feedback map",
            where="an engine that applies blocks to a sequence as it is",
            remedy="Use decode.Cached, or decode.ExactRows for rationals.",
        )


def check_prompt(weights: Weights, memory: int | None) -> None:
    """Refuse to encode a prompt that would not fit into memory, before anything is encoded.

    Args:
        weights: the network; its labels say how long a prompt is, or how long it may be.
        memory: bytes that it may take; the computer's memory if None.

    Raises:
        ModelError: if it would take more.
    """
    labels, available = weights.labels, computer_memory() if memory is None else memory
    rows = sum(segment.rows for segment in labels.admissible) or labels.max_positions
    needed = rows * (_BYTES_A_VALUE * len(labels.registers) + _BYTES_A_COORDINATE * weights.layout.d_model)
    if needed > available:
        raise ModelError(
            "A prompt fits into memory",
            found=f"about {shown_bytes(needed)} for {rows} rows",
            where=f"{shown_bytes(available)} of memory",
            remedy="Compile for a smaller window or a shorter prompt.",
        )


@runtime_checkable
class Engine(Protocol):
    """Runs weights; all engines give the same answer.

    `regime` says whether attention is hard, or leaks. `why_dense` is the reason why an engine that retrieves computes everything instead; None where it does not.
    """

    weights: Weights
    format_name: str
    regime: Literal["saturated", "graded"]
    why_dense: str | None

    def start(self, prompt: Stream) -> State:
        """The state before anything is computed."""
        ...

    def advance(self, state: State, steps: int) -> State:
        """At most `steps` counted steps, or decoding steps, more; also with 0 the outcome is what the stop table says."""
        ...

    def look(self, state: State) -> "list[BlockRegisters]":
        """What each block of the next loop computes; or, where the sequence grows, each block of all rows so far."""
        ...

    def array(self, state: State, first: int = 0) -> np.ndarray:
        """The residual stream from row number `first` on, [rows, d_model]."""
        ...

    def stream(self, state: State, first: int = 0) -> Stream:
        """The residual stream in symbols, from row number `first` on."""
        ...


def check_signal(outcome: str, whose: str, where: str, remedy: str) -> None:
    """Refuse what encodes nothing any more.

    Args:
        outcome: what the stop table says.
        whose: what it reads: the residual stream, or its newest row.
        where: after which loop or at which row, and in which numbers.
        remedy: what the user can do.

    Raises:
        DecodeError: if the outcome is BROKEN.
    """
    if outcome == BROKEN:
        raise DecodeError(f"The {whose} holds exactly one signal", found="none, or several", where=where, remedy=remedy)


def read_stream(layout: Layout, array: np.ndarray, regime: Literal["saturated", "graded"]) -> Stream:
    """A residual stream of floats in symbols; in the graded regime each value is read as the nearest grid point.

    Args:
        layout: registers and their coordinates.
        array: [rows, d_model].
        regime: "saturated" or "graded".

    Raises:
        DecodeError: in the saturated regime, if a value lies off its grid.
    """
    values = array.astype(np.float64)
    return layout.decode(np.rint(values) if regime == "graded" else values)
