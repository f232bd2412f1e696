"""The views of the network, in a browser: what is drawn is what the recording says, and what the exact network does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import tmformer
from tests.show.explorer.pages import hostile, recorded
from tmformer.verify import Found, Recording, record
from tmformer.weights import name_blocks

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

RECORDINGS: dict[str, Callable[[], Recording]] = {
    "cellular": lambda: recorded("balanced_parentheses", "(()())"),
    "wei_ma": lambda: recorded("balanced_parentheses", "(()())", "wei_ma"),
    "graded": lambda: recorded("bb3", "", "cellular", "graded"),
    "graded wei_ma": lambda: recorded("bb3", "", "wei_ma", "graded"),
    "universal": lambda: recorded("bb2", "", "universal"),
    "radix 3": lambda: record(tmformer.load_machine("bb3"), construction="wei_ma", radix=3),
    "encoder": lambda: record(tmformer.load_machine("bb3"), "11", construction="wei_ma", form="encoder-decoder"),
    "hostile": hostile,
}

WINNERS = """async (most) => {
  const { run, cursor } = tmformer;
  const told = [];
  const step = Math.ceil(run.steps * 0.7);
  const every = Math.max(1, Math.floor(run.rowsAt(step) / most));
  cursor.goTo(step);
  document.getElementById("attention").scrollIntoView();
  const shown = async (text) => {
    while (document.getElementById("attention").dataset.shown !== text) await new Promise((next) => requestAnimationFrame(next));
  };
  for (const block of run.blocksOf(step)) {
    for (let head = 0; head < run.parts(block).heads.length; head += 1) {
      for (let row = 0; row < run.rowsAt(step); row += every) {
        cursor.look(block, head);
        cursor.choose(row);
        await shown(`${step} ${block} ${head} ${row}`);
        told.push({
          block, head, row,
          winner: document.querySelector("#attention .ranking li.winner .row-name").firstChild.textContent,
          best: document.querySelector("#attention .ranking li .row-name").firstChild.textContent,
          recorded: document.querySelector("#attention .recorded").textContent,
          sentence: document.querySelector("#attention .sentence").textContent,
        });
      }
    }
  }
  return told;
}"""

GO = """([step, row]) => { tmformer.cursor.goTo(step); if (row !== null) tmformer.cursor.choose(row); }"""

TEXTS = """(selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent)"""

BOXES = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const box = element.getBoundingClientRect();
  return [box.left, box.right, box.top, box.bottom];
})"""


def _show(page: Any, view: str, step: int, row: int | None = None) -> None:
    """Go to a machine step, and wait until a view shows it."""
    page.evaluate(f"document.getElementById('{view}').scrollIntoView()")
    page.evaluate(GO, [step, row])
    page.wait_for_selector(f"#{view}[data-shown^='{step} ']")
    if row is not None:
        page.wait_for_selector(f"#{view}[data-shown$=' {row}']")


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_winner_drawn_is_the_one_of_the_flax_model(opened: Opened, name: str):
    recording = RECORDINGS[name]()
    page = opened(recording)
    sentences = [[head["sentence"] for head in block["heads"]] for block in name_blocks(recording.weights)]
    told = page.evaluate(WINNERS, 4)
    assert told
    for each in told:
        found = recording.blocks[each["block"]].found[each["head"]]
        winner = recording.rows[found.winners[each["row"]]]
        assert (each["winner"], each["best"]) == (winner, winner), each
        assert each["recorded"].startswith("✓ agrees"), each
        assert each["sentence"] == sentences[each["block"] % len(sentences)][each["head"]]


def test_another_winner_than_the_flax_models_is_told_loudly(opened: Opened):
    recording = recorded("bb2")
    block = recording.blocks[0]
    wrong = tuple(Found((found.winners + 1) % len(recording.rows), found.shares) for found in block.found)
    page = opened(replace(recording, blocks=(replace(block, found=wrong), *recording.blocks[1:])))
    _show(page, "attention", 1)
    assert page.evaluate(TEXTS, "#attention .recorded")[0].startswith("✗ DIFFERS")


@pytest.mark.parametrize("name", ["wei_ma", "graded wei_ma", "universal", "radix 3", "encoder"])
def test_the_search_ends_with_the_symbol_that_the_machine_reads(opened: Opened, name: str):
    recording = RECORDINGS[name]()
    page = opened(recording)
    for step, now in enumerate(recording.configurations[: recording.steps]):
        _show(page, "attention", step)
        tape = now.tapes[0]
        story = page.evaluate(TEXTS, "#attention .search-story")[0]
        assert f"goes to cell {tape.head} and must" in story
        before = recording.configurations[:step]
        visits = [row for row, earlier in enumerate(before, start=1) if earlier.tapes[0].head == tape.head]
        assert not visits or f"that of step {visits[-1]}, which on cell {tape.head} wrote " in story
        symbols = page.evaluate(TEXTS, "#attention .search-story bdi")
        coded = recording.weights.labels.construction == "universal"
        assert coded or symbols == [tape.read(tape.head)]


@pytest.mark.parametrize("name", ["cellular", "graded", "hostile"])
def test_the_transition_that_fires_is_the_machines(opened: Opened, name: str):
    recording = RECORDINGS[name]()
    page = opened(recording)
    machine = recording.machine
    assert machine is not None
    for step, now in enumerate(recording.configurations[:8], start=1):
        if step > recording.steps:
            break
        _show(page, "weights", step)
        used = next(
            each
            for each in machine.transitions
            if (each.state, each.reads) == (now.state, (now.tapes[0].read(now.tapes[0].head),))
        )
        fired = set(page.evaluate(TEXTS, "#weights .rule bdi"))
        assert fired == {f"{used.state} {used.reads[0]} → {used.writes[0]} {used.moves[0].name[0]} {used.next_state}"}


def test_the_scratch_is_inexact_in_the_graded_regime_and_the_snap_makes_it_exact(opened: Opened):
    recording = RECORDINGS["graded"]()
    page = opened(recording)
    _show(page, "registers", 3)
    assert page.evaluate(TEXTS, "#registers .asks-now")[0].endswith(
        "after the MLP every float is exact again: the snap."
    )
    apart = [text for text in page.evaluate(TEXTS, "#registers td small") if text]
    said = {each.ulps: each.exact for each in recording.blocks[2].attended_apart}
    assert len(apart) == 1
    assert any(str(float(exact))[:12] in apart[0] for exact in said.values())


def test_every_float_is_told_exact_in_the_saturated_regime(opened: Opened):
    page = opened(recorded("bb2"))
    _show(page, "registers", 3)
    assert "Every float (float32) here is exactly" in page.evaluate(TEXTS, "#registers .asks-now")[0]


def _boxes(page: Any, selector: str) -> Iterator[tuple[Any, Any]]:
    boxes = page.evaluate(BOXES, selector)
    for index, one in enumerate(boxes):
        yield from ((one, other) for other in boxes[index + 1 :])


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["cellular", "wei_ma", "hostile"])
def test_labels_do_not_overlap_and_the_page_does_not_scroll_sideways(opened: Opened, name: str, width: int):
    recording = RECORDINGS[name]()
    page = opened(recording, viewport={"width": width, "height": 900})
    labels = (
        "#attention .arrow-label",
        "#attention .axis text",
        "#attention .blocks button",
        "#attention .arrow-number",
    )
    for step in {0, 1, recording.steps // 2, recording.steps}:
        _show(page, "attention", step)
        for selector in labels:
            for one, other in _boxes(page, selector):
                apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
                assert apart, (selector, step, one, other)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_weights_are_told_to_the_keyboard(opened: Opened):
    recording = recorded("bb2")
    page = opened(recording)
    _show(page, "weights", 1)
    page.get_by_role("button", name="W_K", exact=True).click()
    canvas = page.locator("#weights canvas")
    page.wait_for_selector("#weights canvas[aria-label^='W_K']")
    canvas.focus()
    key = recording.weights.blocks[0].heads[0].key
    column = next(column for row, column in key.items() if row == 0)
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    name = recording.weights.layout.coordinate_names()[column]
    assert page.evaluate(TEXTS, "#weight-said")[0].endswith(f" {name} = {key.items()[0, column]}")
    assert page.evaluate("tmformer.cursor.step") == 1
