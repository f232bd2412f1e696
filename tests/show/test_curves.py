"""The picture of sharpness."""

import json
from pathlib import Path

from benchmarks.sharpness_against_positions import picture
from tmformer.show import Curve, draw_sharpness
from tmformer.verify import Sharpness

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def test_a_mark_for_what_is_proved_and_for_what_is_seen():
    points = ((4, Sharpness(5, 5, 4)), (2**20, Sharpness(9, None, 8)))
    text = draw_sharpness([Curve("cellular", "float32", points)])
    assert text.count('class="o"') == 2 + 1
    assert text.count('class="f"') == 1 + 2
    assert text == draw_sharpness([Curve("cellular", "float32", points)])


def test_the_committed_picture_is_that_of_the_committed_results():
    rows = json.loads((RESULTS / "sharpness_against_positions.json").read_text(encoding="utf-8"))["rows"]
    assert (RESULTS / "sharpness_against_positions.svg").read_text(encoding="utf-8") == picture(rows)
