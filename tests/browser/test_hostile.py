"""Whatever stands in a machine file, its page is a page of text: nothing of it runs, and all of it can be found."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import SECTIONS, wait
from tests.browser.planting import planted
from tests.browser.runs import LONG, evaluated, many_states, settled
from tests.show.explorer.pages import HOSTILE, hostile

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]
Visited = tuple[Callable[..., Any], list[str]]

NAMES = [*HOSTILE.states, *HOSTILE.symbols]


def whole(page: Any) -> None:
    """Go through the whole run, with each view in sight."""
    for step in range(hostile().steps + 1):
        evaluated(page, "cursor.goTo(argument);", step)
        for section in SECTIONS:
            wait(page, section)


def test_names_are_shown_letter_by_letter_and_nothing_of_them_runs(opened: Opened):
    page = opened(hostile())
    elements = "[...new Set([...document.querySelectorAll('*')].map((each) => each.tagName.toLowerCase()))].sort()"
    whole(page)
    assert not {"img", "iframe", "object", "embed", "b1", "form", "base"} & set(page.evaluate(elements))
    assert page.locator("script").count() == 3
    assert (
        page.evaluate(
            "[...document.querySelectorAll('*')].flatMap((each) => [...each.attributes]).filter((each) => each.name.startsWith('on')).length"
        )
        == 0
    )
    shown = set(page.evaluate("[...document.querySelectorAll('#table bdi')].map((each) => each.textContent)"))
    assert {name for name in NAMES if name.strip()} <= shown | {HOSTILE.name}
    assert page.inner_text("h1").startswith(HOSTILE.name)
    assert page.evaluate("document.title") == f"{HOSTILE.name} by cellular"


def test_marks_of_direction_do_not_leave_their_name(opened: Opened):
    page = opened(hostile())
    whole(page)
    loose = page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!/[\\u202a-\\u202e]/.test(walker.currentNode.textContent) || element.closest("script, title, option")) continue;
            if (getComputedStyle(element).unicodeBidi !== "isolate") found.push(element.outerHTML.slice(0, 200));
          }
          return found;
        }"""
    )
    assert loose == []


def test_a_name_of_500_letters_makes_nothing_wide(opened: Opened):
    page = opened(hostile(), viewport={"width": 390, "height": 844})
    whole(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_if_text_were_markup_the_policy_would_stop_it(visited: Visited):
    """Planted: elements take their text as markup. The policy keeps it from running; the page, told so, says it on the console."""
    show, said = visited
    page = show(hostile(), as_markup)
    whole(page)
    assert any("Content Security Policy" in each for each in said)
    assert not [each for each in said if each.startswith("dialog")]


def test_without_the_policy_that_would_run(visited: Visited):
    """Planted: markup, and no policy. What must never be there is there, and is seen."""
    show, said = visited
    page = show(
        hostile(), lambda text: re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", as_markup(text))
    )
    page.evaluate("scrollTo(0, 0)")
    whole(page)
    assert any(each.startswith(("dialog", "asked")) for each in said)


def as_markup(text: str) -> str:
    """The page with a text that becomes markup; the hash in its policy is that of the changed script."""
    own = "element.append(...children);"
    markup = "for (const child of children) if (typeof child === 'string') element.insertAdjacentHTML('beforeend', child); else element.append(child);"
    return planted(own, markup)(text)


def test_of_10000_states_a_window_is_shown(opened: Opened):
    page = opened(many_states())
    rows = page.locator("#table tbody tr")
    window = page.locator("#table .window")
    recording = many_states()
    for step, now in enumerate(recording.configurations):
        evaluated(page, "cursor.goTo(argument);", step)
        settled(page)
        assert rows.count() < 80
        lit = page.locator("#table tr.now th")
        assert lit.inner_text() == now.state
        box, frame = lit.bounding_box(), window.bounding_box()
        assert frame["y"] <= box["y"] < frame["y"] + frame["height"]
    for number in (0, 1234, 5000, LONG - 1):
        evaluated(
            page, "const table = document.querySelector('#table .window'); table.scrollTop = argument * 30;", number
        )
        settled(page)
        assert page.locator(f"#table tr[data-state='q{number}']").is_visible()
        assert rows.count() < 80
    field = page.locator("#table input[type=search]")
    for number in (7, 4321, LONG - 1):
        field.fill(f"q{number}")
        settled(page)
        assert page.locator(f"#table tr[data-state='q{number}']").is_visible()
        assert rows.count() < 80
    field.fill("no such state")
    assert page.locator("#table tr[data-state]").count() == 0
    assert page.evaluate("document.querySelectorAll('*').length") < 3000
