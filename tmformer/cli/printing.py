"""What reaches the terminal: text that is never markup, and never a control sequence."""

import io
import json
import os
import sys
import textwrap
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tmformer.errors import TmformerError

_WIDE = 10_000  # columns of a pipe: nothing is wrapped that a program may read


def printable(text: str) -> str:
    r"""The text with every character that does not print escaped, line ends and terminal controls included.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def is_live() -> bool:
    """Whether standard output is a terminal that can redraw."""
    return sys.stdout.isatty() and not stdout_console().is_dumb_terminal


def is_live_error() -> bool:
    """Whether standard error is a terminal that can redraw."""
    return sys.stderr.isatty() and not stderr_console().is_dumb_terminal


def stderr_console() -> Console:
    """The console of standard error, in which no text is markup."""
    return Console(file=sys.stderr, markup=False, emoji=False, highlight=False)


def stdout_console() -> Console:
    """The console of standard output, in which no text is markup."""
    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False)


def show(*parts: RenderableType) -> None:
    """Print to standard output: styled and wrapped in a terminal, plain and never wrapped in a pipe."""
    if sys.stdout.isatty():
        console = stdout_console()
        for part in parts:
            console.print(part)
        return
    plain = Console(
        file=io.StringIO(), width=_WIDE, color_system=None, force_terminal=False, markup=False, emoji=False,
        highlight=False,
    )  # fmt: skip
    with plain.capture() as captured:
        for part in parts:
            plain.print(part)
    write("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")


def show_note(part: RenderableType) -> None:
    """Print to standard error what is no error."""
    stderr_console().print(part)


def write(text: str) -> None:
    """Write to standard output as it is, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def write_json(value: Mapping[str, object]) -> None:
    """One JSON object on one line, in ASCII."""
    write(json.dumps(value) + "\n")


@contextmanager
def output_aside() -> Generator[None]:
    """What libraries below Python write to standard output goes to standard error, where no program reads it."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def busy(text: str, *, is_silent: bool) -> Generator[None]:
    """A sign of life on standard error, if that is a terminal."""
    if is_silent or not sys.stderr.isatty():
        yield
        return
    with Console(file=sys.stderr).status(text):
        yield


def pairs(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """A block of names and values; names are ours, values are escaped unless they are Text."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), value if isinstance(value, Text) else Text(printable(value)))
    return table


def show_error(error: TmformerError) -> None:
    """The four parts on standard error; in a terminal with long parts wrapped under themselves."""
    console = stderr_console()
    if not sys.stderr.isatty():
        sys.stderr.write("\n".join(_part(name, text) for name, text in _parts(error)) + "\n")
        return
    for name, text in _parts(error):
        wrapped = textwrap.fill(
            _part(name, text),
            width=max(40, console.width),
            subsequent_indent=" " * 10 if name else "",
            break_on_hyphens=False,
        )
        console.print(Text(wrapped, style="" if name else "bold red"), soft_wrap=True)


def _parts(error: TmformerError) -> list[tuple[str, str]]:
    return [("", error.rule), ("found:", error.found), ("where:", error.where), ("remedy:", error.remedy)]


def _part(name: str, text: str) -> str:
    """One line: what stood on several is joined, so that no text can pass for a part of its own."""
    line = printable("; ".join(part.strip() for part in text.splitlines() if part.strip()))
    return f"  {name:<8}{line}" if name else line
