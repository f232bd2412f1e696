"""Margins over depth."""

import math
from fractions import Fraction

from tmformer.show.pictures import Page, Strip, margins_picture
from tmformer.show.pictures.margins import draw_margins
from tmformer.show.pictures.page import compose

SATURATED = Strip("from_$left$", (0, 1, 2), (1.0, math.nan, 3.0), 1)
GRADED = Strip("fetch", (0, 1, 2), (1.0, 2.0, 3.0), 1, (0.25, 0.0, 2.0**-40), Fraction(1, 4), Fraction(1, 2))


def figure_of(strips):
    return compose(Page("svg"), "t", lambda sheet: draw_margins(sheet, strips, "block"))


def line(axes, name):
    (found,) = [each for each in axes.lines if each.get_gid() == name]
    return [None if math.isnan(number) else float(number) for number in found.get_ydata()]


def test_what_is_measured_stands_beside_what_is_certified():
    (axes,) = figure_of([SATURATED]).axes
    assert line(axes, "measured") == [1, None, 3]
    assert line(axes, "certified") == [1, 1]
    assert axes.get_ylabel() == "from_$left$"


def test_leaks_are_drawn_on_a_logarithmic_axis_with_their_bounds():
    margins, leaks = figure_of([GRADED]).axes
    assert line(margins, "measured") == [1, 2, 3]
    assert leaks.get_yscale() == "log"
    assert line(leaks, "measured") == [0.25, None, 2.0**-40]
    assert (line(leaks, "leak")[0], line(leaks, "bound")[0]) == (0.25, 0.5)
    low, high = leaks.get_ylim()
    assert low < 2.0**-40 < 1 < high
    assert all(text.get_text().startswith("2^") for text in leaks.get_yticklabels())


def test_many_strips_and_none_of_any_depth():
    data = margins_picture(Page("svg"), "t", [SATURATED] * 30, "block")
    assert data == margins_picture(Page("svg"), "t", [SATURATED] * 30, "block")
    assert margins_picture(Page("svg"), "t", [Strip("a", (), (), None)], "block").startswith(b"<?xml")
