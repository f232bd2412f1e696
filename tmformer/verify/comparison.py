"""Comparing a network in exact rationals with the same network in floats."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import final

from tmformer.precision import Bound, Margin
from tmformer.verify.differences import GATE, BlockDifference, LookupUse
from tmformer.verify.side_by_side import FirstDifference
from tmformer.verify.ulps import Ulps, plain


@final
@dataclass(frozen=True)
class Comparison:
    """An exact run and a float run side by side, as far as the first bit that differs.

    Args:
        machine: the machine's name.
        construction: the construction that compiled it.
        format: of weights and activations.
        policy: the policy of formats.
        regime: "saturated" or "graded".
        steps: machine steps of the exact run.
        blocks: each block compared, in the order of computing.
        margins: for each lookup, by where it stands, what scores it has to tell apart, in units of score.
        bounds: in the graded regime, for each lookup what may leak and how far off it may be.
        first_difference: the first place where a bit differs, or None. In the graded regime scratch, which attention leaves
            only close to its grid, does not count.
        configuration: where the exact run ends.
        decoded: what the floats decode to at that machine step, or why they decode to nothing. A sequence that grows is
            decoded from what the floats make of the exact sequence.
        decodes: whether that is the same configuration.
    """

    machine: str
    construction: str
    format: str
    policy: str
    regime: str
    steps: int
    blocks: tuple[BlockDifference, ...]
    margins: Mapping[str, Margin]
    bounds: Mapping[str, Bound]
    first_difference: FirstDifference | None
    configuration: str
    decoded: str
    decodes: bool

    @property
    def agreement(self) -> bool:
        """Whether no bit differs."""
        return self.first_difference is None

    @property
    def registers(self) -> dict[str, Ulps]:
        """For each register the largest difference over all blocks, in ulps."""
        found: dict[str, Ulps] = {}
        for block in self.blocks:
            for name, ulps in block.registers.items():
                before = found.get(name, Fraction(0))
                found[name] = None if ulps is None or before is None else max(ulps, before)
        return found

    @property
    def lookups(self) -> dict[str, LookupUse]:
        """For each lookup, by where it stands, the most over all times that its block was applied."""
        found: dict[str, list[LookupUse]] = {where: [] for where in self.margins}
        for block in self.blocks:
            for name, use in block.lookups.items():
                found[where_of(block.block, name)].append(use)
        return {where: reduce(or_, uses) for where, uses in found.items() if uses}

    def to_json(self) -> dict[str, object]:
        """Plain data; a number that is no whole one is a fraction such as "1/2", and null where a float is no finite number."""
        first = self.first_difference
        return {
            "machine": self.machine,
            "construction": self.construction,
            "format": self.format,
            "policy": self.policy,
            "regime": self.regime,
            "agreement": self.agreement,
            "steps": self.steps,
            "blocks_compared": len(self.blocks),
            "gate": GATE,
            "registers": {name: plain(ulps) for name, ulps in self.registers.items()},
            "lookups": {where: self._lookup(where, use) for where, use in self.lookups.items()},
            "first_difference": None if first is None else first.to_json(),
            "configuration": self.configuration,
            "decoded": self.decoded,
            "decodes": self.decodes,
            "blocks": [_block(block) for block in self.blocks],
        }

    def _lookup(self, where: str, use: LookupUse) -> dict[str, object]:
        bounds, margin = self.bounds.get(where), self.margins[where]
        leak, off = (None, None) if bounds is None else (float(bounds.leak), float(bounds.off))
        scores = {name: getattr(margin, name) for name in ("match", "null", "rival", "margin")}
        return {**scores, **use.to_json(), "leak_at_most": leak, "off_at_most": off}


def where_of(block: int, lookup: str) -> str:
    """Where a lookup stands, as margins name it."""
    return f"block {block}, lookup {lookup!r}"


def _block(block: BlockDifference) -> dict[str, object]:
    return {
        "loop": block.loop,
        "block": block.block,
        "rows": block.rows,
        "registers": {name: plain(ulps) for name, ulps in block.registers.items()},
        "lookups": {name: use.to_json() for name, use in block.lookups.items()},
    }
