"""`tmformer export`: saved weights in the files of other tools."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import Choose, Flag, Number
from tmformer.cli.printing import pairs, show, write_json
from tmformer.cli.sources import check_cell, is_weights_file, read_machine
from tmformer.errors import UsageError

if TYPE_CHECKING:
    from tmformer.machine import Machine
    from tmformer.program import Stream
    from tmformer.weights import Weights

EXAMPLES = """Examples:

  tmformer compile bb4 --steps 107 --construction wei_ma -o bb4.safetensors
  tmformer export bb4.safetensors --to torch -o bb4_torch
  python bb4_torch/model.py
  tmformer export bb4.safetensors --to huggingface -o bb4_hf

Registers, attention heads and units keep their names: DIR/names.json.
The folder is written whole or not at all, and replaces an earlier export."""


def export_command(
    file: Annotated[str, Parameter(metavar="FILE")],
    input: Annotated[str | None, Parameter(metavar="INPUT")] = None,
    /,
    *,
    to: Annotated[str, Parameter(metavar="KIND")],
    output: Annotated[str, Parameter(name=["--output", "-o"], metavar="DIR")],
    head: Number | None = None,
    machine: Annotated[str | None, Parameter(metavar="MACHINE")] = None,
    choose: Choose = None,
    json: Flag = False,
) -> int:
    """Write saved weights for PyTorch, Hugging Face, ONNX or StableHLO, with the input as prompt.

    What is written computes in float32 what the certificate beside it says: exactly the run of the machine.

    Args:
        file: Saved weights: FILE.
        input: The symbols on the tape at the start; none if not given.
        to: What for: torch, onnx, huggingface or stablehlo.
        output: The folder to write; an earlier export there is replaced.
        head: The tape head's cell at the start.
        machine: Of universal: the machine that the prompt brings.
        choose: Of switchable: which machine runs.
        json: Print the files as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_cell("--head", head)
    weights = _weights(file)
    from tmformer.export import check_place, network_of, write_export
    from tmformer.pipeline import certify

    check_place(output)
    brought = None if machine is None else read_machine(machine, "export --machine", "weights are FILE").machine
    prompt = _prompt(weights, brought, input or "", head, choose)
    network = network_of(weights, certify(weights), prompt)
    files = write_export(network, to, output)
    sizes = {path.name: path.stat().st_size for path in files}
    named = {"kind": to, "folder": output, "machine": network.names["machine"], "certificate": str(network.certificate)}
    if json:
        write_json(named | {"files": sizes})
        return 0
    rows = [("folder", output), ("kind", to), ("machine", str(named["machine"])), ("certificate", named["certificate"])]
    rows += [("written", f"{name}, {size:,} bytes") for name, size in sizes.items()]
    show(pairs(rows))
    return 0


def _weights(file: str) -> "Weights":
    """The saved weights in FILE.

    Raises:
        UsageError: if it is no such file.
    """
    if not is_weights_file(file):
        raise UsageError(
            "`tmformer export` needs saved weights",
            found=repr(file[:80]),
            where="FILE",
            remedy="Compile the machine first, as by `tmformer compile bb4 --steps 107 -o bb4.safetensors`.",
        )
    from tmformer.weights import load

    return load(file)


def _prompt(
    weights: "Weights", machine: "Machine | None", given: str, head: int | None, choose: str | None
) -> "Stream":
    from tmformer.constructions import construction_of
    from tmformer.pipeline import start_of

    labels, start = start_of(weights, machine, given, head, choose)
    return construction_of(weights.labels).encode_configuration(labels, start)
