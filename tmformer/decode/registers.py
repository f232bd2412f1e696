"""Looking inside: every register of every position by name, before attention, after attention and after the MLP."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from tmformer.errors import DecodeError, did_you_mean
from tmformer.program import Labels, Stream
from tmformer.weights import Layout, Weights


@final
@dataclass(frozen=True, eq=False)
class BlockRegisters:
    """One block: the residual stream at three places, and the attention weights.

    Index with a register's name to get its values after the MLP: ``block["symbol"]`` is [rows, width].

    Args:
        layout: register -> coordinates.
        before: the residual stream before attention, [rows, d_model].
        attended: after attention, before the MLP, [rows, d_model].
        after: after the MLP, [rows, d_model].
        attention: for each attention head, by the name of its lookup, its weights [rows that ask, rows that answer].
    """

    layout: Layout
    before: np.ndarray
    attended: np.ndarray
    after: np.ndarray
    attention: dict[str, np.ndarray]

    def __getitem__(self, register: str) -> np.ndarray:
        """The values of a register after the MLP, [rows, width]."""
        return self.register(register, "after")

    def register(self, name: str, place: Literal["before", "attended", "after"]) -> np.ndarray:
        """The values of a register at one of the three places, [rows, width].

        Raises:
            DecodeError: if there is no such register.
        """
        if name not in self.layout.spans:
            raise DecodeError(
                "A register is one of those that the labels declare",
                found=repr(name),
                where="a trace",
                remedy=f"Use {', '.join(self.layout.spans)}{did_you_mean(name, self.layout.spans)}",
            )
        span = self.layout.spans[name]
        array: np.ndarray = getattr(self, place)
        return array[:, span.start : span.stop]

    def stream(self) -> Stream:
        """The residual stream after the MLP, in symbols.

        Raises:
            DecodeError: if a value lies off its grid.
        """
        return self.layout.decode(self.after)


@final
@dataclass(frozen=True, eq=False)
class NetworkTrace:
    """A run of a network, one BlockRegisters a block.

    Args:
        weights: the network.
        labels: those that encoded the prompt: of the weights, or with what they were told.
        format: the number format of the floats, or "exact".
        regime: "saturated": attention is hard; or "graded": it leaks.
        prompt: the embedded sequence.
        blocks: what each block did.
        outcome: what the stop table says at the end: running, outside or an outcome.
    """

    weights: Weights
    labels: Labels
    format: str
    regime: Literal["saturated", "graded"]
    prompt: Stream
    blocks: tuple[BlockRegisters, ...]
    outcome: str

    def __repr__(self) -> str:
        """What was traced, in a line."""
        rows = len(self.blocks[-1].after) if self.blocks else self.prompt.num_rows
        return (
            f"<NetworkTrace of {self.labels.construction}: {len(self)} blocks over {rows} rows, "
            f"{self.format}, {self.regime}, {self.outcome}>"
        )

    def __getitem__(self, index: int) -> BlockRegisters:
        """The block with this number."""
        return self.blocks[index]

    def __iter__(self) -> Iterator[BlockRegisters]:
        """The blocks, in order."""
        return iter(self.blocks)

    def __len__(self) -> int:
        """Blocks."""
        return len(self.blocks)
