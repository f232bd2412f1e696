"""The sharpness of the graded regime as a picture: c against positions, compiled, proved and seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from tmformer.show.frame import COLOURS, Frame, legend, picture

if TYPE_CHECKING:
    from tmformer.verify import Sharpness

_WIDTH, _HEIGHT, _PANEL = 1000, 360, 470


@final
@dataclass(frozen=True)
class Curve:
    """The sharpness of one construction in one format.

    Args:
        construction: its name.
        format: of all numbers.
        points: for each number of positions, a power of two, what was found.
    """

    construction: str
    format: str
    points: tuple[tuple[int, "Sharpness"], ...]


def draw_sharpness(curves: Sequence[Curve]) -> str:
    """An SVG picture: a filled mark is the least c proved, an open one the least c seen; one panel a format.

    Args:
        curves: what `verify.sharpness` found.
    """
    formats = list(dict.fromkeys(curve.format for curve in curves))
    names = list(dict.fromkeys(curve.construction for curve in curves))
    numbers = [point for curve in curves for _, found in curve.points for point in (found.compiled, found.proved or 0)]
    high = max(numbers, default=1) + 1
    parts: list[str] = []
    for index, name in enumerate(formats):
        frame = Frame(62 + index * _PANEL, 66, _PANEL - 60, _HEIGHT - 66 - 46, 0, high)
        parts += frame.grid(range(0, high + 1, 4), lambda c: f"{c:g}")
        middle = frame.left + frame.width / 2
        parts.append(f'<text class="t m" x="{middle:.1f}" y="{frame.top - 10:.1f}">c in {name}</text>')
        for power in range(2, 21, 2):
            x = frame.x(_place(1 << power))
            parts.append(f'<text class="t m" x="{x:.1f}" y="{frame.bottom + 18:.1f}">2^{power}</text>')
        for curve in (curve for curve in curves if curve.format == name):
            parts += _marks(frame, COLOURS[names.index(curve.construction) % len(COLOURS)], curve)
    shown = [*((name, "dot") for name in names), ("least proved", "proved"), ("least seen", "seen")]
    parts += legend(62, 22, shown)
    return picture(_WIDTH, _HEIGHT, "How sharp attention has to be, against positions: proved and seen", parts)


def _place(positions: int) -> float:
    return (positions.bit_length() - 2.5) / 19


def _marks(frame: Frame, colour: str, curve: Curve) -> list[str]:
    parts: list[str] = []
    for positions, found in curve.points:
        x = frame.x(_place(positions))
        if found.seen is not None:
            parts.append(
                f'<g class="{colour}"><circle class="o" cx="{x:.1f}" cy="{frame.y(found.seen):.1f}" r="4.6"/></g>'
            )
        if found.proved is not None:
            y = frame.y(found.proved)
            parts.append(f'<g class="{colour}"><circle class="f" cx="{x:.1f}" cy="{y:.1f}" r="2.6"/></g>')
    return parts
