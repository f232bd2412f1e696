"""Pages: bytes, settings, text."""

import builtins
import io
import threading
import warnings
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.ft2font import FT2Font
from matplotlib.image import imread

from tmformer.errors import ShowError
from tmformer.show.pictures.page import Page, _font, compose, printed, spread, width_of


def draw(sheet):
    sheet.begin()
    sheet.panel(10, 20, 40, 30).set_title("$x_1$")
    sheet.word(5, 60, "_a$b$ <script>")


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_pictures_have_equal_bytes_whatever_the_settings_of_the_user(kind):
    page = Page(kind, ("a caption",))
    first = printed(page, "title", draw)
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "figure.facecolor": "red"}):
        assert printed(page, "title", draw) == first
        assert mpl.rcParams["font.size"] == 30
    assert b"1970" not in first
    assert printed(page, "another title", draw) != first


def test_text_of_an_svg_is_text_as_it_was_given():
    texts = {each.text for each in ET.fromstring(printed(Page("svg", ("of <b>",)), "t $1$ 状", draw)).iter()}  # noqa: S314 - our own
    assert {"$x_1$", "_a$b$ <script>", "of <b>", "t $1$ 状"} <= texts


def test_a_missing_glyph_is_spelt_out_in_a_png_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = printed(Page("png", ("状態 𒀀",), dpi=60), "状", draw)
    picture = imread(io.BytesIO(data))
    assert picture.shape[1] == int(160 / 25.4 * 60)


def test_many_threads_draw_at_once():
    expected, found = printed(Page("svg"), "t", draw), []
    threads = [threading.Thread(target=lambda: found.append(printed(Page("svg"), "t", draw))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [expected] * 4


def test_the_caption_stands_below_the_picture_and_within_the_page():
    figure = compose(Page("png", ("word " * 60, "certified: x")), "title " * 40, draw)
    canvas = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    boxes = {each.get_text(): each.get_window_extent(canvas) for each in figure.texts}
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes.values())
    assert isinstance(figure.axes[0], Axes)
    assert boxes["certified: x"].y1 < figure.axes[0].get_window_extent(canvas).y0
    heights = sorted(box.y0 for box in boxes.values())
    assert len(heights) == len(set(heights))


def test_widths_are_those_of_the_font():
    assert width_of("WWW", 7) > 2 * width_of("iii", 7) > 0
    assert width_of("\u200e", 7) == 0
    assert isinstance(_font(), FT2Font)


def test_names_are_spread():
    assert spread(range(1000), 10) == list(range(0, 1000, 100))
    assert spread([], 3) == []


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    importing = builtins.__import__

    def refuse(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(f"No module named {name!r}")
        return importing(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ShowError) as caught:
        printed(Page("svg"), "t", draw)
    assert "pip install tmformer[pictures]" in caught.value.remedy
