"""The next row of a sequence that grows as operators of ONNX, the twin of `decode.feedback`. Axes: see `tmformer.axes`."""

import numpy as np

from tmformer.export.network import Network
from tmformer.export.onnx.graph import Graph


def next_row(graph: Graph, network: Network, last: str, row: str, name: str) -> str:
    """The next row before any block, [1, model].

    A coordinate of it is one of the last row, or 0, or a digit of a position code, which is generated:
    2 b - 1, where b is digit `bit` of floor((row + offset) / divisor) mod modulus.

    Args:
        graph: where the operators go.
        network: whose feedback map.
        last: the last row after all blocks, [1, model].
        row: which row is the next, a whole number.
        name: what names begin with.
    """
    flags = graph.constant("feedback.flags", network.feedback["flags"])
    asked = graph.apply("Gather", _sources(graph, network), flags, name=f"{name}.flags", axis=0)
    none = graph.constant("constants.none", np.zeros((1, 1)))
    known = graph.apply("Concat", last, none, name=f"{name}.known", axis=1)
    kinds = graph.apply("Gather", known, asked, name=f"{name}.kinds", axis=1)
    digits = graph.apply("MatMul", kinds, _signs(graph, network, row, name), name=f"{name}.codes")
    everything = graph.apply("Concat", known, digits, name=f"{name}.everything", axis=1)
    return graph.apply("Gather", everything, _sources(graph, network), name=name, axis=1)


def _signs(graph: Graph, network: Network, row: str, name: str) -> str:
    """The digits of this row as 1 and -1, and 0 where there is no such digit: [kinds, digits]."""
    field = {
        each: graph.constant(f"feedback.{each}", network.feedback[each]) for each in ("offset", "divisor", "modulus")
    }
    place = graph.apply("Add", row, field["offset"], name=f"{name}.place")
    rest = graph.apply(
        "Mod", place, field["divisor"], name=f"{name}.rest"
    )  # of the sign of the divisor, so that places round down
    whole = graph.apply("Sub", place, rest, name=f"{name}.whole")
    count = graph.apply("Div", whole, field["divisor"], name=f"{name}.count")
    index = graph.apply("Mod", count, field["modulus"], name=f"{name}.index")
    weights = graph.constant("feedback.bit_weight", 2 ** network.feedback["bit"].astype(np.int64))
    from_bit = graph.apply("Div", index, weights, name=f"{name}.from_bit")
    bit = graph.apply("Mod", from_bit, graph.number(2), name=f"{name}.bit")
    twice = graph.apply("Mul", bit, graph.number(2), name=f"{name}.twice")
    sign = graph.apply(
        "Cast", graph.apply("Sub", twice, graph.number(1), name=f"{name}.sign"), name=f"{name}.float", to=1
    )
    exists = graph.constant("feedback.set", network.feedback["set"])
    return graph.apply("Mul", sign, exists, name=f"{name}.signs")


def _sources(graph: Graph, network: Network) -> str:
    return graph.constant("feedback.sources", network.feedback["sources"])
