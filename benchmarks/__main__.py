"""Answer all questions but the long ones, or those named: print a table, write `benchmarks/results/<question>.json`.

A question that has a picture writes it beside, and one that README answers, between its marks there. With --small each asks for
small sizes, and nothing is written: to see that it works.
"""

import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.surroundings import describe

QUESTIONS = (
    "speed_against_steps",
    "time_of_whole_runs",
    "speed_against_cells",
    "throughput_against_batch",
    "scaling_over_devices",
    "compile_time_against_steps",
    "size_against_steps",
)
LONG = ("float_format_limits", "sharpness_against_positions")
SMALL = "--small"
README = Path(__file__).parents[1] / "README.md"


def main(words: list[str]) -> int:
    """Run the benchmarks with these names, or all."""
    names, small = [word for word in words if word != SMALL], SMALL in words
    console = Console() if sys.stdout.isatty() else Console(width=200)
    unknown = [name for name in names if name not in (*QUESTIONS, *LONG)]
    if unknown:
        console.print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join((*QUESTIONS, *LONG))}")
        return 2
    for name in names or QUESTIONS:
        question = importlib.import_module(f"benchmarks.{name}")
        rows = question.measure(small=True) if small else question.measure()
        table = Table(*rows[0], title=(question.__doc__ or "").splitlines()[0])
        for row in rows:
            table.add_row(*map(_shown, row.values()))
        console.print(table)
        if small:
            continue
        answer = {"question": name, "command": f"python -m benchmarks {name}", **describe(), "rows": rows}
        path = Path(__file__).parent / "results" / f"{name}.json"
        path.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
        if hasattr(question, "picture"):
            path.with_suffix(".svg").write_text(question.picture(rows), encoding="utf-8")
        if hasattr(question, "in_readme"):
            text = with_answer(README.read_text(encoding="utf-8"), name, question.in_readme(answer))
            README.write_text(text, encoding="utf-8")
    return 0


def with_answer(text: str, name: str, answer: str) -> str:
    """The text with an answer between the marks of its question."""
    before, opening, rest = text.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    return f"{before}{opening}{answer}\n{closing}{after}" if opening and closing else text


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else f"{value}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
