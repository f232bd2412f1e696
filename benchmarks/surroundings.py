"""What a figure was measured on: hardware, versions and date."""

import datetime as dt
import importlib.metadata
import os
import platform
from pathlib import Path

import jax


def describe() -> dict[str, object]:
    """The machine, the versions and the date, as plain data."""
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "device": jax.devices()[0].device_kind,
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in ("tmformer", "jax", "flax", "numpy")},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
