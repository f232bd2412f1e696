"""2,000 machine steps: small enough to send, and quick enough to play."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.runs import beaver, evaluated, page_of

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

MOST_BYTES = 5_000_000
READY = 5.0  # seconds from the start of loading, on a loaded machine
STEPS = 100
STEPPING = 10.0  # seconds for so many machine steps, each painted in full

WALK = """
const section = document.getElementById(argument.view);
section?.scrollIntoView();
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
for (let settle = 0; settle < 20; settle += 1) await frame();
const begun = performance.now();
for (let at = 0; at < argument.steps; at += 1) {
  cursor.goTo(cursor.step + 1);
  await frame();
}
const seconds = (performance.now() - begun) / 1000;
return { seconds, elements: document.querySelectorAll("*").length, step: cursor.step };
"""


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_the_file_is_under_5_mb(construction: str):
    assert len(page_of(beaver(construction)).encode()) < MOST_BYTES


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_it_is_ready_within_its_time(opened: Opened, construction: str):
    page = opened(beaver(construction))
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000")
    assert 0 < ready < READY


@pytest.mark.parametrize("view", ["tape", "attention", "registers", "weights"])
@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_a_hundred_steps_are_quick_wherever_one_looks(opened: Opened, construction: str, view: str):
    """From the middle of the run, with each view in sight; and nothing is left behind in the page by 80 more."""
    page = opened(beaver(construction))
    evaluated(page, "cursor.goTo(1000);")
    first = evaluated(page, WALK, {"view": view, "steps": STEPS})
    assert first["step"] == 1000 + STEPS
    assert first["seconds"] < STEPPING
    elements = [evaluated(page, WALK, {"view": view, "steps": 20})["elements"] for _ in range(4)]
    assert max(elements) < 1.5 * first["elements"]
    assert max(elements[2:]) <= max(elements[:2]) * 1.1 + 40


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
def test_few_elements_show_many_steps(opened: Opened, construction: str):
    """What is drawn does not grow with the run: as many elements at the end as at the start, and not one for each step."""
    page = opened(beaver(construction))
    counts = [
        evaluated(page, "cursor.goTo(argument); return document.querySelectorAll('*').length;", at)
        for at in (0, 1000, 2000)
    ]
    assert max(counts) < 2000
    assert max(counts) - min(counts) < 200


def test_a_jump_to_the_end_and_back_shows_what_was_there(opened: Opened):
    """Far jumps, in any order, on the tape as in the run."""
    recording = beaver("cellular")
    page = opened(recording)
    for step in (2000, 3, 1999, 255, 256, 257, 1024, 0, 1777):
        evaluated(page, "cursor.goTo(argument);", step)
        found = evaluated(page, "return [...run.tape(0, cursor.step)];")
        now = recording.configurations[step]
        tape = now.tapes[0]
        assert dict(map(tuple, found)) == {
            tape.first + place: symbol for place, symbol in enumerate(tape.symbols) if symbol != now.blank
        }
        here = page.locator("#tape .tile.here")
        assert here.locator(".symbol").inner_text() == tape.read(tape.head)
        assert here.locator(".number").inner_text().replace("\u2212", "-") == str(tape.head)
