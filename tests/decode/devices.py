"""A Python of its own with simulated devices: in this one JAX has counted its devices already."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def started(devices: int, *words: str, **pipes: int) -> subprocess.Popen[str]:
    """`python WORDS`, in a process with so many simulated devices, and the package as it is here."""
    environment = os.environ | {
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(ROOT),
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | pipes
    return subprocess.Popen([sys.executable, *words], text=True, env=environment, **pipes)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit status, standard output and standard error."""
    out, err = process.communicate()
    return process.returncode, out, err
