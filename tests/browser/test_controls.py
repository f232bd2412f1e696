"""Every control and every key of the page does what its name says, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.runs import beaver, evaluated, many_states, parentheses, settled, two_tapes, until
from tests.show.explorer.pages import recorded

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]
LAST = 28

NOTED = "window.noted = []; cursor.watch((_, changed) => changed.has('step') && window.noted.push(cursor.step));"


def step(page: Any) -> int:
    """The machine step that is shown, from what the page says of itself in three places, which must agree."""
    found = evaluated(
        page,
        """return [
          cursor.step,
          Number(document.querySelector("#controls input[type=range]").value),
          Number(document.querySelector("#controls input[type=number]").value),
          Number(/^Step (\\d+)/.exec(document.querySelector("#controls .now").textContent)[1]),
        ];""",
    )
    assert len(set(found)) == 1, found
    return int(found[0])


def test_each_button_moves_as_its_name_says(opened: Opened):
    page = opened(parentheses())
    presses = [
        ("One machine step back", 0),
        ("One machine step forward", 1),
        ("One machine step forward", 2),
        ("One machine step back", 1),
        ("To the end", LAST),
        ("One machine step forward", LAST),
        ("One machine step back", LAST - 1),
        ("To the start", 0),
    ]
    for name, expected in presses:
        page.get_by_role("button", name=name, exact=True).click()
        assert step(page) == expected, name


def test_each_key_moves_as_the_list_of_keys_says(opened: Opened):
    page = opened(parentheses())
    presses = [("ArrowRight", 1), ("Shift+ArrowRight", 11), ("Shift+ArrowRight", 21), ("Shift+ArrowRight", LAST)]
    presses += [
        ("ArrowLeft", 27),
        ("Shift+ArrowLeft", 17),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("Shift+ArrowLeft", 0),
        ("End", LAST),
    ]
    for key, expected in presses:
        page.keyboard.press(key)
        assert step(page) == expected, key


def test_keys_of_the_browser_are_left_to_it(opened: Opened):
    page = opened(parentheses())
    for key in ("Control+ArrowRight", "Alt+ArrowRight", "Meta+End", "Tab", "a", "PageDown"):
        page.keyboard.press(key)
        assert step(page) == 0, key


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7", 7),
        ("07", 7),
        ("-5", 0),
        ("7.6", 8),
        ("1e1", 10),
        ("1e3", LAST),
        ("99999999999999999999", LAST),
        ("e", 3),
        ("-", 3),
        ("", 3),
    ],
)
def test_the_jump_field_makes_the_best_of_nonsense(opened: Opened, typed: str, expected: int):
    page = opened(parentheses())
    evaluated(page, "cursor.goTo(3);")
    field = page.locator("#controls input[type=number]")
    field.press("Control+a")
    field.press("Delete")
    field.press_sequentially(typed)
    assert evaluated(page, "return cursor.step;") == 3
    field.press("Enter")
    field.blur()
    assert step(page) == expected


def test_the_slider_goes_to_every_step(opened: Opened):
    page = opened(parentheses())
    slider = page.get_by_role("slider", name="Machine step")
    for wanted in (5, LAST, 0, 17):
        slider.fill(str(wanted))
        assert step(page) == wanted
        assert slider.get_attribute("aria-valuetext") == f"machine step {wanted} of {LAST}"
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert step(page) == 18
    page.keyboard.press("Home")
    assert step(page) == 0


def test_playing_goes_through_the_run_and_stops_at_its_end(opened: Opened):
    page = opened(parentheses())
    page.locator("#controls select").select_option("32 / s")
    evaluated(page, NOTED)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, f"cursor.step === {LAST}")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    seen = evaluated(page, "return window.noted;")
    assert seen == sorted(set(seen))
    assert len(seen) > 3
    assert step(page) == LAST
    page.keyboard.press(" ")
    until(page, f"cursor.step > 0 && cursor.step < {LAST}")
    again = evaluated(page, "return window.noted;")[len(seen) - 1 :]
    assert again[1] == 0, "playing at the end begins again"


@pytest.mark.parametrize("stop", ["space", "button", "field", "arrow", "slider"])
def test_whoever_moves_by_hand_stops_the_playing(opened: Opened, stop: str):
    page = opened(parentheses())
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    if stop == "space":
        page.keyboard.press(" ")
    elif stop == "button":
        page.get_by_role("button", name="Pause", exact=True).click()
    elif stop == "field":
        page.locator("#controls input[type=number]").fill("9")
        page.keyboard.press("Enter")
    elif stop == "arrow":
        page.keyboard.press("ArrowRight")
    else:
        page.get_by_role("slider", name="Machine step").fill("9")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    held = step(page)
    page.wait_for_timeout(700)
    assert step(page) == held


def test_the_speed_is_chosen_by_list_and_by_key(opened: Opened):
    page = opened(parentheses())
    speeds = page.locator("#controls select option").all_inner_texts()
    shown = "document.querySelector('#controls select').selectedOptions[0].textContent"
    start = speeds.index(page.evaluate(shown))
    page.keyboard.press("+")
    assert page.evaluate(shown) == speeds[start + 1]
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert page.evaluate(shown) == speeds[start - 1]
    for _ in range(2 * len(speeds)):
        page.keyboard.press("+")
    assert page.evaluate(shown) == speeds[-1] == "5,000 / s"
    for _ in range(2 * len(speeds)):
        page.keyboard.press("-")
    assert page.evaluate(shown) == speeds[0] == "1 / s"


def test_help_opens_and_closes_and_keys_wait_meanwhile(opened: Opened):
    page = opened(parentheses())
    is_open = "document.querySelector('dialog').open"
    page.keyboard.press("?")
    assert page.evaluate(is_open)
    keys = page.locator("dialog kbd").all_inner_texts()
    assert {"Space", "Shift", "Home", "End", "F", "?"} <= set(keys)
    page.keyboard.press("ArrowRight")
    assert step(page) == 0
    page.keyboard.press("Escape")
    assert not page.evaluate(is_open)
    page.get_by_role("button", name="Keys", exact=True).click()
    assert page.evaluate(is_open)
    page.get_by_role("button", name="Close").click()
    assert not page.evaluate(is_open)
    page.keyboard.press("ArrowRight")
    assert step(page) == 1


def test_what_is_typed_into_a_field_is_no_key(opened: Opened):
    page = opened(many_states())
    page.locator("#table input[type=search]").click()
    for key in (" ", "?", "End", "ArrowRight", "f", "+", "-"):
        page.keyboard.press(key)
    assert step(page) == 0
    assert not page.evaluate("document.querySelector('dialog').open")
    assert page.locator("#table input[type=search]").input_value() == " ?f+-"
    assert page.get_by_role("button", name="Pause", exact=True).count() == 0


def test_the_theme_button_changes_every_canvas(opened: Opened):
    page = opened(parentheses(), color_scheme="light")
    shot = "[...document.querySelectorAll('#space-time canvas')].map((canvas) => canvas.toDataURL())[0]"
    settled(page)
    light = page.evaluate(shot)
    page.get_by_role("button", name="Dark colours").click()
    settled(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(shot) != light
    page.get_by_role("button", name="Light colours").click()
    settled(page)
    assert page.evaluate(shot) == light


AXIS = (50, 22)
"""Pixels of the axes of space and time."""


def at(page: Any, cell: int, time: int) -> tuple[float, float]:
    """Where a cell at a machine step must be in the picture of the whole run, from the numbers of the run alone."""
    box = page.locator("#space-time .picture").bounding_box()
    first, last = evaluated(page, "return run.extent(0);")
    steps = evaluated(page, "return run.steps;")
    wide, high = box["width"] - AXIS[0], box["height"] - AXIS[1]
    scale_x, scale_y = min(26, wide / (last - first + 1)), min(26, high / (steps + 1))
    left = max(0, (wide - scale_x * (last - first + 1)) / 2)
    return box["x"] + AXIS[0] + left + (cell - first + 0.5) * scale_x, box["y"] + AXIS[1] + (time + 0.5) * scale_y


def test_every_click_in_space_and_time_goes_to_its_step_and_row(opened: Opened):
    page = opened(parentheses(), viewport={"width": 1280, "height": 2400})
    first, last = evaluated(page, "return run.extent(0);")
    settled(page)
    for time in range(0, LAST + 1, 3):
        cell = first + time % (last - first + 1)
        page.mouse.click(*at(page, cell, time))
        assert step(page) == time
        row = evaluated(page, "return [cursor.row, run.rowOfCell.get(argument)];", cell)
        assert row[0] == row[1]


def test_space_and_time_is_enlarged_moved_and_shown_whole_again(opened: Opened):
    page = opened(beaver("cellular"), viewport={"width": 1280, "height": 1600})
    settled(page)
    whole = page.get_by_role("button", name="Show the whole run")
    assert whole.is_disabled()
    shot = "document.querySelector('#space-time canvas').toDataURL()"
    before = page.evaluate(shot)
    for enlarge in ("Enlarge", "Reduce"):
        page.get_by_role("button", name=enlarge, exact=True).click()
        settled(page)
        assert (page.evaluate(shot) == before) == (enlarge == "Reduce")
    assert whole.is_disabled()
    box = page.locator("#space-time .picture").bounding_box()
    middle = (round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2))
    page.mouse.move(*middle)
    said = page.inner_text("#space-time .readout")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    settled(page)
    assert not whole.is_disabled()
    page.mouse.move(middle[0] + 1, middle[1])
    page.mouse.move(*middle)
    assert page.inner_text("#space-time .readout") == said, "what is under the pointer stays there"
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] - 60, steps=4)
    page.mouse.up()
    page.mouse.move(middle[0] + 1, middle[1])
    page.mouse.move(*middle)
    settled(page)
    assert step(page) == 0, "a drag is no click"
    assert page.inner_text("#space-time .readout") != said
    whole.click()
    settled(page)
    assert page.evaluate(shot) == before


def test_keys_in_space_and_time_step_and_enlarge(opened: Opened):
    page = opened(beaver("cellular"), viewport={"width": 1280, "height": 1600})
    page.locator("#space-time canvas").first.focus()
    for key, expected in (("ArrowDown", 1), ("PageDown", 11), ("ArrowUp", 10), ("PageUp", 0), ("PageUp", 0)):
        page.keyboard.press(key)
        assert step(page) == expected, key
    whole = page.get_by_role("button", name="Show the whole run")
    for key, expected in (("+", False), ("0", True), ("+", False), ("-", True)):
        page.keyboard.press(key)
        settled(page)
        assert whole.is_disabled() == expected, key


def test_each_of_two_tapes_has_its_picture_of_space_and_time(opened: Opened):
    recording = two_tapes()
    page = opened(recording)
    choice = page.locator("#space-time select")
    assert choice.locator("option").all_inner_texts() == ["Tape 1", "Tape 2"]
    evaluated(page, "cursor.goTo(4);")
    now = recording.configurations[4]
    for number in (1, 0):
        choice.select_option(f"Tape {number + 1}")
        settled(page)
        cell = now.tapes[number].head
        assert page.inner_text("#space-time .readout").replace("\u2212", "-").startswith(f"Step 4, cell {cell}: ")


def test_a_rule_and_the_way_back_in_the_table(opened: Opened):
    page = opened(recorded("bb3"))
    used = page.evaluate("Array.from({length: tmformer.run.steps}, (_, step) => tmformer.run.transition(step))")
    rule = page.locator("#table button.rule:not(.idle)").first
    number = int(rule.get_attribute("data-rule"))
    uses = [at for at, each in enumerate(used) if each == number]
    for expected in [each for each in uses if each > 0] + uses[:1]:
        rule.click()
        assert step(page) == expected


def test_links_lead_to_every_section(opened: Opened):
    page = opened(parentheses())
    links = page.locator("#about nav a")
    assert links.count() == page.locator("main section").count() == 7
    for link in links.all():
        link.click()
        section = page.locator(link.get_attribute("href"))
        assert section.locator("h2").first.inner_text() == link.inner_text()
        assert abs(section.bounding_box()["y"]) < 900
