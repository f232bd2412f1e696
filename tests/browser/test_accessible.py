"""Without a mouse, and without eyes: names of controls, headings, the way of the focus, and what is read aloud."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.browser.looking import SECTIONS, wait
from tests.browser.runs import beaver, evaluated, many_states, parentheses, two_tapes, until
from tests.show.explorer.pages import hostile
from tmformer.verify import Recording

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

RUNS: dict[str, Callable[[], Recording]] = {
    "cellular": parentheses,
    "wei_ma": lambda: parentheses("wei_ma"),
    "two tapes": two_tapes,
    "hostile": hostile,
    "10,000 states": many_states,
}

NAMELESS = """
const name = (element) =>
  element.getAttribute("aria-label") ||
  (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("") ||
  [...(element.labels ?? [])].map((label) => label.textContent).join("") ||
  (element.matches("input, select, canvas") ? "" : element.textContent) ||
  element.title;
return [...document.querySelectorAll("button, a, input, select, summary, canvas:not([aria-hidden]), dialog, [role=region], [role=group], [role=img], nav, section")]
  .filter((element) => !name(element).trim())
  .map((element) => element.outerHTML.slice(0, 120));
"""


def seen(opened: Opened, name: str) -> Any:
    page = opened(RUNS[name]())
    evaluated(page, "cursor.goTo(1);")
    for section in SECTIONS:
        wait(page, section)
    return page


@pytest.mark.parametrize("name", RUNS)
def test_everything_that_can_be_used_has_a_name(opened: Opened, name: str):
    page = seen(opened, name)
    assert evaluated(page, NAMELESS) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", RUNS)
def test_headings_make_an_outline(opened: Opened, name: str):
    page = seen(opened, name)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].filter((each) => !each.closest('dialog')).map((each) => Number(each.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert levels.count(2) == len(SECTIONS)
    assert all(following <= level + 1 for level, following in pairwise(levels))
    for section in SECTIONS:
        assert page.get_attribute(f"#{section}", "aria-labelledby") == f"{section}-title"
        assert page.locator(f"#{section}-title").count() == 1


def test_pictures_say_what_they_are(opened: Opened):
    page = seen(opened, "cellular")
    canvases = page.locator("canvas:not([aria-hidden])")
    assert canvases.count() == 3
    for canvas in canvases.all():
        assert canvas.get_attribute("role") == "img"
        assert len(canvas.get_attribute("aria-label") or "") > 20
        assert canvas.get_attribute("tabindex") == "0"
    evaluated(page, "cursor.goTo(7);")
    until(page, "document.querySelector('.cell-arrows')?.getAttribute('aria-label')")


def test_the_machine_step_is_read_aloud_but_not_while_the_run_plays(opened: Opened):
    recording = parentheses()
    page = opened(recording)
    line = page.locator("#controls .now")
    assert line.get_attribute("role") == "status"
    for step in (0, 5, recording.steps):
        evaluated(page, "cursor.goTo(argument);", step)
        now = recording.configurations[step]
        words = line.inner_text().replace("\u2212", "-")
        assert words.startswith(f"Step {step}: state {now.state}, tape head at cell {now.tapes[0].head}, reads ")
    evaluated(page, "cursor.goTo(0);")
    assert line.get_attribute("aria-live") == "polite"
    page.keyboard.press(" ")
    assert line.get_attribute("aria-live") == "off"
    page.keyboard.press(" ")
    assert line.get_attribute("aria-live") == "polite"


TABBABLE = """
return [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility({ visibilityProperty: true }) && !element.closest("dialog"))
  .map((element, number) => { element.dataset.tabbed = number; return number; });
"""


@pytest.mark.parametrize("name", ["cellular", "wei_ma"])
def test_the_tab_key_reaches_everything_and_the_focus_can_be_seen(opened: Opened, name: str):
    page = seen(opened, name)
    page.evaluate("scrollTo(0, 0)")
    wanted = set(evaluated(page, TABBABLE))
    reached, unseen = set[int](), list[str]()
    page.evaluate("document.activeElement.blur()")
    for _ in range(2 * len(wanted) + 10):
        page.keyboard.press("Tab")
        number, outlined, markup = evaluated(
            page,
            """const element = document.activeElement;
            const style = getComputedStyle(element);
            return [Number(element.dataset.tabbed ?? -1), style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none", element.outerHTML.slice(0, 90)];""",
        )
        if number >= 0:
            reached.add(number)
            if not outlined:
                unseen.append(markup)
        if reached == wanted:
            break
    missed = [
        evaluated(page, "return document.querySelector(`[data-tabbed='${argument}']`)?.outerHTML.slice(0, 90);", each)
        for each in wanted - reached
    ]
    assert missed == []
    assert unseen == []


def test_a_reader_who_wants_no_motion_gets_none(opened: Opened):
    page = opened(beaver("cellular"), reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((each) => Number.parseFloat(getComputedStyle(each).transitionDuration) > 0.01).length"
    )
    assert moving == 0
