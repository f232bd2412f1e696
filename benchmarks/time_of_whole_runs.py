"""How long does a whole run take, from the machine to its last configuration?

Compiling, certifying, loading, growing and decoding are all in it: what `tmformer.run` takes. The first call has XLA compile,
which calls after it do not. Each network runs in a process of its own. The C loop for as many machine steps is beside each. The BB(5) champion halts at machine step
47,176,870, with 4,098 ones on its tape.
"""

import inspect
import json
import statistics
import sys
from typing import Any

import tmformer
from benchmarks.baselines import BASELINES, Run
from benchmarks.surroundings import alone, peak_memory, said
from benchmarks.tables import markdown, three_digits
from benchmarks.timing import timed
from tmformer.machine import Configuration, Machine, load

PEERS = ("C loop", "CPython loop", "reference interpreter")
WHOLE = 47_176_870
MILLION = 1_000_000
HAS_MACRO = "macro" in inspect.signature(tmformer.run).parameters
WAYS: dict[str, tuple[int, dict[str, Any]]] = {
    "cellular retrieval": (WHOLE, {}),
    **({"cellular retrieval, macro blocks of 6 cells": (WHOLE, {"macro": 6})} if HAS_MACRO else {}),
    "wei_ma retrieval": (MILLION, {"construction": "wei_ma"}),
    "wei_ma radix 8 retrieval": (MILLION, {"construction": "wei_ma", "radix": 8}),
}


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """A row for each run; all of so many machine steps end in the same configuration."""
    machine = load("bb5")
    rows: list[dict[str, object]] = []
    asked = {name: 2_000 if small else most for name, (most, _) in WAYS.items()}
    for steps in dict.fromkeys(asked.values()):
        peers = {name: runs for name in PEERS if (runs := _peer(name, machine, steps))}
        found = {
            name: {
                "hash": runs[0].configuration.hash,
                "ones": runs[0].configuration.tape.count("1"),
                "first": "",
                "each": [run.seconds for run in runs],
            }
            for name, runs in peers.items()
        }
        found |= {name: alone("time_of_whole_runs", name, str(steps)) for name, most in asked.items() if most == steps}
        if len({each["hash"] for each in found.values()}) != 1:
            raise RuntimeError(f"runs of {steps} machine steps end in different configurations")
        fastest = statistics.median(found["C loop"]["each"]) if "C loop" in found else None
        rows += [_row(name, steps, each, fastest) for name, each in found.items()]
    return rows


def _peer(name: str, machine: Machine, steps: int) -> list[Run]:
    """Its runs, three if they are short; none where it cannot run."""
    runs = [BASELINES[name](machine, steps)]
    runs += [BASELINES[name](machine, steps) for _ in range(2 if runs[0] is not None and runs[0].seconds < 3 else 0)]
    return [run for run in runs if run is not None]


def _alone(name: str, steps: int) -> dict[str, object]:
    """In a process of its own, so that its memory is known."""
    machine, (_, options) = load("bb5"), WAYS[name]
    ends: list[Configuration] = []
    times = timed(
        lambda: ends.append(tmformer.run(machine, max_steps=steps, **options).configuration), most=3, seconds=8.0
    )
    if len(set(ends)) != 1:
        raise RuntimeError("one run twice ends in different configurations")
    said = {"hash": ends[0].hash, "ones": ends[0].tape.count("1"), "memory": peak_memory()}
    return {**said, "first": times.first, "each": times.each}


def _row(name: str, steps: int, found: dict[str, Any], fastest: float | None) -> dict[str, object]:
    seconds = statistics.median(found["each"])
    return {
        "run by": name,
        "machine steps": steps,
        "ones": found["ones"],
        "first call, s": found["first"],
        "median, s": seconds,
        "best, s": min(found["each"]),
        "calls": len(found["each"]),
        "machine steps/s": steps / seconds,
        "this / C loop": "" if fastest is None else seconds / fastest,
        "peak memory, MB": found.get("memory", ""),
        "hash": found["hash"][:12],
    }


def in_readme(answer: dict[str, Any]) -> str:
    """What README shows of this answer."""
    shown = [
        {
            "run by": row["run by"],
            "machine steps": f"{row['machine steps']:,}",
            "ones": f"{row['ones']:,}",
            "first call, s": three_digits(row["first call, s"]) if row["first call, s"] else "",
            "then, s": three_digits(row["median, s"]),
            "machine steps/s": three_digits(row["machine steps/s"]),
            "times the C loop": three_digits(row["this / C loop"]) if row["this / C loop"] else "",
            "peak memory, MB": three_digits(row["peak memory, MB"]) if row["peak memory, MB"] else "",
        }
        for row in answer["rows"]
    ]
    return f"{markdown(shown)}\n\n{said(answer)}"


if __name__ == "__main__":
    print(json.dumps(_alone(sys.argv[1], int(sys.argv[2]))))
