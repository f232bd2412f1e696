"""The tape as it goes: a live view in a terminal, plain lines in a pipe."""

import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol, final

from rich.cells import cell_len
from rich.console import Console
from rich.live import Live
from rich.text import Text

from tmformer.cli.printing import is_live, is_live_error, stderr_console, stdout_console, write
from tmformer.cli.progress import Pace
from tmformer.cli.tape import around_head, state_text, symbol_text
from tmformer.machine import Configuration

_ROOM = 60  # columns of the tape in a pipe
_MOST_ROWS = 16
_EDGE = 3  # cells between the tape head and the edge of the view, so that one sees where it goes


class View(Protocol):
    """Shows a run while it goes on."""

    def show(self, steps: int, now: Configuration) -> None:
        """Show the configuration after `steps` machine steps."""
        ...


@final
class Silent:
    """Shows nothing, for `--json`."""

    def show(self, steps: int, now: Configuration) -> None:
        """Show nothing."""


@final
class Lines:
    """One line a configuration: the machine step, the state, and the tape with the tape head in brackets.

    A line of … stands for machine steps that were not shown.
    """

    def __init__(self) -> None:
        self._next = 0

    def show(self, steps: int, now: Configuration) -> None:
        """Write the line."""
        gap = f"{'…':>8}\n" if steps > self._next > 0 else ""
        write(gap + _line(steps, now))
        self._next = steps + 1


def _line(steps: int, now: Configuration) -> str:
    return f"{steps:>8}  {state_text(now.state):<8}  {_all_tapes(now, _ROOM)}\n"


def _all_tapes(now: Configuration, room: int) -> str:
    """Each tape around its tape head, in `room` columns together."""
    bars = 3 * (len(now.tapes) - 1)
    return " | ".join(around_head(tape, max(8, (room - bars) // len(now.tapes))) for tape in now.tapes)


@final
class Rows:
    """The last configurations one under another, cell under cell, so that the run draws its own picture.

    Args:
        start: the configuration before the first machine step.
        console: the terminal.
        pace: says how far the run is.
    """

    def __init__(self, start: Configuration, console: Console, pace: Pace | None = None) -> None:
        self._console = console
        self._pace = pace or Pace()
        self._rows: deque[tuple[int, Configuration]] = deque([(0, start)], max(1, min(_MOST_ROWS, console.height - 6)))
        self._seen = start.used
        self._left = start.head
        self._live: Live | None = None
        self._caption = "compiling the network"

    @contextmanager
    def on_screen(self) -> Generator["Rows"]:
        """Redraw while the run goes on; the last picture stays."""
        # Standard error that leads elsewhere is left alone; in the terminal what is written to it stands above the picture.
        above = sys.stderr.isatty()
        with Live(self.picture(), console=self._console, refresh_per_second=12, redirect_stderr=above) as self._live:
            try:
                yield self
            finally:
                self._caption = ""
                self._live.update(self.picture())

    def show(self, steps: int, now: Configuration) -> None:
        """Add the configuration at the bottom."""
        if self._rows[-1] != (steps, now):
            self._rows.append((steps, now))
        first, last = now.used
        self._seen = min(self._seen[0], first), max(self._seen[1], last)
        self._caption = f"{self._pace.line(steps, now) or 'running'}; Ctrl-C ends the run"
        if self._live is not None:
            self._live.update(self.picture())

    def picture(self) -> Text:
        """All rows, the tape head of each in brackets."""
        states = max(5, *(cell_len(state_text(now.state)) for _, now in self._rows))
        symbols = {symbol for _, now in self._rows for symbol in {*now.tape, now.blank}}
        width = max(cell_len(symbol_text(symbol)) for symbol in symbols)
        cells = max(1, (self._console.width - states - 14) // (width + 1))
        left, count = self._window(cells)
        lines = [Text(f"{'step':>9}  {'state':<{states}}", style="dim", no_wrap=True, overflow="crop")]
        for steps, now in self._rows:
            name = state_text(now.state)
            line = Text(f"{steps:>9,}  {name}{' ' * (states - cell_len(name))}  ", no_wrap=True, overflow="crop")
            if len(now.tapes) > 1:
                lines.append(line.append(_all_tapes(now, self._console.width - states - 14)))
            else:
                lines.append(line.append_text(_cells(now, range(left, left + count), width)))
        return Text("\n", no_wrap=True, overflow="crop").join([*lines, Text(self._caption, style="dim italic")])

    def _window(self, cells: int) -> tuple[int, int]:
        """The first cell shown and how many: all that were in use where they fit, else around the tape head."""
        first, last = self._seen[0] - 1, self._seen[1] + 1
        if last - first + 1 <= cells:
            return first, last - first + 1
        head = self._rows[-1][1].head
        edge = min(_EDGE, (cells - 1) // 2)
        if not self._left + edge <= head < self._left + cells - edge:
            self._left = head - cells // 2
        return self._left, cells


def _cells(now: Configuration, window: range, width: int) -> Text:
    """The cells of the window, each in `width` columns with one between them, where the brackets stand."""
    line = Text(" ", no_wrap=True, overflow="crop")
    for cell in window:
        symbol = now.read(cell)
        text = symbol_text(symbol)
        text += " " * (width - cell_len(text))
        if cell == now.head:
            line.right_crop(1)
            line.append(f"[{text}]", style="bold reverse")
        else:
            line.append(f"{text} ", style="dim" if symbol == now.blank else "")
    return line


@final
class Beside:
    """A view, and beside it on standard error how far the run is, on one line that is gone at the end.

    Args:
        inner: the view.
        pace: says how far the run is.
        console: the terminal of standard error.
    """

    def __init__(self, inner: View, pace: Pace, console: Console) -> None:
        self._inner = inner
        self._pace = pace
        self._live = Live("", console=console, refresh_per_second=4, transient=True, redirect_stdout=False)

    @contextmanager
    def on_screen(self) -> Generator["Beside"]:
        """Redraw while the run goes on."""
        with self._live:
            yield self

    def show(self, steps: int, now: Configuration) -> None:
        """Show the configuration after `steps` machine steps."""
        self._inner.show(steps, now)
        self._live.update(Text(self._pace.line(steps, now), style="dim italic", no_wrap=True, overflow="crop"))


@contextmanager
def view_of(
    start: Configuration, pace: Pace | None = None, *, is_silent: bool, is_json: bool = False
) -> Generator[View]:
    """The view that suits where standard output and standard error lead.

    Args:
        start: the configuration before the first machine step.
        pace: says how far the run is; nobody does if None.
        is_silent: whether no configuration is to be shown.
        is_json: whether standard output is one JSON object, so that standard error is free for how far the run is.
    """
    inner = Silent() if is_silent else Lines()
    if not is_silent and is_live():
        with Rows(start, stdout_console(), pace).on_screen() as rows:
            yield rows
    elif pace is not None and (is_json or not sys.stdout.isatty()) and is_live_error():
        with Beside(inner, pace, stderr_console()).on_screen() as beside:
            yield beside
    else:
        yield inner
