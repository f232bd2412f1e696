"""What exports that hold a whole run share: what it begins with, and what it ends with."""

from pathlib import Path

import numpy as np

from tmformer.export.network import Network
from tmformer.program import COARSE, FULL


def outcomes_of(network: Network) -> list[str]:
    """What each code that a run ends with means.

    The last one is that of a run in which the stop table says nothing, and that ended before the steps asked for: the
    sequence is full, or the next application counts too many of them.

    Args:
        network: what runs.
    """
    return [*network.outcomes, FULL if network.grows else COARSE]


def write_prompt(network: Network, folder: Path) -> Path:
    """Write ``prompt.npy``, the embedded prompt [rows, model], and return its path.

    Args:
        network: whose prompt.
        folder: where to.
    """
    path = folder / "prompt.npy"
    np.save(path, network.prompt, allow_pickle=False)
    return path
