"""Where labels stand."""

from tmformer.show.diagram.labelling import label
from tmformer.show.diagram.routing import Plane, route

PLANE = Plane([0j, 120 + 0j], 20)
(LINE,) = route(PLANE, [(0, 1)])


def test_a_label_stands_beside_its_line():
    found = label(PLANE, [(LINE, (40, 17))], [LINE], may_cross=False)
    assert found is not None
    (box,) = found[1]
    assert 0 < box.distance(60 + 0j) < 8


def test_where_there_is_no_room_there_is_none():
    assert label(PLANE, [(LINE, (200, 170))], [LINE], may_cross=False) is None
    lines = [LINE, *((LINE[0] + y * 1j, LINE[1] + y * 1j, LINE[2] + y * 1j, LINE[3] + y * 1j) for y in (-12, 12))]
    assert label(PLANE, [(LINE, (40, 17))], lines, may_cross=False) is None
    found = label(PLANE, [(LINE, (40, 17))], lines, may_cross=True)
    assert found is not None
    assert found[0] >= 50


def test_two_labels_stand_apart():
    found = label(PLANE, [(LINE, (40, 17)), (LINE, (40, 17))], [LINE], may_cross=True)
    assert found is not None
    one, other = found[1]
    assert not one.overlaps(other)
    assert label(PLANE, [(LINE, (70, 17))] * 5, [LINE], may_cross=True) is None
