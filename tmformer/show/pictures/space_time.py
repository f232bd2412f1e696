"""The space-time diagram: cells across, machine steps down, a colour a symbol, and where the tape head is in which state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, final

import numpy as np

from tmformer.errors import ShowError
from tmformer.machine import Configuration
from tmformer.show.pictures.finds import Find, draw_finds
from tmformer.show.pictures.lettering import legible
from tmformer.show.pictures.page import Page, Sheet, printed, width_of
from tmformer.show.pictures.palette import INK, colours, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PLACES = 25_000_000
"""Cells times configurations of a picture, at most; more are more than its dots can show, and than memory holds."""

_LEFT, _RIGHT, _GAP, _TOP = 13.0, 3.0, 9.0, 9.0  # millimetres
_LARGEST, _SMALLEST_SQUARE, _MARKED, _NAMED = 6.0, 1.2, 0.8, 1.9  # millimetres of a cell
_FINDS, _MOST_FINDS = 34.0, 150  # millimetres; machine steps
_POINT = 25.4 / 72
_TALL = 1.4  # of the width
_SHOWN = 24  # symbols of the legend


@final
@dataclass(frozen=True, eq=False)
class TapeTime:
    """One tape over time.

    Args:
        first: the cell of the first column.
        symbols: the number of each symbol in the alphabet, [configurations, cells].
        heads: the tape head's cell in each configuration.
        finds: what each decoding step found in its past, the first configuration's first; nothing where none searches.
    """

    first: int
    symbols: np.ndarray
    heads: np.ndarray
    finds: tuple[Find, ...] = ()


@final
@dataclass(frozen=True, eq=False)
class SpaceTime:
    """A run, as a picture has it.

    Args:
        alphabet: the symbols, the blank first.
        states: the state of each configuration.
        tapes: one or more.
    """

    alphabet: tuple[str, ...]
    states: tuple[str, ...]
    tapes: tuple[TapeTime, ...]


def space_time(
    run: Sequence[Configuration], alphabet: Sequence[str], finds: Sequence[Sequence[Find]] = ()
) -> SpaceTime:
    """A run as arrays: all cells that are in use at any time.

    Args:
        run: the configurations, the first one first.
        alphabet: the symbols, in any order.
        finds: for each tape what each decoding step found.

    Raises:
        ShowError: if there are more than a picture can show.
    """
    blank = run[0].blank
    order = (blank, *(symbol for symbol in alphabet if symbol != blank))
    tapes: list[TapeTime] = []
    for index in range(len(run[0].tapes)):
        used = [now.tapes[index].used for now in run]
        first, last = min(low for low, _ in used), max(high for _, high in used)
        _check_size(len(run), last - first + 1)
        tapes.append(_tape(run, index, first, last, {symbol: number for number, symbol in enumerate(order)}))
    if finds:
        tapes = [
            TapeTime(tape.first, tape.symbols, tape.heads, tuple(found))
            for tape, found in zip(tapes, finds, strict=True)
        ]
    return SpaceTime(order, tuple(now.state for now in run), tuple(tapes))


def _tape(run: Sequence[Configuration], index: int, first: int, last: int, numbers: dict[str, int]) -> TapeTime:
    symbols = np.zeros((len(run), last - first + 1), np.uint16)
    for row, now in enumerate(run):
        tape = now.tapes[index]
        if tape.symbols:
            start = tape.first - first
            symbols[row, start : start + len(tape.symbols)] = [numbers[symbol] for symbol in tape.symbols]
    return TapeTime(first, symbols, np.array([now.tapes[index].head for now in run]))


def _check_size(rows: int, cells: int) -> None:
    if rows * cells > MOST_PLACES:
        raise ShowError(
            f"A space-time diagram has {MOST_PLACES:,} places at most",
            found=f"{rows:,} configurations of {cells:,} cells",
            where="space-time",
            remedy="Draw fewer machine steps (--max-steps).",
        )


def space_time_picture(page: Page, title: str, run: SpaceTime) -> bytes:
    """The picture as the bytes of a file.

    Args:
        page: what it is printed on.
        title: what it shows.
        run: as `space_time` has it.

    Raises:
        ShowError: if matplotlib is not installed.
    """
    return printed(page, title, lambda sheet: draw_space_time(sheet, run))


@final
@dataclass(frozen=True)
class _Cell:
    """The size of a cell in millimetres, and where the states are named.

    Args:
        width: of a cell.
        height: of a cell, which is that of a machine step.
        names: in the tape head's cell, beside the last tape, or nowhere.
        letters: the size of those names, in points.
    """

    width: float
    height: float
    names: Literal["inside", "beside", "nowhere"]
    letters: float


def draw_space_time(sheet: Sheet, run: SpaceTime) -> None:
    """Draw it on a page.

    Args:
        sheet: the page.
        run: as `space_time` has it.
    """
    shades, cell, rows = colours(len(run.alphabet)), _cell(sheet.width, run), len(run.states)
    sheet.begin(_needed(run, cell))
    _legend(sheet, run, shades, is_framed=_is_framed(cell))
    left, top = _LEFT, sheet.bottom + _TOP
    for number, tape in enumerate(run.tapes):
        width = cell.width * tape.symbols.shape[1]
        axes = sheet.panel(left, top, width, cell.height * rows)
        dots = (round(cell.height * rows * sheet.dpi / 25.4), round(width * sheet.dpi / 25.4))
        _panel(axes, tape, shades, cell, dots)
        axes.set_xlabel(f"cell of tape {number + 1}" if len(run.tapes) > 1 else "cell")
        if number == 0:
            axes.set_ylabel("machine step")
        else:
            axes.tick_params(labelleft=False)
        _mark_heads(axes, run, tape, shades, cell)
        left += width
        if number == len(run.tapes) - 1 and cell.names == "beside":
            _name_states(axes, run, tape, cell)
            left += _beside(run, cell.letters)
        if _draws_finds(run, tape):
            draw_finds(sheet.panel(left + 2, top, _FINDS - 4, cell.height * rows), tape.finds, rows)
            left += _FINDS
        left += _GAP
    sheet.bottom = max(
        sheet.bottom, top + cell.height * rows / 2 + 9
    )  # the name of the axis is taller than a short run
    sheet.bottom += 9 if any(_draws_finds(run, tape) for tape in run.tapes) else 0


def _needed(run: SpaceTime, cell: _Cell) -> float:
    """The width of all panels, in millimetres."""
    tapes = cell.width * sum(tape.symbols.shape[1] for tape in run.tapes) + _GAP * (len(run.tapes) - 1)
    finds = sum(_FINDS for tape in run.tapes if _draws_finds(run, tape))
    return _LEFT + tapes + finds + (_beside(run, cell.letters) if cell.names == "beside" else 0) + _RIGHT


def _is_framed(cell: _Cell) -> bool:
    return min(cell.width, cell.height) >= _MARKED


def _draws_finds(run: SpaceTime, tape: TapeTime) -> bool:
    return bool(tape.finds) and len(run.states) <= _MOST_FINDS + 1


def _cell(width: float, run: SpaceTime) -> _Cell:
    """As large as fits on the page, square where that can be seen, and the states inside where they fit."""
    rows, cells = len(run.states), sum(tape.symbols.shape[1] for tape in run.tapes)
    panels = sum(_FINDS for tape in run.tapes if _draws_finds(run, tape)) + _GAP * (len(run.tapes) - 1)
    room, tall = width - _LEFT - _RIGHT - panels, _TALL * width
    wide, high = _sizes(room, tall, rows, cells)
    letters = min(7.0, 0.62 * high / _POINT)
    if letters >= 3.5 and _widest(run, letters) <= 0.9 * wide:
        return _Cell(wide, high, "inside", letters)
    if high < _NAMED:
        return _Cell(wide, high, "nowhere", 0)
    wide, high = _sizes(room - _beside(run, letters), tall, rows, cells)
    return _Cell(wide, high, "beside", min(7.0, 0.62 * high / _POINT))


def _sizes(room: float, tall: float, rows: int, cells: int) -> tuple[float, float]:
    wide, high = min(_LARGEST, room / cells), min(_LARGEST, tall / rows)
    if min(wide, high) >= _SMALLEST_SQUARE:
        wide = high = min(wide, high)
    return max(wide, min(16.0, room) / cells), max(high, 4.0 / rows)


def _beside(run: SpaceTime, letters: float) -> float:
    """The room that names of states take beside the picture, in millimetres."""
    return 2 + _widest(run, letters)


def _widest(run: SpaceTime, letters: float) -> float:
    """The width of the widest name of a state, in millimetres."""
    return max(width_of(legible(state, 24), letters) for state in set(run.states))


def _panel(axes: "Axes", tape: TapeTime, shades: Sequence[str], cell: _Cell, dots: tuple[int, int]) -> None:
    """The colours, and what stands at the edges."""
    from matplotlib.colors import to_rgb
    from matplotlib.ticker import FixedLocator, MaxNLocator

    rows, cells = tape.symbols.shape
    dyes = np.array([[round(255 * part) for part in to_rgb(shade)] for shade in shades], np.uint8)
    edges = (tape.first - 0.5, tape.first + cells - 0.5, rows - 0.5, -0.5)
    axes.imshow(dyes[_repeated(tape.symbols, dots)], extent=edges, aspect="auto")
    if min(cell.width, cell.height) >= _NAMED:
        axes.vlines(np.arange(tape.first + 0.5, edges[1]), edges[3], edges[2], color="white", lw=0.5)
        axes.hlines(np.arange(0.5, rows - 1), edges[0], edges[1], color="white", lw=0.5)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    most = int(cell.width * cells / 7) + 1
    # Whole numbers only, the first and the last where there are no more than fit.
    for axis, first, count, fit in ((axes.xaxis, tape.first, cells, most), (axes.yaxis, 0, rows, 14)):
        is_few = count <= fit
        axis.set_major_locator(FixedLocator(range(first, first + count)) if is_few else MaxNLocator(fit, integer=True))


def _repeated(symbols: np.ndarray, dots: tuple[int, int]) -> np.ndarray:
    """Where one side has more places than dots, matplotlib averages both sides: then the other side is spread to its dots."""
    if not any(places > dot for places, dot in zip(symbols.shape, dots, strict=True)):
        return symbols
    for axis, dot in enumerate(dots):
        times = min(dot // symbols.shape[axis], MOST_PLACES // symbols.size)
        symbols = np.repeat(symbols, max(1, times), axis)
    return symbols


def _mark_heads(axes: "Axes", run: SpaceTime, tape: TapeTime, shades: Sequence[str], cell: _Cell) -> None:
    """A frame around each cell under the tape head, with the state where it fits; a line where frames would hide all."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    rows = range(len(tape.heads))
    if not _is_framed(cell):
        thin = 0.7 if cell.height >= 0.1 else 0.3
        axes.plot(
            tape.heads, rows, color=INK, lw=thin, solid_joinstyle="round", scalex=False, scaley=False, gid="heads"
        )
        return
    frames = [Rectangle((head - 0.5, row - 0.5), 1, 1) for row, head in zip(rows, tape.heads, strict=True)]
    width = min(1.2, 0.35 * min(cell.width, cell.height) / _POINT)
    axes.add_collection(
        PatchCollection(frames, facecolor="none", edgecolor=INK, lw=width, gid="heads", zorder=3), autolim=False
    )
    if cell.names != "inside":
        return
    for row, head in zip(rows, tape.heads, strict=True):
        shade = ink_on(shades[int(tape.symbols[row, head - tape.first])])
        axes.text(
            head, row, legible(run.states[row], 24), size=cell.letters, color=shade, ha="center", va="center_baseline"
        )


def _name_states(axes: "Axes", run: SpaceTime, tape: TapeTime, cell: _Cell) -> None:
    """The states in a column beside the last tape."""
    right = tape.first + tape.symbols.shape[1] - 0.5
    for row, state in enumerate(run.states):
        axes.annotate(
            legible(state, 24), (right, row), (3, 0), textcoords="offset points", size=cell.letters,
            color=INK, va="center_baseline", annotation_clip=False,
        )  # fmt: skip


def _legend(sheet: Sheet, run: SpaceTime, shades: Sequence[str], *, is_framed: bool) -> None:
    """A swatch and a name for each symbol, then the tape head."""
    size, left, top = 3.0, _LEFT, sheet.bottom + 1
    used = {int(number) for tape in run.tapes for number in np.unique(tape.symbols)}
    shown = [number for number in range(len(run.alphabet)) if number in used][:_SHOWN]
    names = [(shades[number], legible(run.alphabet[number], 24) + " (blank)" * (number == 0)) for number in shown]
    if len(used) > len(shown):
        names.append(("none", f"and {len(used) - len(shown)} more symbols"))
    for shade, name in [*names, ("head" if is_framed else "line", "tape head")]:
        wide = size + 1.5 + width_of(name, 7) + 4
        if left + wide > sheet.width - _RIGHT and left > _LEFT:
            left, top = _LEFT, top + size + 1.5
        if shade != "none":
            _swatch(sheet, left, top, size, shade)
        sheet.word(left + size + 1.5, top, name)
        left += wide
    sheet.bottom = top + size


def _swatch(sheet: Sheet, left: float, top: float, size: float, shade: str) -> None:
    axes = sheet.panel(left, top, size, size)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("white" if shade in ("head", "line") else shade)
    if shade == "line":
        axes.plot([0, 1], [0, 1], color=INK, lw=0.7)
    for spine in axes.spines.values():
        spine.set_linewidth(1.2 if shade == "head" else 0 if shade == "line" else 0.3)
