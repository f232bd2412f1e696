"""The picture of the atlas."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.float_format_limits import picture
from tests.show.drawn import ENTRIES
from tmformer.show import draw

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def test_it_is_svg_with_a_mark_for_each_entry():
    text = draw(ENTRIES)
    assert text == draw(ENTRIES)
    root = ET.fromstring(text)  # noqa: S314 - our own text
    titles = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 1 + len(ENTRIES)
    assert any("a <fault>" in title for title in titles)
    assert text.count('class="x"') == 2  # one in the legend
    assert "prefers-color-scheme:dark" in text


def test_more_positions_stand_higher():
    low = draw([ENTRIES[2]])
    assert low.count('class="o"') == 2
    assert "M" in low


def test_the_committed_picture_is_that_of_the_committed_results():
    rows = json.loads((RESULTS / "float_format_limits.json").read_text(encoding="utf-8"))["rows"]
    text = (RESULTS / "float_format_limits.svg").read_text(encoding="utf-8")
    assert text == picture(rows)
    assert len(text) < 100_000
