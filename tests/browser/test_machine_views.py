"""The views of the machine, in a browser: what is drawn is what the recording says, at every machine step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tmformer
from tests.show.explorer.pages import HOSTILE, hostile, recorded
from tmformer.machine import Machine, Move, Transition
from tmformer.verify import Recording, record

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

SHOWN = """() => {
  const { run, cursor } = tmformer;
  const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent);
  return Array.from({ length: run.steps + 1 }, (_, step) => {
    cursor.goTo(step);
    return {
      tiles: [...document.querySelectorAll("#tape .tile:not(.null)")].map((tile) => [
        Number(tile.querySelector(".number").textContent.replace("\\u2212", "-")),
        tile.querySelector(".symbol").textContent,
        tile.classList.contains("here"),
      ]),
      sentence: document.querySelector("#controls .now").textContent,
      state: [...document.querySelectorAll("#diagram .state.now")].map((each) => Number(each.dataset.state)),
      arrow: [...document.querySelectorAll("#diagram .arrow.next")].map((each) => each.dataset.arrow),
      rule: [...document.querySelectorAll("#table .next")].map((each) => Number(each.dataset.rule)),
      row: cursor.row,
    };
  });
}"""

SPACE = """() => {
  document.querySelector("#space-time input[type=checkbox]").click();
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve([
    [...document.querySelectorAll("#space-time .legend .swatch:not(.path)")].map((each) => getComputedStyle(each).backgroundColor),
    [...document.querySelectorAll("#space-time .legend li bdi")].map((each) => each.textContent),
  ]))));
}"""

PIXELS = """(cells) => {
  const canvas = document.querySelector("#space-time canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const scale = canvas.width / canvas.getBoundingClientRect().width;
  return cells.map(([x, y]) => {
    const first = 4 * (Math.floor(y * scale) * canvas.width + Math.floor(x * scale));
    return [...data.slice(first, first + 3)];
  });
}"""


@pytest.mark.parametrize("construction", ["cellular", "wei_ma"])
@pytest.mark.parametrize(("name", "input"), [("bb3", ""), ("palindrome", "abba")])
def test_each_machine_step_is_shown_as_it_was(opened: Opened, name: str, input: str, construction: str):
    machine, recording = tmformer.load_machine(name), recorded(name, input, construction)
    shown = opened(recording).evaluate(SHOWN)
    assert len(shown) == recording.steps + 1
    rules = {(each.state, each.reads): number for number, each in enumerate(machine.transitions)}
    for step, (seen, now) in enumerate(zip(shown, recording.configurations, strict=True)):
        tape = now.tapes[0]
        assert all(symbol == tape.read(cell) and here == (cell == tape.head) for cell, symbol, here in seen["tiles"])
        assert sum(here for _, _, here in seen["tiles"]) == 1
        assert seen["sentence"].startswith(f"Step {step}: state {now.state}, ")
        assert seen["state"] == [machine.states.index(now.state)]
        rule = rules.get((now.state, (tape.read(tape.head),))) if step < recording.steps else None
        assert seen["rule"] == ([] if rule is None else [rule])
        after = recording.configurations[min(step + 1, recording.steps)].state
        ends = [machine.states.index(each) for each in (now.state, after)]
        assert seen["arrow"] == ([] if rule is None else [f"{ends[0]}-{ends[1]}"])


def test_space_and_time_has_the_colour_of_each_symbol(opened: Opened):
    recording = recorded("palindrome", "abba")
    page = opened(recording, viewport={"width": 1280, "height": 1800})
    colours, names = page.evaluate(SPACE)
    view = page.evaluate(
        "() => { const c = document.querySelector('#space-time canvas'); return [c.clientWidth, c.clientHeight]; }"
    )
    heads = [now.tapes[0].head for now in recording.configurations]
    cells = range(min(0, *heads), max(3, *heads) + 1)
    height = (view[1] - 22) / (recording.steps + 1)
    size = min(26, (view[0] - 50) / len(cells))
    left = 50 + (view[0] - 50 - size * len(cells)) / 2
    wanted, places = list[list[int]](), list[tuple[float, float]]()
    for step, now in enumerate(recording.configurations):
        for column, cell in enumerate(cells):
            symbol = now.tapes[0].read(cell)
            wanted.append([int(part) for part in _channels(colours[names.index(symbol)])])
            places.append((left + (column + 0.2) * size, 22 + (step + 0.25) * min(26, height)))
    assert page.evaluate(PIXELS, places) == wanted


def _channels(colour: str) -> list[float]:
    """Red, green and blue of a computed colour: "rgb(1, 2, 3)", or "color(srgb 0.1 0.2 0.3)"."""
    inside = colour.partition("(")[2].rstrip(")").replace(",", " ").split()
    return (
        [round(255 * float(part)) for part in inside[1:4]] if inside[0] == "srgb" else [float(part) for part in inside]
    )


def test_a_click_in_space_and_time_goes_there(opened: Opened):
    recording = recorded("bb4")
    page = opened(recording, viewport={"width": 1280, "height": 1800})
    box = page.locator("#space-time .picture").bounding_box()
    page.mouse.click(box["x"] + 50 + (box["width"] - 50) / 2, box["y"] + 22 + 200)
    step, row = page.evaluate("[tmformer.cursor.step, tmformer.cursor.row]")
    assert step == int(200 / ((box["height"] - 22) / (recording.steps + 1)))
    heads = [now.tapes[0].head for now in recording.configurations]
    assert page.evaluate(f"tmformer.run.network.cells[{row}]") == min(heads) + (max(heads) - min(heads) + 1) // 2


def test_keys_step_and_play_but_not_while_typing(opened: Opened):
    page = opened(recorded("bb3"))
    seen = list[int]()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "End", "ArrowRight", "Home", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(page.evaluate("tmformer.cursor.step"))
    assert seen == [1, 2, 1, 11, 21, 21, 0, 0]
    page.keyboard.press(" ")
    page.wait_for_selector("button[aria-label=Pause]")
    page.keyboard.press("End")
    page.wait_for_selector("button[aria-label=Play]")
    field = page.locator("#controls input[type=number]")
    field.fill("7")
    field.press("Home")
    assert page.evaluate("tmformer.cursor.step") == 21
    field.press("Enter")
    assert page.evaluate("tmformer.cursor.step") == 7
    field.fill("1000")
    field.press("Enter")
    assert [page.evaluate("tmformer.cursor.step"), field.input_value()] == [21, "21"]


def test_a_chosen_cell_is_kept_and_left_again(opened: Opened):
    page = opened(recorded("bb3"))
    page.locator("#tape button.tile[aria-label^='cell 1:']").click()
    row = page.evaluate("tmformer.run.rowOfCell.get(1)")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("[tmformer.cursor.row, tmformer.cursor.step]") == [row, 1]
    page.locator("#tape button.tile[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("[tmformer.cursor.row, tmformer.cursor.step]") == [row + 1, 1]
    page.get_by_role("button", name="Follow the tape head").click()
    assert page.evaluate("tmformer.cursor.row === tmformer.run.rowOf(1)")


def test_a_rule_goes_to_its_next_use(opened: Opened):
    page = opened(recorded("bb3"))
    used = page.evaluate("Array.from({length: tmformer.run.steps}, (_, step) => tmformer.run.transition(step))")
    page.evaluate("tmformer.cursor.goTo(5)")
    page.locator(f"#table [data-rule='{used[5]}']").click()
    assert page.evaluate("tmformer.cursor.step") == next(step for step in range(6, len(used)) if used[step] == used[5])


def test_hostile_names_are_text(opened: Opened):
    page = opened(hostile())
    shown = page.evaluate(SHOWN)
    assert [each["state"] for each in shown] == [[HOSTILE.states.index(now.state)] for now in hostile().configurations]
    headings = page.evaluate("[...document.querySelectorAll('#table tbody th bdi')].map((each) => each.textContent)")
    assert headings == list(HOSTILE.states)
    assert page.inner_text("h1").startswith(HOSTILE.name)
    assert page.locator("img, iframe, object, script[src]").count() == 0
    # What turns the direction of text stands by itself.
    assert page.evaluate(
        "[...document.querySelectorAll('bdi')].every((each) => getComputedStyle(each).unicodeBidi === 'isolate')"
    )


def test_of_ten_thousand_states_those_in_sight_are_rows(opened: Opened):
    own = tmformer.load_machine("bb2")
    states = (*(f"q{number}" for number in range(10_000)), *own.states)
    many = Machine(states, own.symbols, own.blank, own.start, own.transitions, halting=own.halting, name="many")
    page = opened(replace(recorded("bb2"), machine=many))
    assert page.locator("#table tbody tr").count() < 80
    lit = page.locator("#table .next").bounding_box()
    window = page.locator("#table .window").bounding_box()
    assert window["y"] < lit["y"] < window["y"] + window["height"]
    assert page.evaluate("scrollY") == 0
    page.locator("#table input[type=search]").fill("Q99")
    assert page.locator("#table tbody th").first.inner_text() == "q99"
    assert f"111 states of {len(states):,}" in page.inner_text("#table .tools")
    assert f"{len(states):,}" in page.inner_text("#diagram .note")


def _shuttle() -> Machine:
    moves = (("A", (Move.RIGHT, Move.LEFT), "B"), ("B", (Move.LEFT, Move.STAY), "A"))
    transitions = [
        Transition(state, (one, two), (two, one), how, after)
        for state, how, after in moves
        for one in "01"
        for two in "01"
    ]
    return Machine(("A", "B"), ("0", "1"), "0", "A", tuple(transitions), tapes=2, name="shuttle")


def _two_tapes() -> Recording:
    return record(_shuttle(), "1101", construction="wei_ma", max_steps=6)


def test_two_tapes_are_two_strips(opened: Opened):
    page, recording = opened(_two_tapes()), _two_tapes()
    page.evaluate("tmformer.cursor.goTo(5)")
    strips = page.evaluate(
        "[...document.querySelectorAll('#tape .strip')].map((strip) => strip.querySelector('.here .number').textContent)"
    )
    assert [int(each.replace("\u2212", "-")) for each in strips] == [
        tape.head for tape in recording.configurations[5].tapes
    ]


def test_without_a_machine_the_views_say_so(opened: Opened):
    page = opened(replace(recorded("bb2"), machine=None))
    assert page.locator("#diagram .note, #table .note").count() == 2
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#controls .now").startswith("Step 1: state B")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_and_the_system_s_colours(opened: Opened, scheme: str):
    page = opened(
        hostile(), viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True, is_mobile=True
    )
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.locator("#about button").click()
    assert page.evaluate("document.documentElement.dataset.theme") != scheme
