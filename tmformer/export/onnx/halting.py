"""The stop table as operators of ONNX, the twin of `decode.Readout`. Axes: see `tmformer.axes`."""

from dataclasses import dataclass
from typing import final

import numpy as np

from tmformer.export.network import Network
from tmformer.export.onnx.graph import Graph

_RUNNING, _OUTSIDE, _BROKEN = 0, 1, 2


@final
@dataclass(frozen=True)
class Said:
    """What the stop table says: the names of two whole numbers.

    Args:
        code: 0 where the network goes on; see `Network.outcomes`.
        count: how many steps the next application counts.
    """

    code: str
    count: str


def read(graph: Graph, network: Network, x: str, name: str) -> Said:
    """What the stop table says of a residual stream.

    Args:
        graph: where the operators go.
        network: whose stop table.
        x: the residual stream, [rows, model].
        name: what names begin with.
    """
    _, values, _ = network.readout["signals"].shape
    turned = graph.apply("Transpose", x, name=f"{name}.stream.turned", perm=(1, 0))
    said = _heard(graph, network, turned, name)
    flat = graph.apply("Reshape", said, graph.numbers(-1), name=f"{name}.said.flat")
    place = graph.apply("ArgMax", flat, name=f"{name}.place", axis=0, keepdims=0)
    shape = graph.apply("Shape", x, name=f"{name}.shape", end=1)
    rows = graph.apply("Squeeze", shape, name=f"{name}.rows")
    row = graph.apply("Mod", place, rows, name=f"{name}.row")
    which = graph.apply("Div", place, rows, name=f"{name}.which")
    value = graph.apply("Mod", which, graph.number(values), name=f"{name}.value")
    signal = graph.apply("Div", which, graph.number(values), name=f"{name}.signal")
    offset = graph.apply("Gather", _table(graph, network, "offsets"), signal, name=f"{name}.offset")
    target = graph.apply("Add", row, offset, name=f"{name}.target")
    last = graph.apply("Sub", rows, graph.number(1), name=f"{name}.last")
    not_before = graph.apply("Max", target, graph.number(0), name=f"{name}.not_before")
    at = graph.apply("Min", not_before, last, name=f"{name}.at")
    there = graph.apply("Gather", x, at, name=f"{name}.there", axis=0)
    is_row = graph.apply("Equal", target, at, name=f"{name}.is_row")
    return _look_up(graph, network, there, value, said, is_row, name)


def read_newest(graph: Graph, network: Network, x: str, name: str) -> Said:
    """What the stop table says of the newest row of a sequence that grows; it speaks of itself.

    Args:
        graph: where the operators go.
        network: whose stop table.
        x: the newest row, [1, model].
        name: what names begin with.
    """
    there = graph.apply("Squeeze", x, graph.numbers(0), name=f"{name}.there")
    said = _heard(graph, network, there, name)
    by_value = graph.apply("ReduceMax", said, graph.numbers(0), name=f"{name}.by_value", keepdims=0)
    value = graph.apply("ArgMax", by_value, name=f"{name}.value", axis=0, keepdims=0)
    return _look_up(graph, network, there, value, said, "", name)


def _look_up(graph: Graph, network: Network, there: str, value: str, said: str, is_row: str, name: str) -> Said:
    """The code and the count of what a row holds; OUTSIDE where it is no target, BROKEN where there is not one signal."""
    combination, is_held = _combination(graph, network, there, name)
    found = {"codes": _RUNNING, "counts": 1}
    entries: list[str] = []
    for table, otherwise in found.items():
        line = graph.apply("Gather", _table(graph, network, table), value, name=f"{name}.{table}.line")
        entry = graph.apply("Gather", line, combination, name=f"{name}.{table}")
        if is_held:
            entry = graph.apply("Where", is_held, entry, graph.number(otherwise), name=f"{name}.{table}.held")
        entries.append(entry)
    flag = graph.apply("MatMul", there, _table(graph, network, "where"), name=f"{name}.where")
    inside = graph.apply("Greater", flag, _half(graph), name=f"{name}.inside")
    if is_row:
        inside = graph.apply("And", is_row, inside, name=f"{name}.is_target")
    code = graph.apply("Where", inside, entries[0], graph.number(_OUTSIDE), name=f"{name}.target_code")
    signals = graph.apply("ReduceSum", said, name=f"{name}.signals", keepdims=0)
    one = graph.constant("constants.one_signal", np.array(1.0))
    is_one = graph.apply("Equal", signals, one, name=f"{name}.is_one")
    return Said(graph.apply("Where", is_one, code, graph.number(_BROKEN), name=f"{name}.code"), entries[1])


def _combination(graph: Graph, network: Network, there: str, name: str) -> tuple[str, str]:
    """What a row holds in the registers that are read, as one number, and whether it holds something in each; "" if none is."""
    registers, width, _ = network.readout["reads"].shape
    if not registers:
        return graph.number(0), ""
    names = ", ".join(network.weights.labels.stop.reads)
    held = graph.apply("MatMul", _table(graph, network, "reads"), there, name=f"{name}.reads", doc=names)
    digits = graph.apply("ArgMax", held, name=f"{name}.reads.digits", axis=1, keepdims=0)
    powers = graph.numbers(*(width**place for place in reversed(range(registers))))
    terms = graph.apply("Mul", digits, powers, name=f"{name}.reads.terms")
    combination = graph.apply("ReduceSum", terms, name=f"{name}.reads.combination", keepdims=0)
    most = graph.apply("ReduceMax", held, graph.numbers(1), name=f"{name}.reads.most", keepdims=0)
    least = graph.apply("ReduceMin", most, name=f"{name}.reads.least", keepdims=0)
    return combination, graph.apply("Greater", least, _half(graph), name=f"{name}.reads.held")


def _heard(graph: Graph, network: Network, rows: str, name: str) -> str:
    """Which signals there are, 1 or 0: [signals, values], and rows where there are several."""
    names = ", ".join(signal.register for signal in network.weights.labels.stop.signals)
    values = graph.apply("MatMul", _table(graph, network, "signals"), rows, name=f"{name}.heard", doc=names)
    is_set = graph.apply("Greater", values, _half(graph), name=f"{name}.is_said")
    return graph.apply("Cast", is_set, name=f"{name}.said", to=1)


def _table(graph: Graph, network: Network, name: str) -> str:
    return graph.constant(f"readout.{name}", network.readout[name])


def _half(graph: Graph) -> str:
    return graph.constant("constants.half", np.array(0.5))
