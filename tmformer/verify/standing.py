"""What stands: networks of many positions, in floats, against the adversaries.

Seen is what the adversaries of `verify.adversary` leave standing, row by row and bit by bit. Positions are powers of two;
what counts is the largest one up to which every smaller one stands too: rounding of scores makes holes, behind which a
format works again by chance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, final

import jax
import numpy as np

from tmformer.errors import VerifyError, did_you_mean
from tmformer.pipeline import compile as compile_weights
from tmformer.verify.adversary import MACHINE, Instance, instances
from tmformer.verify.asking import Way, exact_rows, float_rows, sight
from tmformer.weights import AttentionHead, Weights

CASES: dict[str, tuple[str, int | None]] = {
    "cellular": ("cellular", None),
    "wei_ma radix 2": ("wei_ma", 2),
    "wei_ma radix 8": ("wei_ma", 8),
}
"""The constructions of the atlas: for each its name in the table of constructions, and its radix."""
LARGEST = 2**20
"""The most positions that are tried."""

_SMALLEST = 4


@final
@dataclass(frozen=True)
class Fault:
    """Where floats leave the exact run.

    Args:
        positions: of the network.
        instance: what is bad about it.
        asks: which row, or what it asks for.
        block: the block, counted from 0.
        lookup: the first attention head that finds something else, or "mlp" if all find the same.
        what: the first coordinate of the residual stream that differs.
    """

    positions: int
    instance: str
    asks: str
    block: int
    lookup: str
    what: str

    def __str__(self) -> str:
        """One line."""
        where = f"block {self.block}, {self.lookup}"
        return f"{self.positions:,} positions, {self.instance}, asking for {self.asks}: {where}: {self.what}"


@final
@dataclass(frozen=True)
class Seen:
    """What runs exactly.

    Args:
        positions: the largest number of positions up to which every adversary is withstood; 0 if none is.
        fault: what the next one did, None if all are withstood.
    """

    positions: int
    fault: Fault | None


def network(name: str, positions: int) -> Weights:
    """The weights of one of CASES for this many positions, at least four.

    Raises:
        VerifyError: if there is no such case.
    """
    if name not in CASES:
        raise VerifyError(
            "A network of the atlas is of a construction that it has",
            found=repr(name),
            where="construction",
            remedy=f"Use {', '.join(CASES)}{did_you_mean(name, CASES)}",
        )
    made, radix = CASES[name]
    if made == "cellular":
        return compile_weights(MACHINE, made, steps=1, cells=positions - 1)
    return compile_weights(MACHINE, made, steps=positions - 3, radix=radix)


def sizes(largest: int) -> Iterator[int]:
    """The powers of two from 4 to `largest`.

    >>> list(sizes(20))
    [4, 8, 16]
    """
    positions = _SMALLEST
    while positions <= largest:
        yield positions
        positions *= 2


def seen(name: str, ways: Sequence[Way], largest: int = LARGEST) -> Mapping[Way, Seen]:
    """How many positions are seen to run exactly, up to `largest`; all ways are tried on the same rows.

    Args:
        name: one of CASES.
        ways: formats, and the inverse temperature that saturates them.
        largest: the most positions that are tried.
    """
    found, alive = dict.fromkeys(ways, Seen(0, None)), list(ways)
    for positions in sizes(largest):
        faults = withstood(network(name, positions), alive)
        found |= {way: Seen(found[way].positions, fault) for way, fault in faults.items()}
        alive = [way for way in alive if way not in faults]
        found |= {way: Seen(positions, None) for way in alive}
        if not alive:
            break
    return found


def withstood(
    weights: Weights, ways: Sequence[Way], regime: Literal["saturated", "graded"] = "saturated"
) -> dict[Way, Fault]:
    """The first fault of each way that some adversary breaks.

    In the graded regime scratch is not compared, as no certificate speaks of it there.

    Args:
        weights: a network of `network`.
        ways: formats and inverse temperatures.
        regime: what is compared.
    """
    faults: dict[Way, Fault] = {}
    scratch = [register.name for register in weights.labels.registers if register.scratch and regime == "graded"]
    compared = np.ones(weights.layout.d_model, bool)
    for name in scratch:
        compared[list(weights.layout.spans[name])] = False
    with jax.enable_x64(True):
        for instance in instances(weights):
            faults |= _broken(weights, instance, [way for way in ways if way not in faults], compared)
    return faults


def _broken(weights: Weights, instance: Instance, ways: Sequence[Way], compared: np.ndarray) -> dict[Way, Fault]:
    faults: dict[Way, Fault] = {}
    room = _room(weights)
    x = np.pad(instance.asks, ((0, 0), (0, room[0] - weights.layout.d_model))).astype(np.float64)
    rows = dict.fromkeys(ways, x)
    for index, block in enumerate(weights.blocks):
        sees = sight(block, instance.columns, room)
        found, after = exact_rows(sees, x)
        for way in [way for way in ways if way not in faults]:
            asked = float_rows(way, sees, rows[way])
            rows[way] = asked.after
            differs = (asked.after != after)[:, : len(compared)] & compared
            if differs.any():
                row, coordinate = (int(each[0]) for each in np.nonzero(differs))
                name = weights.layout.coordinate_names()[coordinate]
                what = f"{name} = {asked.after[row, coordinate]:g}, not {after[row, coordinate]:g}"
                lookup = _lookup(block.heads, asked.found[:, row], found[:, row])
                faults[way] = Fault(sees.keys.shape[1], instance.name, instance.places[row], index, lookup, what)
        x = after
    return faults


def _room(weights: Weights) -> tuple[int, int, int, int]:
    """d_model, d_key, d_value and d_mlp, each rounded up to a power of two."""
    heads = [head for block in weights.blocks for head in block.heads]
    needed = (
        weights.layout.d_model,
        max(head.key.shape[0] for head in heads),
        max(head.value.shape[0] for head in heads),
        max(block.mlp.w_in.shape[0] for block in weights.blocks),
    )
    d_model, d_key, d_value, d_mlp = (1 << (size - 1).bit_length() for size in needed)
    return d_model, d_key, d_value, d_mlp


def _lookup(heads: Sequence[AttentionHead], found: np.ndarray, exact: np.ndarray) -> str:
    for head, one, other in zip(heads, found, exact, strict=True):
        if not (np.abs(one - other) <= 0.25).all():
            return f"lookup {head.lookup.name!r}"
    return "mlp"
