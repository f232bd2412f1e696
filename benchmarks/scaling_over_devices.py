"""How much faster is a batch on several devices? Simulated ones, which share the cores of this computer.

More simulated devices than cores cannot be faster; that results are the same on any number of them is checked here. Each number
of devices is a process of its own, as XLA counts its devices when it starts.
"""

import json
import os
import sys
from typing import Any

import tmformer
from benchmarks.surroundings import alone
from benchmarks.timing import timed
from tmformer.machine import load
from tmformer.pipeline import batch_hash

DEVICES = (1, 2, 4, 8)
SMALL = (1, 2)
RUNS, STEPS, CELLS = 64, 107, 255


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """A row for each construction and number of devices; the ratio is to one device."""
    rows: list[dict[str, object]] = []
    for construction in ("cellular", "wei_ma"):
        found = [_found(construction, devices, small=small) for devices in (SMALL if small else DEVICES)]
        if len({str(each["hash"]) for each in found}) != 1:
            raise RuntimeError(f"{construction} comes to something else on another number of devices")
        rows += [{**each, "beside one device": _rate(each) / _rate(found[0])} for each in found]
    return rows


def _rate(row: dict[str, Any]) -> float:
    return row["machine steps/s"]


def _found(construction: str, devices: int, *, small: bool) -> dict[str, Any]:
    flags = f"--xla_force_host_platform_device_count={devices}"
    return alone("scaling_over_devices", construction, str(devices), "8" if small else str(RUNS), flags=flags)


def _alone(construction: str, devices: int, runs: int) -> dict[str, object]:
    """In a process with so many devices."""
    weights = tmformer.compile(load("bb4"), construction, steps=STEPS, cells=CELLS)
    asked, mesh = [tmformer.Run()] * runs, f"data={devices}"
    said = batch_hash(tmformer.run_batch(weights, asked, mesh=mesh))
    times = timed(lambda: tmformer.run_batch(weights, asked, mesh=mesh), seconds=1.0)
    return {
        "construction": construction,
        "devices": devices,
        "cores": os.cpu_count(),
        "runs": runs,
        "machine steps/s": runs * STEPS / times.median,
        "best": runs * STEPS / times.best,
        "hash": said[:12],
    }


if __name__ == "__main__":
    print(json.dumps(_alone(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
