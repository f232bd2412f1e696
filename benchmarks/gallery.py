"""Which runs are worth looking at? Explorers and pictures of eight machines, in build/gallery: `make gallery`."""

import sys
from html import escape
from pathlib import Path
from typing import NamedTuple

from tmformer.cli import dispatch

FOLDER = Path("build") / "gallery"


class Run(NamedTuple):
    """A run, how it is compiled, and what there is to see."""

    machine: str
    input: str
    options: tuple[str, ...]
    shows: str

    @property
    def name(self) -> str:
        """What its files are called."""
        return "_".join((self.machine, *(word for word in self.options if not word.startswith("-"))))

    @property
    def words(self) -> tuple[str, ...]:
        """How a command is given it."""
        return (self.machine, *((self.input,) if self.input else ()), *self.options)


WEI_MA = ("--construction", "wei_ma")
RUNS = (
    Run("bb4", "", (), "The champion of four states: 107 machine steps, a block each."),
    Run("bb4", "", WEI_MA, "The same run by decoding: each step searches for the last visit of its cell, bit by bit."),
    Run("bb4", "", ("--regime", "graded"), "The same run, with attention that leaks and gates that snap it back."),
    Run("balanced_parentheses", "(()())", (), "A word that is accepted."),
    Run("balanced_parentheses", "(()(", WEI_MA, "A word that is rejected, by decoding."),
    Run("binary_multiplication", "101*11", (), "Long multiplication: 5 times 3."),
    Run("palindrome", "abba", WEI_MA, "From end to end and back: each search finds a record further in the past."),
    Run("sort", "cab", (), "Letters in order."),
    Run("increment", "1011", WEI_MA, "Carrying."),
    Run("bb3", "", ("--construction", "universal"), "The machine comes in the prompt: its rules are rows."),
    Run("bb5", "", ("--max-steps", "2000"), "The first 2,000 machine steps of the BB(5) champion."),
)
"""Eight machines, some of them in several ways."""


def main() -> int:
    """Make everything, and a page of links to it.

    Returns:
        How many could not be made.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    for run in RUNS:
        page, picture = FOLDER / f"{run.name}.html", FOLDER / f"{run.name}.svg"
        plain = [word for word in run.words if word not in ("--regime", "graded")]
        failed += dispatch(["show", *run.words, "-o", str(page)]) != 0
        failed += dispatch(["plot", "space-time", *plain, "-o", str(picture)]) != 0
    (FOLDER / "index.html").write_text(index(), encoding="utf-8")
    print(f"{FOLDER / 'index.html'}: {len(RUNS)} runs")
    return failed


def index() -> str:
    """The page of links."""
    items = "\n".join(
        f'<li><a href="{run.name}.html">{escape(" ".join(run.words))}</a> (<a href="{run.name}.svg">picture</a>). '
        f"{escape(run.shows)}</li>"
        for run in RUNS
    )
    style = "body{font:17px/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color-scheme:light dark}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>tmformer: gallery</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>\n'
        f"<body><h1>Runs to step through</h1>\n<ul>\n{items}\n</ul></body></html>\n"
    )


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
