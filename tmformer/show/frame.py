"""The frame of a chart, as SVG: scales, grid, legend, colours for light and dark backgrounds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import final

COLOURS = ("c0", "c1", "c2", "c3")
"""Classes of colour, one a construction."""

_MARGIN, _LINE = 16, 17  # pixels of a caption

_STYLE = """
.t{font:12px system-ui,sans-serif;fill:#333}.e{text-anchor:end}.m{text-anchor:middle}
.g{stroke:#ccc;stroke-width:1;fill:none}.l{fill:none;stroke:currentColor;stroke-width:1.6}
.o{fill:none;stroke:currentColor;stroke-width:1.6}.f{fill:currentColor}
.x{fill:none;stroke:currentColor;stroke-width:2.2}.b{fill:#fff}
.c0{color:#0b62c4}.c1{color:#c2410c}.c2{color:#15803d}.c3{color:#9d174d}.n{color:#555}
@media (prefers-color-scheme:dark){.t{fill:#ddd}.g{stroke:#3d444d}.b{fill:#0d1117}
.c0{color:#6cb2ff}.c1{color:#ff9a62}.c2{color:#5fd38a}.c3{color:#ff7ab8}.n{color:#aaa}}
"""


@final
@dataclass(frozen=True)
class Frame:
    """Where a chart stands, in pixels.

    Args:
        left: its left edge.
        top: its upper edge.
        width: its width.
        height: its height.
        low: the number at the lower edge.
        high: the number at the upper edge.
    """

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def x(self, place: float) -> float:
        """The pixel of a place between 0 and 1."""
        return self.left + self.width * place

    def y(self, number: float) -> float:
        """The pixel of a number."""
        return self.bottom - self.height * (number - self.low) / (self.high - self.low)

    def grid(self, numbers: Iterable[float], name: Callable[[float], str]) -> Iterator[str]:
        """A line and a name for each number."""
        for number in numbers:
            y = self.y(number)
            yield f'<path class="g" d="M{self.left:.1f} {y:.1f}H{self.left + self.width:.1f}"/>'
            yield f'<text class="t e" x="{self.left - 8:.1f}" y="{y + 4:.1f}">{escape(name(number))}</text>'


_MARKS = {
    "dot": '<circle class="f" cx="0" cy="0" r="4.6"/>',
    "cross": '<path class="x" d="M-4 -4l8 8m0-8l-8 8"/>',
    "proved": '<circle class="f" cx="0" cy="0" r="2.6"/>',
    "seen": '<circle class="o" cx="0" cy="0" r="4.6"/>',
    "halves": '<path class="l" d="M-4 0h8"/>',
}


def legend(left: float, y: float, names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Names side by side, each behind its mark; coloured ones first, as many as have a colour of their own."""
    x, colours = left + 6, iter(COLOURS)
    for name, mark in names:
        colour = next(colours, "n") if mark in ("dot", "cross") else "n"
        yield f'<g class="{colour}" transform="translate({x:.1f} {y:.1f})">{_MARKS[mark]}</g>'
        yield f'<text class="t" x="{x + 10:.1f}" y="{y + 4:.1f}">{escape(name)}</text>'
        x += 32 + 6.6 * len(name)


def picture(
    width: int,
    height: int,
    title: str,
    parts: Iterable[str],
    *,
    style: str = "",
    is_sized: bool = False,
    caption: Sequence[str] = (),
) -> str:
    """The whole file; the same parts give the same bytes.

    Args:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        title: what it shows.
        parts: its elements.
        style: more of CSS than charts need.
        is_sized: whether it is shown in this size, and not as wide as the page.
        caption: what stands below it, each in as many lines as it needs.
    """
    lines = [line for text in caption for line in wrap(text, width // 7)]
    said = [
        f'<text class="t" x="{_MARGIN}" y="{height + 16 + _LINE * number}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    height += 12 + _LINE * len(lines) if lines else 0
    body = "\n".join([*parts, *said])
    size = f' width="{width}" height="{height}"' if is_sized else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{size} viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{escape(title)}</title><style>{_STYLE}{style.lstrip()}</style>\n"
        f'<rect class="b" width="{width}" height="{height}"/>\n{body}\n</svg>\n'
    )
