"""The atlas: how many positions each construction runs exactly in each format and policy, proved and seen.

Proved is what `precision.certify` certifies, for every admissible prompt. Seen is what the adversaries of
`verify.adversary` leave standing, row by row and bit by bit. Positions are powers of two, and both numbers are the largest
one up to which every smaller one holds too: rounding of scores makes holes, behind which a format works again by chance.

perez, which has no weights and no certificate, is there for contrast: the first lookup that floats get wrong, in the shipped
machine that loses it soonest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

import jax
import msgspec
import numpy as np

from tmformer.constructions import perez
from tmformer.errors import PrecisionError, VerifyError, did_you_mean
from tmformer.machine import Configuration, initial_configuration, read, shipped_names
from tmformer.pipeline import compile as compile_weights
from tmformer.precision import Policy, certify
from tmformer.verify.adversary import MACHINE, Instance, instances
from tmformer.verify.asking import Sight, Way, exact_rows, float_rows, sight
from tmformer.weights import AttentionHead, Weights

CASES: dict[str, tuple[str, int | None]] = {
    "cellular": ("cellular", None),
    "wei_ma radix 2": ("wei_ma", 2),
    "wei_ma radix 8": ("wei_ma", 8),
}
"""The constructions of the atlas: for each its name in the table of constructions, and its radix."""
REFERENCE = "perez"
LARGEST = 2**20
"""The most positions that are tried."""

_SMALLEST = 4
_PEREZ_STEPS = 4000  # float64 loses all that it loses of the shipped machines before


@final
@dataclass(frozen=True)
class Proved:
    """What is certified.

    Args:
        positions: the largest number of positions up to which every power of two is certified; 0 if none is.
        holes: larger ones that are certified again.
        refusal: why the next one is not, empty if all are.
    """

    positions: int
    holes: tuple[int, ...]
    refusal: str


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
    check_case(name)
    made, radix = CASES[name]
    if made == "cellular":
        return compile_weights(MACHINE, made, steps=1, cells=positions - 1)
    return compile_weights(MACHINE, made, steps=positions - 3, radix=radix)


def check_case(name: str) -> None:
    """Refuse a construction that the atlas does not have.

    Raises:
        VerifyError: naming those that it has.
    """
    known = (*CASES, REFERENCE)
    if name not in known:
        raise VerifyError(
            "A construction of the atlas is one that it has",
            found=repr(name),
            where="construction",
            remedy=f"Use {', '.join(known)}{did_you_mean(name, known)}",
        )


def sizes(largest: int) -> Iterator[int]:
    """The powers of two from 4 to `largest`.

    >>> list(sizes(20))
    [4, 8, 16]
    """
    positions = _SMALLEST
    while positions <= largest:
        yield positions
        positions *= 2


def proved(name: str, policy: Policy, largest: int = LARGEST) -> Proved:
    """How many positions are certified in the saturated regime, up to `largest`.

    Args:
        name: one of CASES.
        policy: the formats.
        largest: the most positions that are tried.
    """
    best, holes, refusal = 0, list[int](), ""
    for positions in sizes(largest):
        try:
            certify(network(name, positions), policy)
        except PrecisionError as error:
            refusal = refusal or f"{positions:,} positions, {error.where}: {error.rule}; found {error.found}"
        else:
            best, holes = (best, [*holes, positions]) if refusal else (positions, holes)
    return Proved(best, tuple(holes), refusal)


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
                faults[way] = Fault(len_of(sees), instance.name, instance.places[row], index, lookup, what)
        x = after
    return faults


def len_of(sees: Sight) -> int:
    """The rows of a sequence."""
    return sees.keys.shape[2]


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


@final
@dataclass(frozen=True)
class Lost:
    """Where perez is lost.

    Args:
        machine: the shipped machine.
        step: the machine step after which configurations differ first.
        positions: the rows before the one whose lookup goes wrong.
        what: what it reads instead.
    """

    machine: str
    step: int
    positions: int
    what: str


def lost(format_name: str, max_steps: int = _PEREZ_STEPS) -> Lost | None:
    """The first lookup that perez gets wrong in floats, over all shipped machines and the inputs in their files.

    Args:
        format_name: one of `perez.FLOATS`.
        max_steps: machine steps tried of each.
    """
    found: list[Lost] = []
    for name in shipped_names():
        for start in _starts(name):
            failure = perez.compare_floats(read(name).machine, start, format_name, max_steps=max_steps)
            if failure is not None:
                read_as = " and ".join(map(repr, failure.found)) or "no finite score"
                found.append(Lost(name, failure.step, failure.row, f"{read_as} instead of {failure.expected!r}"))
                max_steps = min(max_steps, failure.step)
    return min(found, key=lambda each: (each.positions, each.step), default=None)


def _starts(name: str) -> Iterator[Configuration]:
    document = read(name)
    machine = document.machine
    yield initial_configuration(machine.start, document.input, machine.blank)
    for case in document.cases:
        yield initial_configuration(machine.start, case.input, machine.blank)


def with_sharpness(weights: Weights, c: int) -> Weights:
    """The same weights, with another c of the graded regime."""
    return replace(weights, labels=msgspec.structs.replace(weights.labels, sharpness=c))


@final
@dataclass(frozen=True)
class Sharpness:
    """How sharp attention has to be.

    Args:
        compiled: c as networks are compiled.
        proved: the smallest c down to which every one is certified; None if the compiled one is not.
        seen: the smallest c down to which every one decodes what the adversaries ask; None if the compiled one does not.
    """

    compiled: int
    proved: int | None
    seen: int | None


def sharpness(name: str, policy: Policy, positions: int) -> Sharpness:
    """The least c of the graded regime, proved and seen.

    Args:
        name: one of CASES.
        policy: the formats.
        positions: of the network.
    """
    weights = network(name, positions)
    compiled = weights.labels.sharpness

    def is_proved(c: int) -> bool:
        try:
            certify(with_sharpness(weights, c), policy, "graded")
        except PrecisionError:
            return False
        return True

    def is_seen(c: int) -> bool:
        way = Way(policy, policy.scores.inverse_temperature("graded", c))
        return not withstood(weights, [way], "graded")

    return Sharpness(compiled, _least(compiled, is_proved), _least(compiled, is_seen))


def _least(c: int, holds: Callable[[int], bool]) -> int | None:
    if not holds(c):
        return None
    while c > 1 and holds(c - 1):
        c -= 1
    return c
