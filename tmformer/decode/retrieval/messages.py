"""When a network passes one message from row to row, so that only the rows it leaves and reaches can change.

The conditions are read off the matrices; labels and annotations are hints, each of which is verified here, or for the
prompt at hand in `addresses`. Where one fails, its reason is said, and the network runs through the dense engine.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.decode.retrieval.annotations import untrue
from tmformer.decode.retrieval.units import Units, are_closed, units_of
from tmformer.program import Lookup, OneHot, Stop
from tmformer.weights import Layout, Weights, dense, is_attention_constant


@final
@dataclass(frozen=True, eq=False)
class Messages:
    """A network of one block whose rows read nothing of each other but one message, held by one row at a time.

    Args:
        lookups: the attention heads, each of which reads one register that may hold the message.
        units: the MLP; its places begin with what gates read.
        brings: what a row receives of the places of the row whose message reaches it, [places, places].
    """

    lookups: tuple[Lookup, ...]
    units: Units
    brings: np.ndarray


def messages_of(weights: Weights) -> Messages | str:
    """The network as one that passes messages, or the first reason why it is none."""
    wrong = untrue(weights)
    if wrong:
        return f"the matrices of the attention head {wrong[0]!r} are not those of its annotation"
    if len(weights.blocks) != 1 or weights.labels.feedback or not is_attention_constant(weights):
        return "attention is not the same in every block"
    block, layout = weights.blocks[0], weights.layout
    lookups = tuple(head.lookup for head in block.heads)
    passed = frozenset(name for lookup in lookups for name in (lookup.value, lookup.into))
    units = units_of(layout, block.mlp, passed | frozenset(weights.labels.stop.reads))
    stop = weights.labels.stop
    reason = _registers(layout, lookups, stop) or _rests(layout, units, lookups, passed) or _writes(layout, units, stop)
    if reason:
        return reason
    brings = np.sum([dense(head.output) @ dense(head.value) for head in block.heads], axis=0)
    return Messages(lookups, units, brings[np.ix_(units.places, units.places)])


def _values(layout: Layout, register: str) -> tuple[str, ...]:
    kind = layout.types[register]
    return kind.values if isinstance(kind, OneHot) else ()


def _registers(layout: Layout, lookups: tuple[Lookup, ...], stop: Stop) -> str | None:
    """Why the registers are not those of one message, if they are not."""
    signals = {signal.register for signal in stop.signals}
    values = {lookup.value for lookup in lookups}
    scratch = {register.name for register in layout.registers if register.scratch}
    kinds = {_values(layout, name) for name in values}
    if any(len(lookup.matches) != 1 or lookup.prefer or lookup.default or lookup.mask != "none" for lookup in lookups):
        return "a lookup asks for more than one code"
    if values != signals or not len(values) == len(lookups) == len(stop.signals) or len(kinds) != 1 or () in kinds:
        return "what attention heads read is not the one signal of the stop table"
    received = {lookup.into for lookup in lookups}
    if len(received) != 1 or not received <= scratch:
        return "what attention brings does not stay within one block"
    if len(stop.reads) != 1 or not _values(layout, stop.reads[0]) or stop.reads[0] in values | received:
        return "the stop table reads something else than one symbol"
    return None


def _rests(layout: Layout, units: Units, lookups: tuple[Lookup, ...], passed: frozenset[str]) -> str | None:
    """Why a row that receives nothing might do more than clear its message, if it might."""
    if not are_closed(layout, units, frozenset(lookup.into for lookup in lookups)):
        return "a row that receives nothing may change"
    cleared = {place for name in passed for place in layout.spans[name]}
    for index, place in enumerate(units.places):
        if (units.alone_in[index], units.alone_out[index]) != ((1, -1) if place in cleared else (0, 0)):
            return "a block clears something else than messages"
    return None


def _writes(layout: Layout, units: Units, stop: Stop) -> str | None:
    """Why something else than messages and symbols may change, if it may."""
    names = (*(signal.register for signal in stop.signals), *stop.reads)
    open_to = {place for name in names for place in layout.spans[name]}
    for place, weights in zip(units.places, units.w_out, strict=True):
        if place not in open_to and weights.any():
            return "a gate writes something else than messages and symbols"
    return None
