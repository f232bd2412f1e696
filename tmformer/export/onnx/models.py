"""The two models of ONNX: one pass through the blocks with all that it computes, and a run to its end."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tmformer.errors import ExportError
from tmformer.export.network import Network
from tmformer.export.onnx.attention import Blocks
from tmformer.export.onnx.graph import IR_VERSION, OPSET, Graph, floats, whole
from tmformer.export.onnx.growing import grow
from tmformer.export.onnx.looping import loop
from tmformer.export.runs import outcomes_of, write_prompt

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, ValueInfoProto

_MOST_BYTES = 2**31 - 1  # of a message of protobuf, which a model is


def write_onnx(network: Network, folder: Path) -> list[Path]:
    """Write ``block.onnx``, ``run.onnx`` and ``prompt.npy``, the embedded prompt, into a folder.

    Args:
        network: what is written.
        folder: where to.

    Returns:
        The files.

    Raises:
        ExportError: if onnx is not installed, or a model is too large for a file of it.
    """
    written: list[Path] = []
    for name, model in (("block.onnx", block_model(network)), ("run.onnx", run_model(network))):
        written.append(folder / name)
        written[-1].write_bytes(model.SerializeToString())
    return [*written, write_prompt(network, folder)]


def block_model(network: Network) -> "ModelProto":
    """One pass through the blocks of a loop.

    Its input is ``residual`` [rows, model]. Its outputs are, for block i, ``blocks.i.attended`` and ``blocks.i.after``, the
    residual stream after attention and after the MLP, and for each attention head ``blocks.i.attention.weights.NAME``
    [rows, rows], where NAME is that of its lookup.

    Args:
        network: what is written.

    Raises:
        ExportError: as `write_onnx`.
    """
    _check(network)
    graph, d_model = Graph(), network.prompt.shape[1]
    blocks, x, gives = Blocks(network, graph), "residual", list["ValueInfoProto"]()
    for index, block in enumerate(network.names["blocks"]):
        made = blocks.apply(graph, index, x, f"blocks.{index}")
        attended = made.attended if made.weights else graph.apply("Identity", x, name=f"blocks.{index}.attended")
        gives += [floats(attended, "rows", d_model, doc="the residual stream after attention")]
        gives += [floats(made.after, "rows", d_model, doc="the residual stream after the MLP")]
        for number, head in enumerate(block["heads"]):
            place = graph.number(number)
            name = graph.apply(
                "Gather", made.weights, place, name=f"{made.weights}.{head['name']}", doc=head["sentence"]
            )
            gives.append(floats(name, "rows", "rows", doc=head["sentence"]))
        x = made.after
    takes = [floats("residual", "rows", d_model, doc=_coordinates(network))]
    return _model(network, graph.built("block", takes, gives), {})


def run_model(network: Network) -> "ModelProto":
    """A run to its end.

    Its inputs are ``prompt`` [rows, model] and ``steps``, the most steps. Its outputs are ``stream``, the residual stream
    after all blocks, [rows, model]; ``outcome``, a place in the list ``outcomes`` of the model's metadata; and
    ``counted``, the steps that were counted.

    Args:
        network: what is written.

    Raises:
        ExportError: as `write_onnx`.
    """
    _check(network)
    graph, d_model = Graph(), network.prompt.shape[1]
    stream, code, counted = (grow if network.grows else loop)(graph, network)
    early = graph.apply("Less", counted, "steps", name="outcome.is_early")
    runs = graph.apply("Equal", code, graph.number(0), name="outcome.runs")
    ends = graph.apply("And", early, runs, name="outcome.ends")
    outcomes = outcomes_of(network)
    graph.apply("Where", ends, graph.number(len(outcomes) - 1), code, name="outcome")
    graph.apply("Identity", stream, name="stream")
    graph.apply("Identity", counted, name="counted")
    takes = [floats("prompt", "rows", d_model, doc=_coordinates(network)), whole("steps", doc="the most steps")]
    unit = "decoding steps" if network.grows else "steps"
    gives = [
        floats("stream", "all_rows", d_model, doc="the residual stream after all blocks"),
        whole("outcome", doc=f"of {json.dumps(outcomes)}"),
        whole("counted", doc=f"{unit} counted"),
    ]
    return _model(network, graph.built("run", takes, gives), {"outcomes": json.dumps(outcomes)})


def _model(network: Network, graph: "GraphProto", more: dict[str, str]) -> "ModelProto":
    """The model with its metadata, checked."""
    from onnx import checker, helper

    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="tmformer"
    )
    known = {name: str(network.names[name]) for name in ("construction", "machine", "certificate", "weights_sha256")}
    helper.set_model_props(model, known | {"outcomes": json.dumps(network.outcomes)} | more)
    checker.check_model(model, full_check=True)
    return model


def _coordinates(network: Network) -> str:
    return "coordinates: " + ", ".join(network.names["coordinates"])


def _check(network: Network) -> None:
    """Refuse what cannot be written, before anything is made."""
    try:
        import onnx  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise ExportError(
            "A model of ONNX is written by the package onnx",
            found="no such package",
            where="export to onnx",
            remedy="Install it: pip install tmformer[onnx]",
        ) from error
    size = sum(array.nbytes for array in network.tensors().values())
    if size > _MOST_BYTES:
        raise ExportError(
            "A model of ONNX is a file of less than 2 GiB",
            found=f"{size:,} bytes of numbers",
            where="export to onnx",
            remedy="Compile for fewer cells or steps, or export to torch.",
        )
