"""What the views of the network draw, row by row, beside the same computed in Python from the exact weights."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.browser.runs import dense, evaluated, graded, parentheses, settled, streams, two_tapes, universal
from tests.show.explorer.pages import recorded
from tmformer.constructions import construction_of
from tmformer.program import Code, Flag, OneHot
from tmformer.verify import Recording
from tmformer.weights import AttentionHead, name_blocks, sentence

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]

RUNS: dict[str, Callable[[], Recording]] = {
    "cellular": lambda: recorded("bb2"),
    "wei_ma": lambda: recorded("bb2", "", "wei_ma"),
    "universal": universal,
    "two tapes": two_tapes,
    "graded": graded,
}

LOOK = """
const [view, looks] = argument;
const section = document.getElementById(view);
section.scrollIntoView();
const told = [];
for (const [step, block, head, row] of looks) {
  cursor.goTo(step);
  cursor.look(block, head);
  cursor.choose(row);
  const wanted = view === "registers" ? `${step} ${block} ${row}` : `${step} ${block} ${head} ${row}`;
  const begun = performance.now();
  while (section.dataset.shown !== wanted) {
    if (performance.now() - begun > 15000) throw new Error(`${view} does not come to ${wanted}, but is at ${section.dataset.shown}`);
    await new Promise((done) => requestAnimationFrame(done));
  }
  told.push(read(section));
}
return told;
"""

READ_ATTENTION = """
const text = (element) => element?.textContent ?? null;
const read = (section) => ({
  sentence: text(section.querySelector(".sentence")),
  margin: text(section.querySelector(".margin")),
  recorded: text(section.querySelector(".recorded")),
  ranking: [...section.querySelectorAll(".ranking li")].map((item) => ({
    name: item.querySelector(".row-name").firstChild.textContent,
    tags: [...item.querySelectorAll(".row-name .tag")].map(text),
    score: text(item.querySelector(".numbers").firstChild),
    winner: item.classList.contains("winner"),
  })),
  arrows: [...section.querySelectorAll(".head-arrow")].map((arrow) => ({
    from: Number(arrow.querySelector("circle").getAttribute("cx")),
    name: text(arrow.querySelector(".arrow-name")),
    title: text(arrow.querySelector("title")),
    chosen: arrow.classList.contains("chosen"),
  })),
  tiles: Object.fromEntries([...section.querySelectorAll(".arrow-cell:not(.null)")].map((cell) => [
    text(cell.querySelector(".arrow-number")),
    Number(cell.querySelector("rect").getAttribute("x")) + Number(cell.querySelector("rect").getAttribute("width")) / 2,
  ])),
  nullTile: text(section.querySelector(".arrow-cell.null")),
});
"""


def looks(recording: Recording, most: int = 150) -> Iterator[tuple[int, int, int, int]]:
    """A machine step, block, attention head and row: all of them, or every so many."""
    own = recording.weights.blocks
    grows = bool(recording.labels.feedback)
    every = [
        (recording.steps if grows else block + 1, block, head, row)
        for block in range(len(recording.blocks))
        for head in range(len(own[block % len(own)].heads))
        for row in range(len(recording.rows))
        if grows or block % len(own) == 0
    ]
    yield from every[:: -(-len(every) // most)]


@cache
def scores(recording: Recording, block: int, head: int) -> np.ndarray:
    """[rows that ask, rows that answer], from the exact matrices on the stream before the block; -inf where one is not seen."""
    lookup = attention_head(recording, block, head)
    before = streams(recording)[block].before
    found = (before @ dense(lookup.query).T) @ (before @ dense(lookup.key).T).T
    rows = len(found)
    return np.where(np.tri(rows, dtype=bool), found, -np.inf) if recording.labels.feedback else found


def attention_head(recording: Recording, block: int, head: int) -> AttentionHead:
    return recording.weights.blocks[block % len(recording.weights.blocks)].heads[head]


def null_row(recording: Recording, block: int, head: int, row: int) -> int:
    """The row flagged null that this one sees."""
    flag = recording.weights.layout.spans[attention_head(recording, block, head).lookup.null].start
    seen = np.isfinite(scores(recording, block, head)[row])
    return int(np.flatnonzero((streams(recording)[block].before[:, flag] > 0.5) & seen)[0])


@pytest.mark.parametrize("name", RUNS)
def test_whom_a_row_attends_to(opened: Opened, name: str):
    """The winner, the margin, the null row, the scores and the sentence, for rows, attention heads and blocks of whole runs."""
    recording = RUNS[name]()
    chosen = list(looks(recording))
    told = evaluated(opened(recording), READ_ATTENTION + LOOK, ["attention", chosen])
    for (_, block, head, row), seen in zip(chosen, told, strict=True):
        own = scores(recording, block, head)[row]
        best = own.max()
        names = recording.rows
        winners = [each["name"] for each in seen["ranking"] if each["winner"]]
        assert winners == [names[int(recording.blocks[block].found[head].winners[row])]]
        assert seen["ranking"][0]["name"] == winners[0]
        nulls = [each["name"] for each in seen["ranking"] if "null row" in each["tags"]]
        assert nulls == [names[null_row(recording, block, head, row)]]
        for each in seen["ranking"]:
            assert float(each["score"].removeprefix("score ")) == own[names.index(each["name"])]
        assert seen["recorded"].startswith(f"✓ agrees The Flax model attended to {winners[0]} ")
        assert seen["sentence"] == sentence(attention_head(recording, block, head).lookup)
        check_margin(seen["margin"], own, best)


def check_margin(words: str, own: np.ndarray, best: float) -> None:
    tied, below = int((own == best).sum()), own[np.isfinite(own) & (own < best)]
    if np.isfinite(own).sum() == 1:
        assert words == "It sees one row only, so there is no margin."
        return
    assert words.startswith(f"{tied} rows tie") == (tied > 1)
    found = re.search(r"Margin (\S+) score unit", words)
    assert (found is None) == (below.size == 0)
    if found is not None:
        assert float(found.group(1)) == best - below.max()


@pytest.mark.parametrize("name", ["cellular", "graded"])
def test_arrows_begin_at_the_cells_of_the_winners(opened: Opened, name: str):
    recording = RUNS[name]()
    chosen = [each for each in looks(recording, 200) if recording.cells[each[3]] is not None]
    told = evaluated(opened(recording), READ_ATTENTION + LOOK, ["attention", chosen])
    arrows = 0
    for (_, block, head, row), seen in zip(chosen, told, strict=True):
        lookups = [each.lookup for each in recording.weights.blocks[block % len(recording.weights.blocks)].heads]
        assert sorted(each["title"] for each in seen["arrows"]) == sorted(map(sentence, lookups))
        assert [each["title"] for each in seen["arrows"] if each["chosen"]] == [sentence(lookups[head])]
        for index, lookup in enumerate(lookups):
            winner = int(recording.blocks[block].found[index].winners[row])
            (arrow,) = [each for each in seen["arrows"] if each["title"] == sentence(lookup)]
            if recording.cells[winner] is None:
                assert seen["nullTile"] is not None
            elif str(recording.cells[winner]) in seen["tiles"]:
                assert arrow["from"] == seen["tiles"][str(recording.cells[winner])]
                arrows += 1
    assert arrows > len(chosen)


READ_SEARCH = """
const names = (item, kind) => [...item.querySelectorAll(`circle.${kind} title`)].map((title) => title.textContent);
const read = (section) => ({
  digits: [...section.querySelectorAll(".search li.digit")].map((item) => ({
    stays: names(item, "stays"), dropped: names(item, "dropped"), none: item.classList.contains("none"),
    digit: item.querySelector(".decided b").textContent,
  })),
  answers: [...section.querySelectorAll(".search li.fetch svg[role=img]")].map((svg) => svg.getAttribute("aria-label")),
});
"""


def race(recording: Recording, step: int, radix: int, digits: int) -> list[tuple[set[str], set[str], str]]:
    """For each digit the rows in the race, those that stay, and the digit: by the run alone, without any matrix.

    A row of the prompt records its cell, that of machine step t the cell where the tape head was; times count from the first.
    """
    heads = [now.tapes[0].head for now in recording.configurations]
    prompt = [cell for cell in recording.cells if cell is not None]
    records = [*prompt, *heads[:step]]
    names = [*(f"cell {cell}" for cell in prompt), *(f"step {at}" for at in range(1, step + 1))]
    racing = [time for time, cell in enumerate(records) if cell == heads[step]]
    found = list[tuple[set[str], set[str], str]]()
    for place in reversed(range(digits)):
        most = max((time // radix**place % radix for time in racing), default=None)
        stay = [time for time in racing if time // radix**place % radix == most]
        found.append(({names[time] for time in racing}, {names[time] for time in stay}, str(most)))
        racing = stay
    return found


@pytest.mark.parametrize("radix", [2, 3])
def test_the_search_closes_in_on_the_last_visit(opened: Opened, radix: int):
    """At each line the rows in the race are those whose digits agree so far, and the last arrow is to the last visit."""
    recording = parentheses("wei_ma", None if radix == 2 else radix)
    steps = list(range(recording.steps + 1))
    rows = [recording.prompt_rows - 1 + step for step in steps]
    chosen = [(step, 0, 0, row) for step, row in zip(steps, rows, strict=True)]
    told = evaluated(opened(recording), READ_SEARCH + LOOK, ["attention", chosen])
    tokens = list(
        construction_of(recording.labels).read_tokens(
            recording.labels, recording.weights.layout.decode(streams(recording)[-1].after)
        )
    )
    assert len(tokens) == len(steps)
    for step, token, seen in zip(steps, tokens, told, strict=True):
        lines = race(recording, step, radix, len(seen["digits"]))
        found = token.tapes[0].found
        if not lines[0][0]:
            assert found is None
            assert all(each["none"] for each in seen["digits"])
            continue
        assert found is not None
        for (racing, stay, digit), each in zip(lines, seen["digits"], strict=True):
            assert set(each["stays"]) | set(each["dropped"]) == racing, step
            assert set(each["stays"]) == stay, step
            assert each["digit"] == digit
        assert "".join(digit for *_, digit in lines) == token.tapes[0].digits
        (last,) = lines[-1][1]
        assert seen["answers"] == [f"{last} answers"]
        kind, number = found
        assert last == (f"step {number}" if kind == "step" else f"cell {number}")


READ_REGISTERS = """
document.getElementById("registers-all").checked = true;
const read = (section) => Object.fromEntries([...section.querySelectorAll("table.registers tbody tr")].map((line) => [
  line.querySelector("th bdi").textContent,
  [...line.querySelectorAll("td")].map((cell) => cell.querySelector("bdi").textContent),
]));
"""


def words(register: Any, values: np.ndarray) -> str | None:
    """What a register holds, in words; None where it is no whole value."""
    if not values.any():
        return "\u2013"
    match register.type:
        case OneHot(values=names) if sorted(values) == [0] * (len(values) - 1) + [1]:
            return names[int(values.argmax())]
        case Code() if (np.abs(values) == 1).all():
            return str(sum(2**digit for digit, value in enumerate(values) if value > 0))
        case Flag() if values[0] == 1:
            return "set"
        case _:
            return None


@pytest.mark.parametrize("name", RUNS)
def test_registers_say_what_the_stream_holds_at_three_places(opened: Opened, name: str):
    recording = RUNS[name]()
    chosen = list(looks(recording, 60))
    told = evaluated(opened(recording), READ_REGISTERS + LOOK, ["registers", chosen])
    layout, compared = recording.weights.layout, 0
    for (_, block, _, row), seen in zip(chosen, told, strict=True):
        own = streams(recording)[block]
        for register in recording.labels.registers:
            for place, shown in zip((own.before, own.attended, own.after), seen[register.name], strict=True):
                span = layout.spans[register.name]
                wanted = words(register, place[row][span.start : span.stop])
                if wanted is not None:
                    assert shown == wanted, (register.name, block, row)
                    compared += 1
    assert compared > len(chosen) * len(recording.labels.registers)


@pytest.mark.parametrize("name", ["cellular", "wei_ma"])
def test_the_entry_under_the_pointer_is_the_matrix_entry(opened: Opened, name: str):
    """W_in: which unit, which coordinate, its value, and what the unit is for; one entry to the right is the next coordinate."""
    recording = RUNS[name]()
    page = opened(recording, viewport={"width": 1280, "height": 1600})
    page.locator("#weights").scroll_into_view_if_needed()
    page.get_by_role("button", name="W_in", exact=True).click()
    page.locator("#weights canvas[aria-label^='W_in']").wait_for()
    page.locator("#weights .heat").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#weights .heat').scrollLeft = 100000")
    settled(page)
    box = page.locator("#weights canvas").bounding_box()
    number = evaluated(page, "return cursor.block % run.perLoop;")
    block = recording.weights.blocks[number]
    matrix, bias = dense(block.mlp.w_in), dense(block.mlp.b_in)[:, 0]
    columns = [*recording.weights.layout.coordinate_names(), "bias b_in"]
    units = name_blocks(recording.weights)[number]["units"]
    places = list[tuple[int, int]]()
    for right in range(8):
        for down in range(4):
            page.mouse.move(box["x"] + box["width"] - 10 - 18 * right, box["y"] + box["height"] - 10 - 18 * down)
            said = page.inner_text("#weight-said")
            found = re.match(r"unit (\d+), (.*?) = (\S+)\. ", said)
            assert found is not None, said
            unit, column = int(found.group(1)), columns.index(found.group(2))
            value = bias[unit] if column == len(columns) - 1 else matrix[unit, column]
            assert float(found.group(3)) == value
            assert f". {units[unit]}." in said
            places.append((unit, column))
    assert places[0][1] == len(columns) - 1, "at the right edge is the last column"
    assert places == [(places[0][0] - at % 4, places[0][1] - at // 4) for at in range(len(places))], (
        "neighbours under the pointer are neighbours in the matrix"
    )
