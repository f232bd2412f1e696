"""The layout of a diagram: where each state, arrow and label stands; wide enough that nothing overlaps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

from tmformer.errors import ShowError
from tmformer.machine import Machine
from tmformer.show.diagram.arrows import Arrow, arrows_of
from tmformer.show.diagram.geometry import Box, Curve, Point, bounds, moved, samples
from tmformer.show.diagram.labelling import label
from tmformer.show.diagram.names import STATE_COLUMNS, columns, shown_names, visible
from tmformer.show.diagram.placing import place
from tmformer.show.diagram.routing import STEPS, Plane, beyond, enter, loop, route

MOST_STATES = 60
MOST_TRANSITIONS = 300
COLUMN, LINE = 7.25, 15.0
"""Pixels of a column and of a line of a label, in a monospace font of 12 pixels."""

_MARGIN = 14.0
_STEP = 70.0  # pixels between two states that are neighbours
_WIDER = 1.25
_FINER = (
    (1.08, 1.16, 1.24, 1.34),
    (0.82, 0.87, 0.92, 0.96, 1.05, 1.1),
)  # what is tried around the first width that fits
_MANY = 100  # arrows, beyond which it is left at that
_PLACE = 0.25  # what a cell of a longer way costs, against the same
_WIDTH = 9.0  # what it costs to be as wide again as at first, against what speaks against a label
_CROSSING_AT = 4.0  # times the first width, from where on a label may stand on a line


@final
@dataclass(frozen=True)
class DrawnState:
    """A state in the picture.

    Args:
        name: what is shown of its name.
        title: its name in full.
        centre: of its circle.
        kind: working, halting, accepting or rejecting.
    """

    name: str
    title: str
    centre: Point
    kind: str


@final
@dataclass(frozen=True)
class DrawnArrow:
    """An arrow in the picture.

    Args:
        arrow: what it says.
        source: the number of the state that it leaves, from 0.
        target: the number of the state that it leads to.
        curve: from the edge of one state to the edge of another.
        box: around its label.
    """

    arrow: Arrow
    source: int
    target: int
    curve: Curve
    box: Box


@final
@dataclass(frozen=True)
class Diagram:
    """A state diagram that is laid out, in pixels.

    Args:
        name: of the machine.
        width: of the picture.
        height: of the picture.
        radius: of every state.
        states: in the machine's order.
        entry: the arrow from nowhere to the start state.
        arrows: one for each ordered pair of states between which there are transitions.
    """

    name: str
    width: int
    height: int
    radius: float
    states: tuple[DrawnState, ...]
    entry: Curve
    arrows: tuple[DrawnArrow, ...]


@final
@dataclass(frozen=True)
class _Fit:
    """States, arrows and labels at one width; the cost grows with the width, and with what speaks against the labels."""

    cost: float
    centres: Sequence[Point]
    entry: Curve
    curves: Sequence[Curve]
    boxes: Sequence[Box]


def lay_out(machine: Machine) -> Diagram:
    """The diagram of a machine: labels overlap neither each other nor a state, and stand on no line where that can be had.

    Args:
        machine: of at most 60 states and 300 transitions.

    Raises:
        ShowError: if it has more.
    """
    for kind, count, most in (
        ("states", len(machine.states), MOST_STATES),
        ("transitions", len(machine.transitions), MOST_TRANSITIONS),
    ):
        if count > most:
            raise ShowError(
                f"A state diagram that can be read has at most {most} {kind}",
                found=f"{count:,} {kind}",
                where=machine.name,
                remedy="Draw a smaller machine; `tmformer run` takes this one as it is.",
            )
    names = shown_names(machine.states, STATE_COLUMNS)
    arrows = arrows_of(machine)
    radius = max(19.0, 4 + max(columns(name) for name in names.values()) * COLUMN / 2 + 5)
    fit = _fitted(machine, arrows, radius)
    return _framed(machine, names, radius, fit, list(zip(arrows, fit.curves, fit.boxes, strict=True)))


def _fitted(machine: Machine, arrows: Sequence[Arrow], radius: float) -> _Fit:
    """Everything as close together as labels let it."""
    index = {state: number for number, state in enumerate(machine.states)}
    pairs = [(index[arrow.source], index[arrow.target]) for arrow in arrows]
    links = [pair for pair in pairs if pair[0] != pair[1]]
    places = place(len(index), links, index[machine.start], [index[state] for state in machine.halting])
    sizes = [label_size(arrow) for arrow in arrows]

    def fit(place: tuple[float, Sequence[Point]], wider: float) -> _Fit | None:
        step = (2 * radius + _STEP) * wider
        plane = Plane([cell * step for cell in place[1]], radius)
        entry, curves = _curves(plane, pairs, sizes, index[machine.start])
        drawn = list(zip(curves, sizes, strict=True))
        labels = label(plane, drawn, [*curves, entry], may_cross=wider > _CROSSING_AT)
        if labels is None:
            return None
        cost = labels[0] + _WIDTH * wider + _PLACE * place[0]
        return _Fit(round(cost, 6), plane.centres, entry, curves, labels[1])

    found = [_best(partial(fit, place)) for place in places]
    return min(found, key=lambda each: each.cost)


def _best(fit: Callable[[float], _Fit | None]) -> _Fit:
    """The best of some widths from about the least at which everything fits."""
    wide, found = 1.0, fit(1.0)
    while found is None:
        wide *= _WIDER
        found = fit(wide)
    factors = _FINER[wide > 1] if len(found.curves) <= _MANY else ()
    return min([found, *(other for factor in factors if (other := fit(wide * factor)))], key=lambda each: each.cost)


def _curves(
    plane: Plane, pairs: Sequence[tuple[int, int]], sizes: Sequence[tuple[float, float]], start: int
) -> tuple[Curve, list[Curve]]:
    """The entry, and the curve of each arrow; loops last, as they go where there is room."""
    links = [pair for pair in pairs if pair[0] != pair[1]]
    found = dict(zip(links, route(plane, links), strict=True))
    entry = enter(plane, start, list(found.values()))
    drawn, boxes = [*found.values(), entry], list[Box]()
    for pair, size in zip(pairs, sizes, strict=True):
        if pair[0] == pair[1]:
            found[pair] = loop(plane, pair[0], size, drawn, boxes)
            drawn.append(found[pair])
            boxes.append(beyond(found[pair], size))
    return entry, [found[pair] for pair in pairs]


def label_size(arrow: Arrow) -> tuple[float, float]:
    """Width and height of a label, in pixels."""
    return max(map(columns, arrow.lines)) * COLUMN + 4, len(arrow.lines) * LINE + 2


def _framed(
    machine: Machine,
    names: dict[str, str],
    radius: float,
    fit: _Fit,
    arrows: Sequence[tuple[Arrow, Curve, Box]],
) -> Diagram:
    """All of it moved so that it begins at 0, in a frame around it."""
    corners = [complex(x, y) for _, _, box in arrows for x, y in ((box.left, box.top), (box.right, box.bottom))]
    corners += [centre + side * complex(radius, radius) for centre in fit.centres for side in (-1, 1)]
    whole = bounds([*corners, *(point for _, curve, _ in arrows for point in samples(curve, STEPS)), fit.entry[0]])
    number = {state: index for index, state in enumerate(machine.states)}
    by = complex(_MARGIN - whole.left, _MARGIN - whole.top)
    return Diagram(
        name=visible(machine.name),
        width=round(whole.right - whole.left + 2 * _MARGIN + 0.5),
        height=round(whole.bottom - whole.top + 2 * _MARGIN + 0.5),
        radius=radius,
        states=tuple(
            DrawnState(names[state], visible(state), centre + by, _kind(machine, state))
            for state, centre in zip(machine.states, fit.centres, strict=True)
        ),
        entry=moved(fit.entry, by),
        arrows=tuple(
            DrawnArrow(arrow, number[arrow.source], number[arrow.target], moved(curve, by), box.moved(by))
            for arrow, curve, box in arrows
        ),
    )


def _kind(machine: Machine, state: str) -> str:
    kinds = (("accepting", machine.accepting), ("rejecting", machine.rejecting), ("halting", machine.halting))
    return next((kind for kind, states in kinds if state in states), "working")
