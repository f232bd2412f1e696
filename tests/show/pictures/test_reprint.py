"""Charts that were written as SVG, as PNG."""

import io
from pathlib import Path

import pytest
from matplotlib.image import imread
from matplotlib.patches import Circle

from tests.show.drawn import ENTRIES
from tmformer.show import Rates, draw, draw_rates
from tmformer.show.pictures import Page, reprinted
from tmformer.show.pictures.page import compose
from tmformer.show.pictures.reprint import draw_chart

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results"


def axes_of(chart):
    figure = compose(Page("png", width=100), "", lambda sheet: draw_chart(sheet, chart))
    return figure.axes[0]


@pytest.mark.parametrize(
    "chart",
    [
        draw(ENTRIES, ["a caption of the atlas"]),
        draw_rates("t", [Rates("a_$b$", 0, is_open=True, points=((10, 3.0), (100, 4.0)))], ["a caption"]),
        (RESULTS / "float_format_limits.svg").read_text(encoding="utf-8"),
        (RESULTS / "speed_against_steps.svg").read_text(encoding="utf-8"),
    ],
)
def test_every_mark_and_every_word_is_there(chart):
    axes = axes_of(chart)
    assert len([each for each in axes.patches if isinstance(each, Circle)]) == chart.count("<circle")
    assert len(axes.texts) == chart.count("<text")
    moves = sum(path.partition('"')[0].lower().count("m") for path in chart.split(' d="')[1:])
    assert len(axes.lines) == moves


def test_marks_have_the_places_and_the_colours_of_the_chart():
    axes = axes_of(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><style>.c1{color:#c2410c}.f{fill:currentColor}'
        ".l{stroke:currentColor}.t{fill:#333}.e{text-anchor:end}\n@media x{.c1{color:#fff}}</style>"
        '<g class="c1" transform="translate(10 20)"><circle class="f" cx="1" cy="2" r="3"/><path class="l" d="M1 2l3 4V9h-2"/></g>'
        '<text class="t e" transform="translate(5 6) rotate(-42)">$x$</text></svg>'
    )
    (circle,), (line,), (text,) = axes.patches, axes.lines, axes.texts
    assert (circle.center, circle.radius) == ((11, 22), 3)
    assert circle.get_facecolor()[:3] == pytest.approx((0xC2 / 255, 0x41 / 255, 0x0C / 255))
    assert [*zip(line.get_xdata(), line.get_ydata(), strict=True)] == [(11, 22), (14, 26), (14, 29), (12, 29)]
    assert (text.get_position(), text.get_rotation(), text.get_ha(), text.get_text()) == ((5, 6), 42, "right", "$x$")


def test_it_is_a_png():
    picture = imread(io.BytesIO(reprinted(Page("png", width=100, dpi=127), draw(ENTRIES))))
    assert picture.shape[:2] == (275, 500)
