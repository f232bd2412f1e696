"""The committed pictures: they are there, are no larger than said, and the views that they show have what is said of them."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import outside, overlaps
from tests.browser.screenshots import FOLDER, SHOTS, options, shown

pytestmark = pytest.mark.browser

MOST = 90_000  # bytes of a picture
MOST_TOGETHER = 800_000

CONTENT = {
    "tape": ".tile.here",
    "space-time": "canvas[role=img]",
    "diagram": ".state.now",
    "table": ".rule.next",
    "attention": ".sentence",
    "registers": "table.registers",
    "weights": ".heat canvas[aria-label^='W_in']",
}


def test_each_view_has_its_picture():
    pictures = {path.stem: path.read_bytes() for path in FOLDER.glob("*.png")}
    assert set(pictures) == set(SHOTS)
    assert {shot.section for shot in SHOTS.values()} == set(CONTENT)
    for name, data in pictures.items():
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert 300 < width <= SHOTS[name].width
        assert height > 100
        assert len(data) <= MOST, name
    assert sum(map(len, pictures.values())) <= MOST_TOGETHER


@pytest.mark.parametrize("name", SHOTS)
def test_a_view_is_as_its_picture_says(opened: Callable[..., Any], name: str):
    """What is lit is lit, the winner is the recorded one, and no text is over another."""
    shot = SHOTS[name]
    page = opened(shot.run(), **options(shot))
    view = shown(page, shot)
    assert view.locator(CONTENT[shot.section]).count() >= 1
    assert page.evaluate("document.documentElement.dataset.theme") == shot.theme
    assert page.evaluate("tmformer.cursor.step") == shot.step
    if shot.section == "attention":
        assert view.locator(".recorded").inner_text().startswith("✓ agrees")
        assert view.locator(".cell-arrows .head-arrow, .search li.fetch").count() >= 1
    assert overlaps(page, shot.section) == []
    assert outside(page, shot.section) == []
