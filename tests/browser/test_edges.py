"""Pages of unusual runs: none fails, all their views say something, and every machine step is shown as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import SECTIONS, wait
from tests.browser.runs import evaluated, graded, many_symbols, no_step, of_weights, one_cell, two_tapes, universal
from tmformer.verify import Recording

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

RUNS: dict[str, Callable[[], Recording]] = {
    "no machine step": no_step,
    "one cell": one_cell,
    "two tapes": two_tapes,
    "weights without their machine": of_weights,
    "universal": universal,
    "graded wei_ma": lambda: graded("wei_ma"),
    "300 symbols": many_symbols,
}


@pytest.mark.parametrize("name", RUNS)
def test_every_step_of_an_unusual_run_is_shown(opened: Opened, name: str):
    recording = RUNS[name]()
    page = opened(recording)
    for step, now in enumerate(recording.configurations[:8]):
        evaluated(page, "cursor.goTo(argument);", step)
        for section in SECTIONS:
            wait(page, section)
            assert len(page.inner_text(f"#{section}")) > len(page.inner_text(f"#{section} h2"))
        words = page.inner_text("#controls .now").replace("\u2212", "-")
        assert words.startswith(f"Step {step}: state {now.state}, tape head")
        heads = page.locator("#tape .tile.here")
        assert heads.count() == len(now.tapes)
        for tape, tile in zip(now.tapes, heads.all(), strict=True):
            assert tile.locator(".number").inner_text().replace("\u2212", "-") == str(tape.head)
            assert tile.locator(".symbol").inner_text() == tape.read(tape.head)


@pytest.mark.parametrize("name", RUNS)
def test_every_key_is_harmless_in_an_unusual_run(opened: Opened, name: str):
    recording = RUNS[name]()
    page = opened(recording)
    for key in ("ArrowLeft", "End", "ArrowRight", "Home", "Shift+ArrowRight", "+", "-", "f", "?", "Escape", "End", " "):
        page.keyboard.press(key)
    evaluated(page, "cursor.goTo(argument);", recording.steps)
    assert 0 <= evaluated(page, "return cursor.step;") <= recording.steps


def test_a_run_of_no_step_has_ended(opened: Opened):
    page = opened(no_step())
    assert page.inner_text("#controls .now").endswith("The machine halts.")
    assert "no block was computed" in page.inner_text("#attention")
    for name in ("One machine step forward", "Play", "To the end"):
        page.get_by_role("button", name=name, exact=True).click()
        assert evaluated(page, "return cursor.step;") == 0
