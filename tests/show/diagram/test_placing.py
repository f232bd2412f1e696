"""Where states stand."""

import pytest

from tmformer.show.diagram.placing import place as places


def place(count: int, links: list[tuple[int, int]], start: int, ends: tuple[int, ...] = ()) -> list[complex]:
    """The best of them."""
    found = places(count, links, start, ends)
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    return found[0][1]


def crossings(points: list[complex], links: list[tuple[int, int]]) -> int:
    def turn(a: int, b: int, c: int) -> bool:
        return ((points[b] - points[a]).conjugate() * (points[c] - points[a])).imag > 0

    return sum(
        turn(a, b, c) != turn(a, b, d) and turn(c, d, a) != turn(c, d, b)
        for index, (a, b) in enumerate(links)
        for c, d in links[:index]
        if len({a, b, c, d}) == 4
    )


@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_each_state_has_a_place_of_its_own_the_same_each_time(count: int):
    links = [(index, (index * 3 + 1) % count) for index in range(count) if index != (index * 3 + 1) % count]
    points = place(count, links, 0)
    assert len({(round(point.real, 6), round(point.imag, 6)) for point in points}) == count
    assert min([abs(one - other) for one in points for other in points if one != other], default=1) > 0.9
    assert points == place(count, links, 0)


def test_a_ring_is_drawn_without_crossings_and_with_short_arrows():
    links = [(index, (index + 1) % 8) for index in range(8)]
    points = place(8, links, 0)
    assert crossings(points, links) == 0
    assert max(abs(points[one] - points[other]) for one, other in links) < 2


def test_the_start_is_on_the_left_and_the_end_on_the_right():
    points = place(4, [(0, 1), (1, 2), (2, 3)], 0, (3,))
    assert points[0].real == min(point.real for point in points)
    assert points[3].real == max(point.real for point in points)


def test_no_state_stands_in_the_way_of_an_arrow_in_a_triangle():
    one, other, third = place(3, [(0, 1), (1, 2), (0, 2)], 0)
    assert 0 < abs(one - other) <= 1  # on neighbouring cells of the lattice: all others are further apart
    assert abs((other - one).conjugate() * (third - one)) > 0.5
