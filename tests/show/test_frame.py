"""Scales, grid and legend."""

from tmformer.show.frame import Frame, legend, picture


def test_scales():
    frame = Frame(10, 20, 100, 200, 0, 20)
    assert (frame.x(0), frame.x(1)) == (10, 110)
    assert (frame.y(0), frame.y(20)) == (frame.bottom, 20) == (220, 20)


def test_a_grid_has_a_line_and_a_name_for_each_number():
    parts = list(Frame(0, 0, 1, 1, 0, 2).grid([0, 2], lambda number: f"<{number:g}>"))
    assert len(parts) == 4
    assert "&lt;2&gt;" in parts[-1]


def test_a_legend_gives_colours_to_constructions_only():
    text = "".join(legend(0, 0, [("one", "dot"), ("two", "cross"), ("proved", "proved")]))
    assert [f'class="{name}"' in text for name in ("c0", "c1", "c2", "n")] == [True, True, False, True]


def test_a_picture_is_one_file():
    assert picture(4, 3, "a & b", ["<path/>"]).startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"')
    assert "a &amp; b" in picture(4, 3, "a & b", [])


def test_a_picture_may_have_a_size_and_a_style_of_its_own():
    text = picture(4, 3, "a", [], style=".z{fill:red}", is_sized=True)
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3" viewBox="0 0 4 3"')
    assert ".z{fill:red}</style>" in text
