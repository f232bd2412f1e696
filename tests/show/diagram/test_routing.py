"""How arrows run."""

from itertools import pairwise

import pytest

from tmformer.show.diagram.geometry import Box, on_curve, samples
from tmformer.show.diagram.routing import Plane, beyond, enter, loop, route

PLANE = Plane([0j, 200 + 0j, 400 + 0j], 20)


def test_an_arrow_is_straight_where_nothing_is_in_the_way():
    (curve,) = route(PLANE, [(0, 1)])
    assert (curve[0], curve[3]) == (20 + 0j, 180 + 0j)
    assert {point.imag for point in samples(curve, 8)} == {0}


def test_an_arrow_goes_around_a_state():
    (curve,) = route(PLANE, [(0, 2)])
    assert PLANE.clearance(samples(curve, 20), (0, 2)) >= 12
    assert PLANE.clearance([200 + 0j], ()) == -20


def test_two_ways_are_two_bows():
    there, back = route(PLANE, [(0, 1), (1, 0)])
    assert on_curve(there, 0.5).imag * on_curve(back, 0.5).imag < 0


def test_two_arrows_do_not_end_in_one_place():
    curves = route(Plane([0j, 100 + 0j, 200 + 0j, 300 + 0j], 20), [(0, 3), (1, 3), (2, 3)])
    ends = [curve[3] for curve in curves]
    assert min(abs(one - other) for index, one in enumerate(ends) for other in ends[:index]) > 5


def test_the_entry_comes_from_the_left_unless_something_is_there():
    assert enter(PLANE, 0, [])[3] == pytest.approx(-20)
    assert enter(PLANE, 1, route(PLANE, [(0, 1)]))[3].real > 180


def test_a_loop_goes_outwards_and_its_label_is_beyond_it():
    triangle = Plane([0j, 200 + 0j, 100 + 160j], 20)
    curves = route(triangle, [(0, 1), (1, 2), (2, 0)])
    curve = loop(triangle, 2, (40, 17), curves, [])
    assert abs(curve[0] - triangle.centres[2]) == pytest.approx(20)
    assert on_curve(curve, 0.5).imag > 190
    box = beyond(curve, (40, 17))
    assert not any(box.is_crossed(a, b) for a, b in pairwise(samples(curve, 16)))


def test_a_loop_keeps_away_from_the_label_of_another():
    alone = Plane([0j], 20)
    first = beyond(loop(alone, 0, (40, 17), [], []), (40, 17))
    second = beyond(loop(alone, 0, (40, 17), [], [first]), (40, 17))
    assert isinstance(first, Box)
    assert not first.overlaps(second)
