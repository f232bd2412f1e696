"""The picture of speed."""

import json
import re
from itertools import pairwise
from pathlib import Path

from benchmarks.speed_against_steps import picture
from tmformer.show import Rates, draw_rates

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
TWO = (
    Rates("one & all", 0, is_open=False, points=((1000, 10.0), (10**5, 10.0))),
    Rates("other", None, is_open=True, points=((1000, 11.0), (10**4, 9.9), (10**5, 10.0))),
)


def test_a_mark_for_each_point_and_a_name_for_each_line():
    text = draw_rates("title", TWO)
    assert text.count('class="l"') == 2
    assert (text.count('class="o"'), text.count('class="f"')) == (3, 2 + 2)
    assert "one &amp; all" in text
    assert text == draw_rates("title", TWO)


def test_names_stand_apart():
    text = draw_rates("title", [Rates(str(number), None, False, ((10, 50.0),)) for number in range(8)])
    names = sorted(float(y) for y in re.findall(r'<text class="t" x="798.0" y="([0-9.]+)">\d<', text))
    assert len(names) == 8
    assert all(after - before >= 15 for before, after in pairwise(names))


def test_a_constant_rate_is_a_level_line():
    path = re.findall(r'class="l" d="M[0-9.]+ ([0-9.]+)L[0-9.]+ ([0-9.]+)"', draw_rates("title", TWO[:1]))
    assert path[0][0] == path[0][1]


def test_the_committed_picture_is_that_of_the_committed_results():
    rows = json.loads((RESULTS / "speed_against_steps.json").read_text(encoding="utf-8"))["rows"]
    assert (RESULTS / "speed_against_steps.svg").read_text(encoding="utf-8") == picture(rows)
