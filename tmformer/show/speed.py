"""Speed as a picture: machine steps a second against machine steps of a run, both by powers of ten."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import final

from tmformer.show.frame import COLOURS, Frame, picture

_WIDTH, _HEIGHT, _NAMES = 1000, 460, 230
_APART = 15  # pixels between two names


@final
@dataclass(frozen=True)
class Rates:
    """How fast one thing was.

    Args:
        name: what it was.
        colour: the number of its colour; None for grey.
        is_open: whether its marks are rings.
        points: machine steps of a run, and machine steps a second.
    """

    name: str
    colour: int | None
    is_open: bool
    points: tuple[tuple[int, float], ...]


_SHOWN = ("cellular retrieval", "wei_ma retrieval", "wei_ma radix 8 retrieval", "cellular dense", "wei_ma dense")
_COLOURS = {name: number for number, name in enumerate(("cellular", "wei_ma", "wei_ma radix 8"))}


def as_rates(measured: Iterable[tuple[str, int, float]]) -> list[Rates]:
    """The lines of the picture: networks have colours, and are open where they run dense; all else is grey.

    Args:
        measured: what ran, machine steps of a run, and machine steps a second.
    """
    points: dict[str, list[tuple[int, float]]] = {}
    for name, steps, rate in measured:
        if "plain block" not in name:
            points.setdefault(name, []).append((steps, rate))
    return [
        Rates(
            name,
            _COLOURS[name.rpartition(" ")[0]] if name in _SHOWN else None,
            name.endswith("dense"),
            tuple(each),
        )
        for name, each in points.items()
    ]


def draw_rates(title: str, rates: Sequence[Rates], caption: Sequence[str] = ()) -> str:
    """An SVG picture: a line for each, named at its right end.

    Args:
        title: what it shows.
        rates: one point each at least.
        caption: what stands below it.
    """
    across = [math.log10(steps) for each in rates for steps, _ in each.points]
    up = [math.log10(rate) for each in rates for _, rate in each.points]
    left, right, low, high = (
        round_(end) for round_, end in zip((math.floor, math.ceil) * 2, _ends(across, up), strict=True)
    )
    right = max(right, left + 1)
    frame = Frame(66, 40, _WIDTH - 66 - _NAMES, _HEIGHT - 40 - 46, low, max(high, low + 1))
    parts = [f'<text class="t" x="{frame.left:.1f}" y="{frame.top - 14:.1f}">machine steps/s</text>']
    parts += frame.grid(range(low, max(high, low + 1) + 1), lambda power: f"10^{power:g}")
    for power in range(left, right + 1):
        x = frame.x((power - left) / (right - left))
        parts.append(f'<text class="t m" x="{x:.1f}" y="{frame.bottom + 18:.1f}">10^{power}</text>')
    middle = frame.left + frame.width / 2
    parts.append(f'<text class="t m" x="{middle:.1f}" y="{frame.bottom + 38:.1f}">machine steps of the run</text>')
    names: list[tuple[float, float, Rates]] = []
    for each in rates:
        places = [
            (frame.x((math.log10(steps) - left) / (right - left)), frame.y(math.log10(rate)))
            for steps, rate in each.points
        ]
        parts += _line(each, places)
        names.append((places[-1][1], places[-1][0], each))
    return picture(_WIDTH, _HEIGHT, title, [*parts, *_named(names, frame)], caption=caption)


def _ends(across: Sequence[float], up: Sequence[float]) -> tuple[float, float, float, float]:
    return min(across), max(across), min(up), max(up)


def _colour(rates: Rates) -> str:
    return "n" if rates.colour is None else COLOURS[rates.colour]


def _line(rates: Rates, places: Sequence[tuple[float, float]]) -> list[str]:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = "".join(
        f'<circle class="{"o" if rates.is_open else "f"}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>' for x, y in places
    )
    return [f'<g class="{_colour(rates)}"><path class="l" d="M{path}"/>{marks}</g>']


def _named(names: Sequence[tuple[float, float, Rates]], frame: Frame) -> list[str]:
    """The names from top to bottom, no two on each other, each with a thread to its line."""
    parts: list[str] = []
    lowest = frame.top - _APART
    for at, end, rates in sorted(names, key=lambda each: each[0]):
        y = lowest = max(at, lowest + _APART)
        x = frame.left + frame.width + 20
        parts.append(f'<path class="g" d="M{end + 5:.1f} {at:.1f}L{x - 4:.1f} {y:.1f}"/>')
        parts.append(f'<g class="{_colour(rates)}"><circle class="f" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/></g>')
        parts.append(f'<text class="t" x="{x + 8:.1f}" y="{y + 4:.1f}">{escape(rates.name)}</text>')
    return parts
