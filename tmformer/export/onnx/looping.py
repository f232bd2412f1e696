"""A run that applies the blocks to a whole sequence again and again, as a loop of ONNX; the twin of `decode.run_loops`."""

from typing import TYPE_CHECKING

from tmformer.export.network import Network
from tmformer.export.onnx.attention import Blocks
from tmformer.export.onnx.graph import Graph, floats, truth, whole
from tmformer.export.onnx.halting import Said, read

if TYPE_CHECKING:
    from onnx import GraphProto


def loop(graph: Graph, network: Network) -> tuple[str, str, str]:
    """Apply the blocks until the stop table says so, or until the next application would count beyond the limit.

    Args:
        graph: with the inputs ``prompt`` and ``steps``.
        network: whose blocks are applied.

    Returns:
        The names of the residual stream, of the code, and of the steps counted.
    """
    blocks = Blocks(network, graph)
    first = read(graph, network, "prompt", "start")
    begins = _goes_on(graph, first, graph.number(0), "start")
    body = _body(graph, network, blocks)
    carried = ("prompt", first.code, graph.number(0), first.count)
    outputs = ["reached.stream", "reached.code", "reached.steps", "reached.count"]
    stream, code, steps, _ = graph.apply_all("Loop", "", begins, *carried, name="loops", outputs=outputs, body=body)
    return stream, code, steps


def _body(graph: Graph, network: Network, blocks: Blocks) -> "GraphProto":
    """One application of all blocks, and what the stop table says then."""
    body = Graph(graph)
    x = "now.stream"
    for index in range(network.num_blocks):
        x = blocks.apply(body, index, x, f"blocks.{index}").after
    said = read(body, network, x, "said")
    counted = body.apply("Add", "now.counted", "now.count", name="counted.next")
    goes_on = _goes_on(body, said, counted, "loop")
    sizes = (None, network.prompt.shape[1])
    carried = [floats("now.stream", *sizes), whole("now.code"), whole("now.counted"), whole("now.count")]
    gives = [floats(x, *sizes), whole(said.code), whole(counted), whole(said.count)]
    return body.built("loop", [whole("loop"), truth("goes_on"), *carried], [truth(goes_on), *gives])


def _goes_on(graph: Graph, said: Said, counted: str, name: str) -> str:
    runs = graph.apply("Equal", said.code, graph.number(0), name=f"{name}.runs")
    left = graph.apply("Sub", "steps", counted, name=f"{name}.left")
    fits = graph.apply("LessOrEqual", said.count, left, name=f"{name}.fits")
    return graph.apply("And", runs, fits, name=f"{name}.goes_on")
