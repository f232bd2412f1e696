"""A chart that was written as SVG, printed as PNG: the same marks at the same places, in its colours for light backgrounds.

So a chart has one home. What is read here is what `show.frame` and the charts write, and nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, final
from xml.etree import ElementTree as ET

from tmformer.show.pictures.lettering import legible
from tmformer.show.pictures.page import Page, Sheet, printed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINT = 25.4 / 72
_RULE = re.compile(r"\.([a-z]\d?)\{([^}]*)\}")
_MOVE = re.compile(r"[MLHVmlhv]|-?\d+(?:\.\d+)?")
_PLACED = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)(?: rotate\((-?[\d.]+)\))?")

Styles = Mapping[str, Mapping[str, str]]


@final
class _Place(NamedTuple):
    """Where a group stands, how it is turned, and its colour."""

    x: float = 0.0
    y: float = 0.0
    turned: float = 0.0
    colour: str = "#555"


def reprinted(page: Page, chart: str) -> bytes:
    """The chart as the bytes of a PNG file.

    Args:
        page: what it is printed on; the caption stands in the chart.
        chart: SVG, as `show.draw` and `show.draw_rates` write it.

    Raises:
        ShowError: if matplotlib is not installed.
    """
    return printed(page, "", lambda sheet: draw_chart(sheet, chart))


def draw_chart(sheet: Sheet, chart: str) -> None:
    """Draw it on a page.

    Args:
        sheet: the page.
        chart: SVG of ours.
    """
    root = ET.fromstring(chart)  # noqa: S314 - our own text, never a file of the user's
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    scale = sheet.width / width  # millimetres of a pixel
    axes = sheet.panel(0, 0, sheet.width, height * scale)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    styles = _styles(chart)
    for element, place in _elements(root, _Place(), styles):
        _draw(axes, element, place, styles, scale / _POINT)


def _styles(chart: str) -> Styles:
    """The properties of each class, for light backgrounds."""
    rules = chart.partition("<style>")[2].partition("@media")[0]
    return {
        name: dict(part.split(":", 1) for part in body.split(";") if ":" in part) for name, body in _RULE.findall(rules)
    }


def _elements(parent: ET.Element, place: _Place, styles: Styles) -> Iterator[tuple[ET.Element, _Place]]:
    for element in parent:
        if element.tag.endswith("}g"):
            yield from _elements(element, _moved(element, place, styles), styles)
        else:
            yield element, _moved(element, place, styles)


def _moved(element: ET.Element, place: _Place, styles: Styles) -> _Place:
    found = _PLACED.match(element.get("transform", ""))
    colour = styles.get(element.get("class", ""), {}).get("color", place.colour)
    if found is None:
        return place._replace(colour=colour)
    return _Place(place.x + float(found[1]), place.y + float(found[2]), float(found[3] or 0), colour)


def _draw(axes: "Axes", element: ET.Element, place: _Place, styles: Styles, points: float) -> None:
    """One mark; `points` are those of a pixel."""
    classes = element.get("class", "").split()
    style = {name: value for each in classes for name, value in styles.get(each, {}).items()}
    paint = {name: place.colour if value == "currentColor" else value for name, value in style.items()}
    width = float(paint.get("stroke-width", 1)) * points
    match element.tag.rpartition("}")[2]:
        case "text":
            _write(axes, element, place, paint, points)
        case "path":
            for xs, ys in _lines(element.get("d", ""), place):
                axes.plot(xs, ys, color=paint["stroke"], lw=width, solid_capstyle="butt", clip_on=False)
        case "circle":
            from matplotlib.patches import Circle

            centre = (place.x + float(element.attrib["cx"]), place.y + float(element.attrib["cy"]))
            face, edge = paint.get("fill", "none"), paint.get("stroke", "none")
            radius = float(element.attrib["r"])
            axes.add_patch(Circle(centre, radius, facecolor=face, edgecolor=edge, lw=width, zorder=3, clip_on=False))
        case _:
            pass  # a title, a style, the background


def _write(axes: "Axes", element: ET.Element, place: _Place, paint: Mapping[str, str], points: float) -> None:
    anchor = {"end": "right", "middle": "center"}.get(paint.get("text-anchor", ""), "left")
    axes.text(
        place.x + float(element.get("x", 0)),
        place.y + float(element.get("y", 0)),
        legible(element.text or "", 200),
        size=12 * points,
        color=paint.get("fill", "#333"),
        ha=anchor,
        va="baseline",
        rotation=-place.turned,
        rotation_mode="anchor",
        clip_on=False,
    )


def _lines(path: str, place: _Place) -> Iterator[tuple[list[float], list[float]]]:
    """The lines of a path: those between two moves."""
    words = iter(_MOVE.findall(path))
    x = y = 0.0
    xs, ys = list[float](), list[float]()
    command = "M"
    for word in words:
        if word.isalpha():
            command = word
            continue
        number = float(word)
        dx, dy = (x, y) if command.islower() else (0.0, 0.0)
        kind = command.upper()
        if kind == "V":
            y = dy + number
        elif kind == "H":
            x = dx + number
        else:
            x, y = dx + number, dy + float(next(words))
        if kind == "M" and xs:
            yield xs, ys
            xs, ys = [], []
        xs, ys = [*xs, place.x + x], [*ys, place.y + y]
    yield xs, ys
