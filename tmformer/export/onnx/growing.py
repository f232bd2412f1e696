"""A run whose sequence grows, row by row against what earlier rows show, as a loop of ONNX; the twin of `decode.decode_rows`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tmformer.export.network import Network
from tmformer.export.onnx.attention import Blocks, Shown
from tmformer.export.onnx.feedback import next_row
from tmformer.export.onnx.graph import Graph, floats, truth, whole
from tmformer.export.onnx.halting import read_newest

if TYPE_CHECKING:
    from onnx import GraphProto, ValueInfoProto


def grow(graph: Graph, network: Network) -> tuple[str, str, str]:
    """Rows of the prompt, then rows that are fed back, until the stop table says so, or there are as many as asked for.

    Args:
        graph: with the inputs ``prompt`` and ``steps``.
        network: whose sequence grows.

    Returns:
        The names of the residual stream after all blocks, of the code, and of the decoding steps.
    """
    blocks = Blocks(network, graph)
    shape = graph.apply("Shape", "prompt", name="prompt.shape", end=1)
    given = graph.apply("Squeeze", shape, name="prompt.rows")
    graph.apply("Sub", given, graph.number(1), name="prompt.last")
    steps = graph.apply("Max", "steps", graph.number(0), name="end.steps")
    asked = graph.apply("Add", given, steps, name="end.asked")
    end = graph.apply("Min", asked, graph.number(network.max_positions), name="end")
    begins = graph.apply("Less", graph.number(0), end, name="start.goes_on")
    none = np.zeros((1, network.prompt.shape[1]))
    carried = [graph.number(0), graph.number(0), graph.constant("start.last", none)]
    carried += [graph.constant("start.after", none[:0])]
    outputs = ["reached.rows", "reached.code", "reached.last", "reached.after"]
    for index, name in _passes(network):
        for part, array in _nothing(network, index).items():
            carried.append(graph.constant(f"start.{name}.{part}", array))
            outputs.append(f"reached.{name}.{part}")
    body = _body(graph, network, blocks)
    rows, code, _, after, *_ = graph.apply_all("Loop", "", begins, *carried, name="rows", outputs=outputs, body=body)
    return after, code, graph.apply("Sub", rows, given, name="reached.steps")


def _body(graph: Graph, network: Network, blocks: Blocks) -> "GraphProto":
    """One row through all blocks, and what the stop table says of it."""
    body, d_model = Graph(graph), network.prompt.shape[1]
    takes = [whole("row"), whole("code"), floats("last", 1, d_model), floats("after", None, d_model)]
    shows: list[ValueInfoProto] = []
    x = _row(body, network)
    for index, name in _passes(network):
        before = Shown(*(f"{name}.{part}.before" for part in ("keys", "values", "encoded")))
        made = blocks.apply(body, index, x, name, before)
        x = made.after
        if made.shown is not None:
            takes += _declared(network, index, before)
            shows += _declared(network, index, made.shown)
    said = read_newest(body, network, x, "said")
    rows = body.apply("Add", "row", graph.number(1), name="row.next")
    all_after = body.apply("Concat", "after", x, name="after.all", axis=0)
    goes_on = _goes_on(body, rows, said.code)
    gives = [whole(rows), whole(said.code), floats(x, 1, d_model), floats(all_after, None, d_model)]
    return body.built("row", [whole("number"), truth("going_on"), *takes], [truth(goes_on), *gives, *shows])


def _row(body: Graph, network: Network) -> str:
    """The row before any block: of the prompt, or fed back from the last one."""
    is_given = body.apply("Less", "row", "prompt.rows", name="row.is_given")
    at = body.apply("Min", "row", "prompt.last", name="row.at")
    single = body.apply("Unsqueeze", at, body.numbers(0), name="row.index")
    given = body.apply("Gather", "prompt", single, name="row.given", axis=0)
    return body.apply(
        "Where", is_given, given, next_row(body, network, "last", "row", "row.fed_back"), name="row.before"
    )


def _goes_on(body: Graph, rows: str, code: str) -> str:
    is_left = body.apply("Less", rows, "end", name="row.is_left")
    is_given = body.apply("Less", rows, "prompt.rows", name="row.next_is_given")
    runs = body.apply("Equal", code, body.number(0), name="row.runs")
    either = body.apply("Or", is_given, runs, name="row.follows")
    return body.apply("And", is_left, either, name="row.goes_on")


def _passes(network: Network) -> Iterator[tuple[int, str]]:
    """The blocks that a row goes through, one after another, and their names; those of further loops say which."""
    for loop in range(network.loops):
        for index in range(network.num_blocks):
            yield index, f"loops.{loop}.blocks.{index}" if network.loops > 1 else f"blocks.{index}"


def _nothing(network: Network, index: int) -> dict[str, np.ndarray]:
    """What no row shows to a block."""
    heads = len(network.masks[index])
    if not heads:
        return {}
    sizes = {part: network.arrays[f"blocks.{index}.attention.{part}"].shape[1] for part in ("key", "value")}
    shown = {"keys": np.zeros((heads, 0, sizes["key"])), "values": np.zeros((heads, 0, sizes["value"]))}
    return shown if network.encoder is None else shown | {"encoded": np.zeros(0, dtype=bool)}


def _declared(network: Network, index: int, shown: Shown) -> "list[ValueInfoProto]":
    """What rows show to a block, as inputs or outputs of the body."""
    nothing = _nothing(network, index)
    made = [
        floats(getattr(shown, part), len(nothing[part]), None, nothing[part].shape[2]) for part in ("keys", "values")
    ]
    return made if network.encoder is None else [*made, truth(shown.encoded, None)]
