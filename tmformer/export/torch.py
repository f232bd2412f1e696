"""PyTorch: a file with a plain module, its state dict, and the prompt, which it runs by itself. Nothing of PyTorch is needed here."""

from pathlib import Path

import numpy as np
import safetensors.numpy

from tmformer.export.network import Network
from tmformer.export.templates import template


def write_torch(network: Network, folder: Path) -> list[Path]:
    """Write ``model.py`` and ``model.safetensors``; ``python model.py`` runs the prompt to its end.

    Args:
        network: what is written.
        folder: an empty folder.

    Returns:
        The files.
    """
    files = [folder / "model.py", folder / "model.safetensors"]
    files[0].write_text(template("torch_model.py"), encoding="utf-8")
    files[1].write_bytes(tensors_as_bytes(network))
    return files


def tensors_as_bytes(network: Network) -> bytes:
    """All arrays of a network as one .safetensors file; equal networks give equal bytes.

    Args:
        network: whose `tensors` are written.
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in sorted(network.tensors().items())}
    return safetensors.numpy.save(tensors, {"format": "pt"})
