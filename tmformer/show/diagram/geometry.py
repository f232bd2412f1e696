"""Points, boxes and curves in the plane. A point is a complex number: x to the right, y downwards, in pixels."""

import cmath
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, final

Point: TypeAlias = complex
Curve: TypeAlias = tuple[Point, Point, Point, Point]
"""A cubic curve: start, two control points, end."""


@final
@dataclass(frozen=True)
class Box:
    """A rectangle with upright sides.

    Args:
        left: its smallest x.
        top: its smallest y.
        right: its largest x.
        bottom: its largest y.
    """

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, centre: Point, width: float, height: float) -> "Box":
        """The box of this size around a point."""
        return cls(centre.real - width / 2, centre.imag - height / 2, centre.real + width / 2, centre.imag + height / 2)

    @property
    def centre(self) -> Point:
        """Its middle."""
        return complex((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def grown(self, by: float) -> "Box":
        """The box with each side moved outwards."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, by: Point) -> "Box":
        """The box elsewhere."""
        return Box(self.left + by.real, self.top + by.imag, self.right + by.real, self.bottom + by.imag)

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def distance(self, point: Point) -> float:
        """From a point to the box: 0 inside."""
        dx = max(self.left - point.real, point.real - self.right, 0)
        dy = max(self.top - point.imag, point.imag - self.bottom, 0)
        return abs(complex(dx, dy))

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Whether the line from start to end meets the box."""
        low, high, along = 0.0, 1.0, end - start
        for at, step, least, most in (
            (start.real, along.real, self.left, self.right),
            (start.imag, along.imag, self.top, self.bottom),
        ):
            if step == 0:
                if not least <= at <= most:
                    return False
                continue
            first, last = sorted(((least - at) / step, (most - at) / step))
            low, high = max(low, first), min(high, last)
        return low <= high


def moved(curve: Curve, by: Point) -> Curve:
    """The curve elsewhere."""
    start, one, two, end = curve
    return start + by, one + by, two + by, end + by


def on_curve(curve: Curve, t: float) -> Point:
    """The point of a curve at t, from 0 at its start to 1 at its end."""
    (a, b, c, d), s = curve, 1 - t
    return a * s**3 + 3 * b * s * s * t + 3 * c * s * t * t + d * t**3


def direction(curve: Curve, t: float) -> Point:
    """The direction of a curve at t, of length 1."""
    (a, b, c, d), s = curve, 1 - t
    return unit((b - a) * s * s + 2 * (c - b) * s * t + (d - c) * t * t)


def unit(vector: Point) -> Point:
    """The vector with length 1; to the right where it has no length."""
    return vector / abs(vector) if abs(vector) > 1e-9 else 1 + 0j


def polar(radius: float, angle: float) -> Point:
    """The point at this distance and angle, in radians, from 0."""
    return cmath.rect(radius, angle)


def samples(curve: Curve, count: int) -> list[Point]:
    """Points of a curve at equal steps, its ends included; `count` steps."""
    return [on_curve(curve, index / count) for index in range(count + 1)]


def bounds(points: Iterable[Point]) -> Box:
    """The smallest box that holds all points."""
    known = list(points)
    xs, ys = [point.real for point in known], [point.imag for point in known]
    return Box(min(xs), min(ys), max(xs), max(ys))
