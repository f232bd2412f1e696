"""Text can be read: none is written over another one or cut off, wide or narrow, light or dark."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import SECTIONS, outside, overlaps, pale, wait
from tests.browser.runs import beaver, evaluated, many_symbols, parentheses, two_tapes, universal
from tests.show.explorer.pages import hostile, recorded
from tmformer.verify import Recording

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

RUNS: dict[str, Callable[[], Recording]] = {
    "cellular": parentheses,
    "wei_ma": lambda: parentheses("wei_ma"),
    "universal": universal,
    "two tapes": two_tapes,
    "hostile": hostile,
    "300 symbols": many_symbols,
    "2,000 steps": lambda: beaver("cellular"),
    "2,000 steps by wei_ma": lambda: beaver("wei_ma"),
    "graded": lambda: recorded("bb3", "", "cellular", "graded"),
}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", RUNS)
def test_no_text_is_written_over_another_or_cut_off(opened: Opened, name: str, width: int):
    recording = RUNS[name]()
    page = opened(recording, viewport={"width": width, "height": 1400})
    for step in sorted({0, recording.steps // 2, recording.steps}):
        evaluated(page, "cursor.goTo(argument);", step)
        for section in SECTIONS:
            assert overlaps(page, section) == [], (section, step)
            assert outside(page, section) == [], (section, step)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["cellular", "wei_ma", "hostile", "two tapes"])
def test_all_text_stands_out_from_what_is_behind_it(opened: Opened, name: str, theme: str):
    """At WCAG's level AA, from the colours that the browser computed."""
    recording = RUNS[name]()
    page = opened(recording, color_scheme=theme)
    for step in (0, recording.steps):
        evaluated(page, "cursor.goTo(argument);", step)
        for section in SECTIONS:
            wait(page, section)
        assert pale(page) == []
