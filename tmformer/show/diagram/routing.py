"""How the arrows run between states that stand: straight where nothing is in the way, two ways as two bows, loops outwards."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from tmformer.show.diagram.geometry import Box, Curve, Point, direction, on_curve, polar, samples, unit

STEPS = 16
"""The straight pieces that stand for a curve where things are kept apart."""

_BOWS = (0, *(side * bow for bow in (14, 28, 42, 58, 76, 96, 120, 150) for side in (1, -1)))
"""Pixels that the middle of an arrow may be off the straight line."""
_OUTWARDS = (14, 22, 32, 44, 58, 76, 96)
_TWO_WAYS = 0.07  # the same of an arrow with one back, for each pixel of the way, at least
_ANGLES = [2 * math.pi * index / 24 for index in range(24)]
_ENTRY = 30.0  # pixels of the arrow from nowhere
_FAR = 160.0  # pixels from a state's edge beyond which nothing is near


@final
@dataclass(frozen=True)
class Plane:
    """States that stand somewhere.

    Args:
        centres: of all states.
        radius: of each.
    """

    centres: Sequence[Point]
    radius: float

    def clearance(self, points: Iterable[Point], but: Sequence[int]) -> float:
        """The least distance from some points to a state's edge, those in `but` left out."""
        others = [centre for index, centre in enumerate(self.centres) if index not in but]
        return min((abs(point - other) for point in points for other in others), default=1e9) - self.radius


def route(plane: Plane, links: Sequence[tuple[int, int]]) -> list[Curve]:
    """A curve for each pair of different states.

    Args:
        plane: the states.
        links: (from, to) as indices of states.
    """
    known, found = set(links), dict[tuple[int, int], Curve]()
    at: dict[int, list[Curve]] = {}
    for link in sorted(links, key=lambda each: round(abs(plane.centres[each[0]] - plane.centres[each[1]]), 6)):
        one, other = link
        least = _TWO_WAYS * abs(plane.centres[one] - plane.centres[other])
        bows = [max(bow, least) for bow in _OUTWARDS] if (other, one) in known else _BOWS
        found[link] = _best(plane, link, bows, [*at.get(one, ()), *at.get(other, ())])
        for state in link:
            at.setdefault(state, []).append(found[link])
    return [found[link] for link in links]


def _best(plane: Plane, link: tuple[int, int], bows: Sequence[float], beside: Sequence[Curve]) -> Curve:
    """The curve with the least detour; bows are given from the least to the largest."""
    best: tuple[float, Curve] | None = None
    for bow in bows:
        if best is not None and best[0] <= abs(bow):  # which no larger bow betters
            break
        curve = _bowed(plane, *link, bow)
        cost = round(_detour(plane, link, curve, bow, beside), 6)
        if best is None or cost < best[0]:
            best = cost, curve
    return best[1] if best else _bowed(plane, *link, 0)


def _bowed(plane: Plane, one: int, other: int, bow: float) -> Curve:
    """From the edge of one state to that of another, by a parabola whose middle lies `bow` pixels to the left of the way."""
    a, b = plane.centres[one], plane.centres[other]
    control = (a + b) / 2 - 2 * bow * 1j * unit(b - a)
    start, end = a + plane.radius * unit(control - a), b + plane.radius * unit(control - b)
    return start, start + (control - start) * 2 / 3, end + (control - end) * 2 / 3, end


def _detour(plane: Plane, link: tuple[int, int], curve: Curve, bow: float, beside: Sequence[Curve]) -> float:
    """How far it is from straight, how near to states on its way, and to other curves where it begins and ends."""
    clear = plane.clearance(samples(curve, STEPS), link)
    return abs(bow) + 20 * max(0, 14 - clear) + 9 * sum(max(0, 11 - _apart(curve, other)) for other in beside)


def _apart(one: Curve, other: Curve) -> float:
    """The least distance of an end of one curve to an end of another, in pixels."""
    return min(abs(end - its) for end in (one[0], one[3]) for its in (other[0], other[3]))


def enter(plane: Plane, state: int, curves: Sequence[Curve]) -> Curve:
    """The straight arrow from nowhere to the start state, where there is most room, on the left if it can be.

    Args:
        plane: the states.
        state: the number of the start state.
        curves: what is drawn already.
    """
    centre, near = plane.centres[state], _Near(plane, state, curves)
    best: list[tuple[float, Curve]] = []
    for angle in _ANGLES:
        outer, inner = centre + polar(plane.radius + _ENTRY, angle), centre + polar(plane.radius, angle)
        curve = outer, outer + (inner - outer) / 3, outer + (inner - outer) * 2 / 3, inner
        cost = near.crowding(angle, [outer, (inner + outer) / 2]) + 6 * (1 + math.cos(angle))
        best.append((round(cost, 6), curve))
    return min(best, key=lambda pair: pair[0])[1]


def loop(plane: Plane, state: int, size: tuple[float, float], curves: Sequence[Curve], boxes: Sequence[Box]) -> Curve:
    """A loop at a state, where there is room for it and for its label.

    Args:
        plane: the states.
        state: its number.
        size: width and height of its label, in pixels.
        curves: what is drawn already.
        boxes: where labels of other loops stand.
    """
    centre, near = plane.centres[state], _Near(plane, state, curves)
    outwards = centre - sum(plane.centres) / len(plane.centres)
    best: list[tuple[float, Curve]] = []
    for angle in _ANGLES:
        curve = _loop(plane, centre, angle)
        box = beyond(curve, size)
        corners = [complex(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        cost = near.crowding(angle, [*samples(curve, 6)[1:-1], box.centre, *corners])
        cost += 6 * near.crowded_ends(curve)
        cost += 60 * sum(box.grown(3).overlaps(other) for other in boxes)
        cost += 30 * any(box.distance(line) == 0 for line in near.lines)
        cost += 3 * abs(math.cos(angle)) + 3 * abs(math.sin(2 * angle))
        cost -= 6 * (polar(1, angle).conjugate() * unit(outwards)).real if abs(outwards) > 1 else 0
        best.append((round(cost, 6), curve))
    return min(best, key=lambda pair: pair[0])[1]


def beyond(curve: Curve, size: tuple[float, float]) -> Box:
    """The box of a loop's label, beyond its far end."""
    apex, out = on_curve(curve, 0.5), direction(curve, 0.5) * -1j
    if ((apex - curve[0]).conjugate() * out).real < 0:
        out = -out
    reach = abs(out.real) * size[0] / 2 + abs(out.imag) * size[1] / 2 + 4
    return Box.around(apex + reach * out, *size)


def _loop(plane: Plane, centre: Point, angle: float) -> Curve:
    half = math.asin(min(0.9, 9 / plane.radius))
    far = plane.radius + 34
    start, end = centre + polar(plane.radius, angle - half), centre + polar(plane.radius, angle + half)
    spread = math.asin(min(0.9, 19 / far))
    return start, centre + polar(far, angle - spread), centre + polar(far, angle + spread), end


@final
class _Near:
    """What is near a state: where curves end at it, and points of all curves."""

    def __init__(self, plane: Plane, state: int, curves: Sequence[Curve]) -> None:
        self._plane, self._state, self._centre = plane, state, plane.centres[state]
        ends = [end for curve in curves for end in (curve[0], curve[3])]
        self._ends = [end for end in ends if abs(abs(end - self._centre) - plane.radius) < 1e-6]
        points = [point for curve in curves for point in samples(curve, STEPS)]
        self.lines = [point for point in points if abs(point - self._centre) < plane.radius + _FAR]

    def crowding(self, angle: float, points: Sequence[Point]) -> float:
        """How close something at this angle comes to where curves end, to other states and to curves."""
        out = polar(1, angle)
        nearest = max(((unit(end - self._centre).conjugate() * out).real for end in self._ends), default=-1)
        room = min((abs(point - line) for point in points for line in self.lines), default=1e9)
        clear = self._plane.clearance(points, [self._state])
        return 40 * max(0, nearest - 0.55) + 3 * max(0, 10 - clear) + 3 * max(0, 12 - room)

    def crowded_ends(self, curve: Curve) -> float:
        """By how many pixels the ends of a loop are closer than 12 to where other curves end."""
        return sum(max(0, 12 - min(abs(end - curve[0]), abs(end - curve[3]))) for end in self._ends)
