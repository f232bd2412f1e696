"""How many machine steps a second does each engine make, and how does that fall with the machine steps of a run?

The BB(5) champion on a blank tape, from the prompt to machine step T, by weights that are compiled and loaded already; what
else runs a machine stands beside it, measured in the same run, and all end in the same configuration. A token is a
decoding step of wei_ma, which is a machine step; a cellular network emits none. Multiply-adds are those with weights and
between rows of one block, or decoding step, at the end of the run: what the engine computes, and what a dense one would.
A run that would take longer than LONGEST is not waited for.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.baselines import BASELINES, Run, extent, is_same, python_loop
from benchmarks.position_codes import after, with_codes, with_one_hot
from benchmarks.surroundings import said
from benchmarks.tables import markdown, three_digits
from benchmarks.timing import Times, timed
from tmformer.constructions import construction
from tmformer.decode import Cached, Dense, Engine, Passing, Recalling, dense_products
from tmformer.machine import Configuration, Machine, initial_configuration, load
from tmformer.pipeline.engines import configuration_after
from tmformer.show import as_rates, draw_rates
from tmformer.weights import Weights, lower

MACHINE = "bb5"  # goes on for 47 million machine steps
STEPS = (1_000, 3_000, 10_000, 100_000, 1_000_000, 10_000_000)
SMALL = (100, 300)
LONGEST = 20.0  # seconds
ONE_HOT = 1_000  # the machine steps for whose window positions are one-hot too


class Way(NamedTuple):
    """A way to run the machine by weights.

    Args:
        construction: its name.
        engine: "retrieval" or "dense".
        most: the longest run.
        options: of the construction.
    """

    construction: str
    engine: str
    most: int
    options: dict[str, str | int]

    def __str__(self) -> str:
        """Its name in tables."""
        return " ".join([self.construction, *(f"{name} {value}" for name, value in self.options.items()), self.engine])


WAYS = (
    Way("cellular", "retrieval", 10_000_000, {}),
    Way("wei_ma", "retrieval", 1_000_000, {}),
    Way("wei_ma", "retrieval", 1_000_000, {"radix": 8}),
    Way("cellular", "dense", 100_000, {}),
    Way("wei_ma", "dense", 100_000, {}),
)
ENGINES = {"cellular": {"retrieval": Passing, "dense": Dense}, "wei_ma": {"retrieval": Recalling, "dense": Cached}}
MOST = {"C loop": 10**7, "CPython loop": 10**7, "reference interpreter": 10**7, "automata-lib": 10**4}


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """A row for each way and number of machine steps; the ratios are taken within one run of this."""
    machine, steps = load(MACHINE), SMALL if small else STEPS
    ends = {most: python_loop(machine, most).configuration for most in steps}
    rows = [row for name, run in BASELINES.items() for row in _baseline(name, run, machine, ends)]
    for way in WAYS:
        rows += _way(way, machine, ends)
    rows += _by_positions(machine, min(ONE_HOT, steps[0]))
    fastest = {row["steps T"]: row["machine steps/s"] for row in rows if row["run by"] == "C loop"}
    for row in rows:
        rate, of_c = row["machine steps/s"], fastest.get(row["steps T"], "")
        row["C loop / this"] = of_c / rate if isinstance(rate, float) and isinstance(of_c, float) else ""
    return rows


def _row(name: str, steps: int, times: Times | None, **more: object) -> dict[str, object]:
    """A row; without times that of a run that was not waited for."""
    empty = dict.fromkeys(("cells", "tokens/s", "exponent", "multiply-adds", "dense multiply-adds"), "")
    return {
        "run by": name,
        "steps T": steps,
        "machine steps/s": f"over {LONGEST:.0f} s" if times is None else steps / times.median,
        "best": "" if times is None else steps / times.best,
        "calls": 0 if times is None else len(times.each),
        "first call, s": "" if times is None else times.first,
        **empty,
        **more,
    }


def _baseline(
    name: str, run: Callable[[Machine, int], Run | None], machine: Machine, ends: dict[int, Configuration]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for steps in (steps for steps in ends if steps <= MOST[name]):
        made = run(machine, steps)
        if made is None:
            print(f"{name}: left out, there is no compiler")
            return []
        _check(is_same(made.configuration, ends[steps]) and made.steps == steps, name, steps)
        runs = [
            found.seconds for _ in range(3 if made.seconds < 1 else 1) if (found := run(machine, steps)) is not None
        ]
        rows.append(_row(name, steps, Times(made.seconds, tuple(runs))))
    return rows


def _way(way: Way, machine: Machine, ends: dict[int, Configuration]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    before: tuple[int, float] | None = None
    for steps in (steps for steps in ends if steps <= way.most):
        # Of a dense engine the cost of a step grows with the steps too, at most as fast.
        foreseen = 0.0 if before is None else before[1] * (steps / before[0]) ** (2 if way.engine == "dense" else 1)
        if foreseen > LONGEST * (1 if way.engine == "dense" else 10):
            rows.append(_row(str(way), steps, None))
            break
        rows.append(_measured(way, machine, steps, ends[steps], before))
        before = steps, steps / float(str(rows[-1]["machine steps/s"]))
    return rows


def _measured(
    way: Way, machine: Machine, steps: int, end: Configuration, before: tuple[int, float] | None
) -> dict[str, object]:
    weights = _weights(way, machine, steps)
    made = construction(way.construction)
    engine: Engine = ENGINES[way.construction][way.engine](weights)
    begun = engine.start(
        made.encode_configuration(weights.labels, initial_configuration(machine.start, (), machine.blank))
    )
    reached = [begun]

    def run() -> None:
        reached[0] = engine.advance(begun, steps)

    times = timed(run)
    there = configuration_after(made, weights.labels, engine, reached[0])
    _check(reached[0].steps == steps and there == end and not getattr(engine, "why_dense", None), str(way), steps)
    rows = weights.labels.max_positions
    dense = dense_products(weights, 1 if weights.labels.feedback else rows, rows)
    computed = engine.multiply_adds if isinstance(engine, Passing | Recalling) else dense
    exponent = (
        "" if before is None else math.log(times.median / steps * before[0] / before[1]) / math.log(steps / before[0])
    )
    numbers = {"cells": rows - 1 if way.construction == "cellular" else "", "exponent": exponent}
    tokens = steps / times.median if weights.labels.feedback else ""
    products = {"multiply-adds": computed, "dense multiply-adds": dense}
    return _row(str(way), steps, times, **numbers, **{"tokens/s": tokens}, **products)


def _weights(way: Way, machine: Machine, steps: int) -> Weights:
    """For so many machine steps; a window is a power of two, less one, of cells, of which the run needs more than a half."""
    made = construction(way.construction)
    if way.construction != "cellular":
        return lower(made.compile(machine, steps=steps, options=way.options))
    low, high = extent(machine, steps)
    cells = 2 ** (high - low + 3).bit_length() - 1
    return lower(made.compile(machine, steps=steps, cells=cells, origin=low - 1))


def _by_positions(machine: Machine, steps: int) -> list[dict[str, object]]:
    """One block of a plain transformer again and again: positions as codes, and with a coordinate each."""
    weights = _weights(WAYS[0], machine, steps)
    prompt = construction("cellular").encode_configuration(
        weights.labels, initial_configuration(machine.start, (), machine.blank)
    )
    rows: list[dict[str, object]] = []
    kept: list[bytes] = []
    for name, network in {"positions as codes": with_codes, "positions one-hot": with_one_hot}.items():
        made = network(weights, prompt)
        symbols = weights.layout.spans["symbol"]
        kept.append(after(made, steps)[:, symbols.start : symbols.stop].tobytes())
        times = timed(lambda made=made: after(made, steps))
        rows.append(_row(f"cellular, plain block, {name}", steps, times, cells=weights.labels.max_positions - 1))
    _check(len(set(kept)) == 1, "positions one-hot", steps)
    return rows


def _check(is_right: bool, name: str, steps: int) -> None:
    if not is_right:
        raise RuntimeError(f"{name} comes to something else after {steps} machine steps")


def picture(rows: Sequence[dict[str, object]]) -> str:
    """The picture of these rows."""
    rates = as_rates(
        (str(row["run by"]), int(str(row["steps T"])), row["machine steps/s"])
        for row in rows
        if isinstance(row["machine steps/s"], float)
    )
    return draw_rates("Machine steps a second, against machine steps of the run", rates)


def in_readme(answer: dict[str, Any]) -> str:
    """What README shows of this answer: the longest run of each, and how it was come by."""
    longest = {row["run by"]: row for row in answer["rows"] if isinstance(row["machine steps/s"], float)}
    shown = [
        {
            "run by": row["run by"],
            "T": f"{row['steps T']:,}",
            "machine steps/s": three_digits(row["machine steps/s"]),
            "of the C loop": f"1 / {three_digits(row['C loop / this'])}" if row["C loop / this"] else "",
            "cost of a step grows as T to the": f"{row['exponent']:.2f}" if row["exponent"] != "" else "",
            "multiply-adds": f"{row['multiply-adds']:,}" if row["multiply-adds"] else "",
            "if dense": f"{row['dense multiply-adds']:,}" if row["dense multiply-adds"] else "",
        }
        for row in longest.values()
    ]
    return f"{markdown(shown)}\n\n{said(answer)}"
