"""A state diagram as SVG: the same bytes for the same machine, in the reader's light or dark colours."""

from html import escape

from tmformer.show.diagram.geometry import Curve, Point, direction
from tmformer.show.diagram.layout import COLUMN, LINE, Diagram, DrawnArrow, DrawnState
from tmformer.show.diagram.names import columns
from tmformer.show.frame import picture

INNER = 4.0
"""Pixels between the two circles of a halting state."""

# Symbols stand in the order in which they are read, whichever way their script runs: `bidi-override`.
_FONT = (
    "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;text-anchor:middle;direction:ltr;unicode-bidi:bidi-override"
)
_STYLE = f"""
.s{{font:13px {_FONT};fill:#111}}.y{{font:12px {_FONT};fill:#111}}
.r{{fill:none;stroke:currentColor;stroke-width:1.5}}.a{{fill:none;stroke:#444;stroke-width:1.3}}.h{{fill:#444}}.k{{color:#222}}
@media (prefers-color-scheme:dark){{.s{{fill:#e6e6e6}}.y{{fill:#e6e6e6}}.a{{stroke:#b4b4b4}}.h{{fill:#b4b4b4}}.k{{color:#ddd}}}}
"""
_COLOURS = {"working": "k", "halting": "k", "accepting": "c2", "rejecting": "c3"}
_SIGNS = {"accepting": "m-4.5 -2l3 3.5l6 -6.5", "rejecting": "m-3.5 -5l7 7m0 -7l-7 7"}
"""A tick and a cross, so that accepting and rejecting states differ without colour."""


def as_svg(diagram: Diagram) -> str:
    """The diagram as an SVG file.

    Args:
        diagram: of `lay_out`.
    """
    parts = [
        f'<path class="a" d="{_path(diagram.entry)}"/>{_tip(diagram.entry)}',
        *(_line(diagram, each) for each in diagram.arrows),
        *(_circle(number, state, diagram.radius) for number, state in enumerate(diagram.states)),
        *(_label(each) for each in diagram.arrows),
    ]
    return picture(
        diagram.width, diagram.height, f"State diagram of {diagram.name}", parts, style=_STYLE, is_sized=True
    )


def _line(diagram: Diagram, drawn: DrawnArrow) -> str:
    ends = " to ".join(diagram.states[index].title for index in (drawn.source, drawn.target))
    title = f"<title>{escape(ends)}</title>"
    return (
        f'<g class="arrow" {_between(drawn)}>{title}<path class="a" d="{_path(drawn.curve)}"/>{_tip(drawn.curve)}</g>'
    )


def _between(drawn: DrawnArrow) -> str:
    """Which arrow it is, for whoever lights it."""
    return f'data-arrow="{drawn.source}-{drawn.target}"'


def _path(curve: Curve) -> str:
    """The curve, up to the middle of its tip."""
    start, one, two, end = curve
    back = direction(curve, 1) * 4
    return f"M{_at(start)}C{_at(one)} {_at(two - back)} {_at(end - back)}"


def _tip(curve: Curve) -> str:
    end, along = curve[3], direction(curve, 1)
    back, side = end - 8.5 * along, 3.2j * along
    return f'<path class="h" d="M{_at(end)}L{_at(back + side)}L{_at(end - 6.5 * along)}L{_at(back - side)}Z"/>'


def _at(point: Point) -> str:
    return f"{point.real:.1f} {point.imag:.1f}"


def _circle(number: int, state: DrawnState, radius: float) -> str:
    x, y = state.centre.real, state.centre.imag
    circle = f'<circle class="r" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    if state.kind != "working":
        circle += f'<circle class="r" cx="{x:.1f}" cy="{y:.1f}" r="{radius - INNER:.1f}"/>'
    if state.kind in _SIGNS:
        circle += f'<path class="r" d="M{x:.1f} {y + 11:.1f}{_SIGNS[state.kind]}"/>'
    title = f"{state.title}, {state.kind}" if state.kind != "working" else state.title
    text = _text("s", state.name, state.centre + (-1j if state.kind in _SIGNS else 4.5j), 13 / 12)
    return f'<g class="state {_COLOURS[state.kind]}" data-state="{number}"><title>{escape(title)}</title>{circle}{text}</g>'


def _label(drawn: DrawnArrow) -> str:
    box = drawn.box
    width, height = box.right - box.left, box.bottom - box.top
    rect = f'<rect class="b" x="{box.left:.1f}" y="{box.top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3"/>'
    top = box.centre.imag - LINE * len(drawn.arrow.lines) / 2
    texts = "".join(
        _text("y", line, complex(box.centre.real, top + LINE * index + 11.5))
        for index, line in enumerate(drawn.arrow.lines)
    )
    return f'<g class="label" {_between(drawn)}><title>{escape(drawn.arrow.title)}</title>{rect}{texts}</g>'


def _text(kind: str, text: str, at: Point, size: float = 1.0) -> str:
    """A line of text around a point, exactly as wide as the layout takes it to be, whatever the font."""
    width = columns(text) * COLUMN * size
    place = f'x="{at.real:.1f}" y="{at.imag:.1f}" textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text class="{kind}" {place}>{escape(text)}</text>'
