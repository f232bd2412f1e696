"""One block, exact and in floats: how far each register is off, what each lookup leaks, and where a bit differs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from tmformer.decode import BlockRegisters
from tmformer.precision import Policy
from tmformer.verify.ulps import Ulps, differing, largest_ulps
from tmformer.weights import AttentionHead, BlockWeights, Layout, dense

GATE = 0.25
"""What a gate that reads scratch bears of what is no bit, in units of a bit."""


@final
@dataclass(frozen=True)
class LookupUse:
    """What one lookup did in floats, the most over rows; None where there is a float that is no finite number.

    Args:
        leak: the attention weight of the keys that hold something else than what hard attention finds.
        off: how far a coordinate of the register that it fills is from what hard attention finds.
        used: what of this reached a gate that reads the register, in units of a bit.
    """

    leak: float | None
    off: float | None
    used: float | None

    @property
    def left(self) -> float | None:
        """What the gates would have borne besides: 1/4 less what was used; negative where it was too much."""
        return None if self.used is None else GATE - self.used

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {"leak": self.leak, "off": self.off, "used": self.used, "left": self.left}

    def __or__(self, other: "LookupUse") -> "LookupUse":
        """The most of both."""
        return LookupUse(_most(self.leak, other.leak), _most(self.off, other.off), _most(self.used, other.used))


@final
@dataclass(frozen=True)
class BlockDifference:
    """How one block in floats differs from the exact one.

    Args:
        loop: how often the blocks were applied before.
        block: its number in the loop.
        rows: rows compared, from the first on.
        registers: for each register, the largest difference after the block, in ulps of the exact value.
        lookups: for each lookup what it did.
    """

    loop: int
    block: int
    rows: int
    registers: Mapping[str, Ulps]
    lookups: Mapping[str, LookupUse]


@final
@dataclass(frozen=True)
class Marks:
    """The bits of one block that differ.

    Args:
        bits: [2, rows, d_model]: after attention, and after the MLP.
    """

    bits: np.ndarray

    def first(self) -> tuple[int, int, int] | None:
        """(place, row, coordinate) of the first in the order of computing; place 0 is after attention, 1 after the MLP."""
        found = np.argwhere(self.bits)
        return (int(found[0][0]), int(found[0][1]), int(found[0][2])) if found.size else None

    def first_row(self) -> int | None:
        """The first row with any."""
        rows = np.flatnonzero(self.bits.any(axis=(0, 2)))
        return int(rows[0]) if rows.size else None

    def of_row(self, row: int) -> "Marks":
        """Those of one row alone."""
        bits = np.zeros_like(self.bits)
        bits[:, row] = self.bits[:, row]
        return Marks(bits)


@final
@dataclass(frozen=True, eq=False)
class Block:
    """What a block is compared by.

    Args:
        layout: registers and their coordinates.
        weights: the block's exact weights.
        policy: the formats of its floats.
        regime: "saturated", where every bit counts, or "graded", where scratch is only close to its grid.
    """

    layout: Layout
    weights: BlockWeights
    policy: Policy
    regime: str

    def marks(self, exact: BlockRegisters, found: BlockRegisters) -> Marks:
        """Where a bit differs."""
        pairs = ((exact.attended, found.attended), (exact.after, found.after))
        bits = np.stack([differing(one, as_float64(other), self.policy.weights) for one, other in pairs])
        if self.regime == "graded":
            bits[:, :, self._scratch] = False
        return Marks(bits)

    def difference(
        self, exact: BlockRegisters, found: BlockRegisters, *, loop: int, block: int, rows: int
    ) -> BlockDifference:
        """How the floats of this block differ from the exact values.

        Args:
            exact: the block in rationals, with hard attention.
            found: the block in floats.
            loop: how often the blocks were applied before.
            block: its number in the loop.
            rows: how many rows are compared.
        """
        format_ = self.policy.weights
        registers = {
            name: largest_ulps(exact[name][:rows], as_float64(found[name][:rows]), format_)
            for name in self.layout.spans
        }
        names = [head.lookup.name for head in self.weights.heads] if rows else []
        lookups = {name: self.use(name, exact, found, slice(rows)) for name in names}
        return BlockDifference(loop, block, rows, registers, lookups)

    def blamed(self, exact: BlockRegisters, found: BlockRegisters, row: int, place: int, register: str) -> str | None:
        """The lookup that brought one row what is farthest from what it should have found, if any did.

        Args:
            exact: the block in rationals.
            found: the block in floats.
            row: the row.
            place: 0 for what attention left, 1 for what the MLP made of it.
            register: the one that is off.
        """
        filling = [head for head in self.weights.heads if place == 0 and head.lookup.into == register]
        heads = filling or self.weights.heads
        wrong: dict[str, float] = {}
        for head in heads:
            name = head.lookup.name
            shares = as_float64(found.attention[name][row]) - exact.attention[name][row].astype(np.float64)
            with np.errstate(invalid="ignore"):
                brought = np.abs(shares @ self._values(head, exact)).max(initial=0.0)
            wrong[name] = math.inf if math.isnan(brought) else float(brought)
        if not any(wrong.values()):
            return filling[0].lookup.name if len(filling) == 1 else None
        return max(wrong, key=lambda name: wrong[name])

    def use(self, lookup: str, exact: BlockRegisters, found: BlockRegisters, rows: slice) -> LookupUse:
        """What a lookup did in floats.

        Args:
            lookup: its name.
            exact: the block in rationals, with hard attention.
            found: the block in floats.
            rows: the rows that ask.
        """
        head = next(head for head in self.weights.heads if head.lookup.name == lookup)
        span = self.layout.spans[head.lookup.into]
        _, held = np.unique(self._values(head, exact), axis=0, return_inverse=True)
        chosen = exact.attention[lookup][rows]
        shares = as_float64(found.attention[lookup][rows])
        leaked = np.where(held != held[(chosen != 0).argmax(axis=1)][:, None], shares, 0.0).sum(axis=1)
        apart = as_float64(found.attended[rows]) - exact.attended[rows].astype(np.float64)
        off = np.where(self._scratch, apart, 0.0)
        gates = self._normal[:, self._normal[span.start : span.stop].any(axis=0)]
        reached = np.abs(off @ gates).max(initial=0.0) if np.isfinite(off).all() else math.nan
        return LookupUse(*map(_finite, (leaked.max(), np.abs(off[:, span.start : span.stop]).max(), reached)))

    def _values(self, head: AttentionHead, exact: BlockRegisters) -> np.ndarray:
        """What each row gives to whoever attends to it, [rows, d_value]."""
        return exact.before.astype(np.float64) @ dense(head.value).T

    @cached_property
    def _scratch(self) -> np.ndarray:
        """Which coordinates are scratch, [d_model]."""
        return np.array([each.scratch for each in self.layout.registers for _ in self.layout.spans[each.name]])

    @cached_property
    def _normal(self) -> np.ndarray:
        """For each unit what it reads of scratch, in units of a bit, [d_model, d_mlp]; nothing where it only clears."""
        reads = dense(self.weights.mlp.w_in)
        biases = dense(self.weights.mlp.b_in)[:, 0]
        scratch = np.where(self._scratch, reads, 0.0)
        clears = (biases == 0) & ~np.where(self._scratch, 0.0, reads).any(axis=1)
        largest = np.abs(scratch).max(axis=1, initial=0.0)
        weight = np.where(largest > 0, largest, 1.0)
        return np.where(clears[:, None], 0.0, scratch / weight[:, None]).T


def as_float64(array: np.ndarray) -> np.ndarray:
    """Floats of any format as float64, which holds them all."""
    return np.asarray(array).astype(np.float64)


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _most(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)
