"""What a figure was measured on: hardware, versions and date."""

import datetime as dt
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


def describe() -> dict[str, object]:
    """The machine, the versions and the date, as plain data."""
    import jax  # not above: a process that compiles only is to be measured without it

    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "device": jax.devices()[0].device_kind,
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in ("tmformer", "jax", "flax", "numpy")},
    }


def said(answer: dict[str, Any]) -> str:
    """On what, when and how an answer was found, in a line."""
    versions = ", ".join(f"{name} {number}" for name, number in answer["versions"].items() if name in {"jax", "numpy"})
    return (
        f"{answer['date']}, {answer['cores']} cores of an {answer['processor']}, CPython {answer['python']}, {versions}, "
        f"float32, medians; `{answer['command']}`."
    )


def peak_memory() -> float:
    """The most memory, in MB, that this process has had; of Linux, and elsewhere with that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    (peak,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1e3


def alone(module: str, *words: str, flags: str = "") -> dict[str, Any]:
    """What `python -m benchmarks.MODULE WORDS` prints, in a process of its own, as JSON.

    Args:
        module: the question.
        words: what it is asked.
        flags: of XLA.
    """
    root = Path(__file__).parents[1]
    environment = (
        os.environ | {"PYTHONPATH": str(root)} | ({"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"} if flags else {})
    )
    asked = [sys.executable, "-m", f"benchmarks.{module}", *words]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, env=environment, cwd=root)  # noqa: S603 - our own module
    return json.loads(done.stdout)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
