"""Many networks of one shape that each pass one message, in one compiled call, their numbers as data.

They differ in what gates write, and in nothing else; which is read off the matrices, as are the conditions of `messages`.
Millions of such networks are put together gate by gate from a few: the weights that a gate writes with are those that it
has in one of them.
"""

from collections.abc import Sequence
from typing import NamedTuple, final

import msgspec
import numpy as np
from jaxtyping import Float, Int

from tmformer.decode.retrieval.addresses import offsets_of
from tmformer.decode.retrieval.batched import Reached, Shared, go
from tmformer.decode.retrieval.loop import Loop, Place, begin, loop_of, rows_of
from tmformer.decode.retrieval.messages import Messages, messages_of
from tmformer.decode.retrieval.units import Units, is_exact
from tmformer.errors import ModelError
from tmformer.program import OneHot, Stream, generate
from tmformer.weights import Layout, Weights

_DIGITS = 24  # binary digits of a float32
_ALIKE = ("w_in", "b_in", "alone_in", "alone_out")


@final
class Many:
    """Networks of one shape, to be mixed gate by gate and run by retrieval in float32, exactly.

    What a row passes on is received in the same block and cleared, so the registers that hold it are not kept: what is
    received, and by which row, is linear in what gates write, and these products of matrices are taken once, as in `loop`.

    Args:
        networks: networks that differ in what gates write only.
        prompt: the prompt of all runs.

    Raises:
        ModelError: if the networks differ in more, or cannot be run so.
    """

    def __init__(self, networks: Sequence[Weights], prompt: Stream) -> None:
        parts = _parts(networks, prompt)
        if isinstance(parts, str):
            raise ModelError(
                "Networks that run in one batch by retrieval pass one message each, and differ in what gates write only",
                found=parts,
                where="a batch of networks",
                remedy="Run them one by one, or in a batch of dense networks: `run_batch`.",
            )
        layout, plan = networks[0].layout, parts.plan
        self.kept = tuple(_named(layout, plan.units.places[place]) for place in parts.kept)
        """Register and value of each place that rows keep."""
        self.received = tuple(_named(layout, layout.spans[plan.lookups[0].value][index])[1] for index in parts.values)
        """The values that a message may have."""
        self.gates = tuple(_waits_for(layout, plan, gate) for gate in plan.units.w_in)
        """For each gate the registers and values that open it."""
        self.columns = np.stack([_outputs(loop, parts.kept) for loop in parts.loops], axis=-1)
        """What gates write in each network, [outputs, mlp, networks]: places kept, places received, and rows moved."""
        self._shared = _shared(parts)

    def join(self, which: Int[np.ndarray, "mlp batch"]) -> Float[np.ndarray, "outputs mlp batch"]:
        """What gates write in networks put together from these.

        Args:
            which: for each gate of each network the number of the network that it is taken from.
        """
        outputs, gates, _ = self.columns.shape
        written = np.empty((outputs, gates, which.shape[1]), dtype=np.float32)
        for gate in range(gates):
            np.take(self.columns[:, gate], which[gate], axis=1, out=written[:, gate], mode="clip")
        return written

    def run(self, written: Float[np.ndarray, "outputs mlp batch"], blocks: int) -> Reached:
        """Run a batch of networks until the stop table ends each, at most so many blocks.

        Args:
            written: what their gates write.
            blocks: the most blocks.
        """
        return go(self._shared, written, blocks)


@final
class _Parts(NamedTuple):
    """What `Many` is made of: the plan, the constants of each network, the prompt, the places that rows keep, and how many rows."""

    plan: Messages
    loops: list[Loop]
    place: Place
    kept: list[int]
    num_rows: int

    @property
    def values(self) -> range:
        first, end = self.loops[0].received
        return range(end - first)


def _parts(networks: Sequence[Weights], prompt: Stream) -> _Parts | str:
    """The parts; or the first reason why the networks cannot be run so."""
    first, plans = networks[0], list[Messages]()
    for number, network in enumerate(networks):
        plan = messages_of(network)
        if isinstance(plan, str):
            return f"network {number}: {plan}"
        plans.append(plan)
        if not _are_alike(network, plan, first, plans[0]):
            return f"network {number} has another shape than network 0"
    rows = first.layout.encode(generate(first.labels, prompt)).astype(np.int8)
    offsets = offsets_of(first, plans[0].lookups, rows)
    if isinstance(offsets, str):
        return offsets
    terms = len(plans[0].units.places) * max(map(abs, offsets))  # what is passed on, and to which row, sums over places
    if not is_exact(plans[0].units, _DIGITS - terms.bit_length(), [plan.units.w_out for plan in plans]):
        return "sums of these MLPs may round in float32"
    loops = [loop_of(network, plan, offsets, "float32") for network, plan in zip(networks, plans, strict=True)]
    place = begin(loops[0], plans[0], offsets, rows[:, list(plans[0].units.places)])
    kept = _kept(loops, plans[0].units)
    if isinstance(place, str) or isinstance(kept, str):
        return place if isinstance(place, str) else str(kept)
    return _Parts(plans[0], loops, place, kept, len(rows))


def _are_alike(network: Weights, plan: Messages, other: Weights, its: Messages) -> bool:
    """Whether two networks are equal in all but what gates write."""
    return (
        msgspec.structs.replace(network.labels, parameters=other.labels.parameters) == other.labels
        and network.blocks[0].heads == other.blocks[0].heads
        and plan.units.places == its.units.places
        and all(np.array_equal(getattr(plan.units, name), getattr(its.units, name)) for name in _ALIKE)
    )


def _kept(loops: list[Loop], units: Units) -> list[int] | str:
    """The places that a row keeps from block to block, all others being cleared or received; or why these are not all."""
    received = range(*loops[0].received)
    kept = [place for place in range(len(units.places)) if units.alone_out[place] == 0]
    if any(loop.tallies for loop in loops):
        return "a block counts as several steps"
    if not set(range(units.reads)) <= {*kept, *received}:
        return "a gate reads what a row passes on"
    return kept


def _outputs(loop: Loop, kept: list[int]) -> np.ndarray:
    """What gates write, [outputs, mlp]."""
    return loop.array("written")[[*kept, *range(loop.size, loop.tail), loop.target]]


def _shared(parts: _Parts) -> Shared:
    loop, kept = parts.loops[0], parts.kept
    order = [*kept, *range(*loop.received)]
    pairs = np.argwhere(loop.array("ends")).tolist()
    rows, now = rows_of(loop, parts.place, parts.num_rows), np.asarray(parts.place.now)
    return Shared(
        w_in=tuple(map(tuple, loop.array("w_in").tolist())),
        b_in=tuple(loop.array("b_in").tolist()),
        reads=tuple(order.index(read) for read in range(parts.plan.units.reads)),
        ends=tuple((signal, kept.index(loop.symbols[0] + read)) for signal, read in pairs),
        rows=tuple(map(tuple, rows[:, kept].T.tolist())),
        row=int(now[loop.target]) - loop.reach,
        received=tuple(now[slice(*loop.received)].tolist()),
    )


def _named(layout: Layout, place: int) -> tuple[str, str]:
    """The register that a coordinate belongs to, and the value or the number that it stands for."""
    name, span = next((name, span) for name, span in layout.spans.items() if place in span)
    kind = layout.types[name]
    return name, kind.values[span.index(place)] if isinstance(kind, OneHot) else str(span.index(place))


def _waits_for(layout: Layout, plan: Messages, gate: np.ndarray) -> tuple[tuple[str, str], ...]:
    return tuple(_named(layout, plan.units.places[place]) for place in np.flatnonzero(gate > 0))
