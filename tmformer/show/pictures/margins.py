"""Margins over depth: for each attention head by how much the row that answers wins, beside what is certified."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, final

import numpy as np

from tmformer.show.pictures.lettering import legible
from tmformer.show.pictures.page import Page, Sheet, printed
from tmformer.show.pictures.palette import BLUE, INK, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT, _GAP = 34.0, 5.0, 17.0  # millimetres
_HIGHEST, _LOWEST, _ALL = 20.0, 9.0, 190.0  # millimetres of one strip, and of all


@final
@dataclass(frozen=True)
class Strip:
    """One attention head over depth.

    Args:
        name: of the attention head.
        depths: blocks, or decoding steps.
        margins: at each depth the least measured difference of the winner's score to the best other; NaN where there is none.
        certified: the margin of the certificate.
        leaks: at each depth the most attention weight that any row gave to rows that hold something else than those that answer.
        leak: the leak of the certificate; None where none is certified.
        most_leak: what (keys - 1) rivals weigh at most at the least margin, 2**-c each; None in the saturated regime.
    """

    name: str
    depths: tuple[int, ...]
    margins: tuple[float, ...]
    certified: int | None
    leaks: tuple[float, ...] = ()
    leak: Fraction | None = None
    most_leak: Fraction | None = None


def margins_picture(page: Page, title: str, strips: Sequence[Strip], depth: str) -> bytes:
    """The picture as the bytes of a file.

    Args:
        page: what it is printed on.
        title: what it shows.
        strips: one an attention head.
        depth: what depth is: "block" or "decoding step".

    Raises:
        ShowError: if matplotlib is not installed.
    """
    return printed(page, title, lambda sheet: draw_margins(sheet, strips, depth))


def draw_margins(sheet: Sheet, strips: Sequence[Strip], depth: str) -> None:
    """Draw it on a page.

    Args:
        sheet: the page.
        strips: one an attention head.
        depth: what depth is.
    """
    sheet.begin()
    leaks = any(strip.leak is not None for strip in strips)
    columns = 2 if leaks else 1
    width = (sheet.width - _LEFT - _RIGHT - _GAP * (columns - 1)) / columns
    height = min(_HIGHEST, max(_LOWEST, _ALL / len(strips)))
    top = sheet.bottom + (14 if leaks else 11)
    highest = max([1.0, *(number for strip in strips for number in _finite(strip))])
    least = min((number for strip in strips for number in _positive(strip)), default=0.5)
    for index, strip in enumerate(strips):
        panels = [sheet.panel(_LEFT + place * (width + _GAP), top, width, height - 2.5) for place in range(columns)]
        _margins(panels[0], strip, highest)
        for axes, draw in zip(panels[1:], (_leaks,), strict=False):
            draw(axes, strip, least)
        for axes in panels:
            _across(axes, strip, depth, is_last=index == len(strips) - 1)
        if index == 0:
            for axes, name in zip(panels, ("margin, in units of score", "attention weight that leaks"), strict=False):
                axes.set_title(name, loc="left")
            _legends(panels)
        panels[0].set_ylabel(legible(strip.name, 22), rotation=0, ha="right", va="center", labelpad=7)
        top += height
    sheet.bottom += 8


def _finite(strip: Strip) -> list[float]:
    return [number for number in (*strip.margins, strip.certified or 0) if not math.isnan(number)]


def _positive(strip: Strip) -> list[float]:
    bounds = [float(bound) for bound in (strip.leak, strip.most_leak) if bound is not None]
    return [number for number in (*strip.leaks, *bounds) if number > 0]


def _margins(axes: "Axes", strip: Strip, highest: float) -> None:
    from matplotlib.ticker import MaxNLocator

    _line(axes, strip.depths, strip.margins, "measured: winner's score less the best other's")
    if strip.certified is not None:
        axes.axhline(strip.certified, color=VERMILION, lw=1, ls=(0, (4, 2)), label="certified", gid="certified")
    axes.set_ylim(0, highest * 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _leaks(axes: "Axes", strip: Strip, least: float) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    axes.set_yscale("log", base=2)
    leaks = [leak if leak > 0 else math.nan for leak in strip.leaks]
    _line(axes, strip.depths, leaks, "measured: weight of other values")
    if strip.leak:
        axes.axhline(float(strip.leak), color=VERMILION, lw=1, ls=(0, (4, 2)), label="certified", gid="leak")
    if strip.most_leak:
        bound = float(strip.most_leak)
        axes.axhline(bound, color=INK, lw=0.7, ls=":", label="(keys - 1) / 2^c", gid="bound")
    axes.set_ylim(least / 4, 2)
    axes.yaxis.set_major_locator(LogLocator(2, numticks=4))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    name: Callable[[float, int | None], str] = lambda value, _: f"2^{round(math.log2(value))}"  # noqa: E731
    axes.yaxis.set_major_formatter(FuncFormatter(name))


def _line(axes: "Axes", depths: Sequence[int], numbers: Sequence[float], name: str) -> None:
    """The measured numbers: dots where there is room for them."""
    dots = "o" if len(depths) <= 80 else ""
    axes.plot(depths, np.array(numbers, float), color=BLUE, lw=0.8, marker=dots, ms=2, label=name, gid="measured")


def _across(axes: "Axes", strip: Strip, depth: str, *, is_last: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    first, last = min(strip.depths, default=0), max(strip.depths, default=1)
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.tick_params(labelbottom=is_last)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if is_last:
        axes.set_xlabel(depth)


def _legends(panels: "Sequence[Axes]") -> None:
    for axes in panels:
        marks, names = axes.get_legend_handles_labels()
        axes.legend(
            marks, names, loc="lower left", bbox_to_anchor=(0, 1.28), ncols=1, fontsize=6, borderpad=0, borderaxespad=0
        )
