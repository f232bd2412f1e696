"""All machines of 2 and of 3 states on the blank tape: does the transformer run each of them as the reference does?

`make enumerate`, or `python -m benchmarks.enumeration --resume DIR`. What is done is kept in a folder until the report is
written, so the same command goes on where it was killed, and its report is the same but for the seconds.
"""

import argparse
import json
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import README, with_answer
from benchmarks.surroundings import describe
from tmformer.verify import Family, Portion, enumerate_machines

FAMILIES = ((2, 8), (3, 22))  # states, and one machine step more than any of their machines takes that halts
RESULT = Path(__file__).parent / "results" / "enumeration.json"
STATE = Path(__file__).parents[1] / "build" / "enumeration"


def main(arguments: list[str]) -> int:
    """Enumerate, print tables, and write the result; 1 if transformer and reference differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enumeration", description=__doc__)
    parser.add_argument("--resume", type=Path, default=STATE, metavar="DIR", help="where what is done is kept")
    folder = parser.parse_args(arguments).resume
    console = Console() if sys.stdout.isatty() else Console(width=120)
    rows: list[dict[str, object]] = []
    for states, steps in FAMILIES:
        done = enumerate_machines(Family(states), steps, folder=folder / f"{states}-states", note=console.print)
        rows.append(row(states, steps, done))
        console.print(table(rows[-1]))
    answer = {"question": "enumeration", "command": "make enumerate", **describe(), "rows": rows}
    RESULT.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    text = with_answer(README.read_text(encoding="utf-8"), "enumeration", in_readme(answer))
    README.write_text(text, encoding="utf-8")
    for path in folder.glob("*-states/portion-*.json"):
        path.unlink()
    return int(any(row["differing"] for row in rows))


def row(states: int, steps: int, done: Portion) -> dict[str, object]:
    """The report on a family, as plain data; seconds of work are those of all threads together."""
    wall, counted = done.seconds["wall"], msgspec.json.decode(msgspec.json.encode(done.census))
    return {
        "states": states,
        "steps": steps,
        **counted,
        "running": done.census.running,
        "seconds": round(wall, 3),
        "machines_per_second": round(done.census.machines / wall),
        "machine_steps_per_second": round(done.census.machine_steps / wall),
        "seconds_of_work": {name: round(each, 3) for name, each in done.seconds.items() if name != "wall"},
    }


def table(counted: dict[str, object]) -> Table:
    """The report on a family, a line a figure."""
    shown = Table("", "", title=f"{counted['states']} states, {counted['steps']} machine steps", show_header=False)
    for name, value in counted.items():
        shown.add_row(name.replace("_", " "), _text(value))
    return shown


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value)) or "none"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def in_readme(answer: dict[str, object]) -> str:
    """The table of README: a line a family."""
    lines = [
        "| states | machines | halt | longest, machine steps | machines so long | most ones | differ | seconds | of them compiling | machine steps/s |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for each in answer["rows"]:
        figures = (
            *(each["states"], each["machines"], each["machines"] - each["running"], each["longest"]["most"]),
            *(each["longest"]["machines"], each["ones"]["most"], each["differing"]),
        )
        compiling = each["seconds_of_work"]["compiling"]
        cells = [*(f"{figure:,}" for figure in figures), f"{each['seconds']:.1f}", f"{compiling:.1f}"]
        lines.append(f"| {' | '.join(cells)} | {each['machine_steps_per_second']:,} |")
    versions = ", ".join(f"{name} {answer['versions'][name]}" for name in ("jax", "numpy"))
    where = (
        f"{answer['date']}, {answer['cores']} cores of an {answer['processor']}, CPython {answer['python']}, {versions}"
    )
    return "\n".join([*lines, "", f"{where}; `make enumerate`."])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
