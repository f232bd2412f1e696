"""Points, boxes and curves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.show.diagram.geometry import Box, bounds, direction, moved, on_curve, polar, samples, unit

COORDINATES = st.integers(-20, 20)
POINTS = st.builds(complex, COORDINATES, COORDINATES)
UNIT = Box(0, 0, 10, 4)


@given(POINTS, POINTS)
def test_a_line_meets_a_box_if_one_of_its_points_does(start: complex, end: complex):
    points = [start + (end - start) * index / 400 for index in range(401)]
    if any(UNIT.distance(point) == 0 for point in points):
        assert UNIT.grown(1e-9).is_crossed(start, end)
    if UNIT.is_crossed(start, end):
        assert min(UNIT.distance(point) for point in points) < 0.1


@given(POINTS, POINTS)
def test_boxes_overlap_if_they_share_a_point_inside(one: complex, other: complex):
    shared = any(
        first.distance(complex(x + 0.5, y + 0.5)) == 0 == second.distance(complex(x + 0.5, y + 0.5))
        for first, second in [(UNIT.moved(one), UNIT.moved(other))]
        for x in range(-25, 35)
        for y in range(-25, 30)
    )
    assert UNIT.moved(one).overlaps(UNIT.moved(other)) == shared


def test_a_box():
    assert Box.around(5 + 2j, 10, 4) == UNIT
    assert (UNIT.centre, UNIT.grown(1)) == (5 + 2j, Box(-1, -1, 11, 5))
    assert (UNIT.distance(13 + 8j), UNIT.distance(3 + 3j)) == (5, 0)


def test_a_curve():
    curve = 0j, 0 + 10j, 10 + 10j, 10 + 0j
    assert (on_curve(curve, 0), on_curve(curve, 0.5), on_curve(curve, 1)) == (0j, 5 + 7.5j, 10 + 0j)
    assert [direction(curve, t) for t in (0, 0.5, 1)] == [1j, 1, -1j]
    assert len(samples(curve, 4)) == 5
    assert moved(curve, 1j)[0] == 1j
    assert bounds(curve) == Box(0, 0, 10, 10)


def test_directions():
    assert unit(0j) == 1
    assert polar(2, math.pi / 2) == pytest.approx(2j)
