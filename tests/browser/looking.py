"""What an eye would look for on a page, as numbers: where text stands, and how it stands out."""

from itertools import combinations
from typing import Any

from tests.browser.runs import evaluated, settled

SECTIONS = ("tape", "space-time", "diagram", "table", "attention", "registers", "weights")

BOXES = """
const clipped = (element, box) => {
  let [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom];
  for (let over = element; over; over = over.parentElement) {
    if (getComputedStyle(over).overflow === "visible" && over.tagName !== "svg") continue;
    const frame = over.getBoundingClientRect();
    [left, right, top, bottom] = [Math.max(left, frame.left), Math.min(right, frame.right), Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
  }
  return [left, right, top, bottom];
};
// What stands under headings that stay while a table scrolls is out of sight.
const uncovered = (element, box) => {
  const cell = element.closest("td, th");
  const stays = (other) => other && other !== cell && getComputedStyle(other).position === "sticky";
  const first = cell?.parentElement.firstElementChild;
  const heading = cell?.closest("tbody") ? cell.closest("table").querySelector("thead th") : null;
  return {
    ...box,
    left: stays(first) ? Math.max(box.left, first.getBoundingClientRect().right) : box.left,
    top: stays(heading) ? Math.max(box.top, heading.getBoundingClientRect().bottom) : box.top,
  };
};
const section = document.getElementById(argument);
section.scrollIntoView();
const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
const found = [];
let number = 0;
while (walker.nextNode()) {
  const node = walker.currentNode;
  const element = node.parentElement;
  number += 1;
  if (!node.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  if (element.closest(".unseen, .spoken, .skip, title, option, dialog")) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const line of range.getClientRects()) {
    const { left: x, right: end, top: y, bottom: low } = line;
    const [left, right, top, bottom] = clipped(element, uncovered(element, { left: x, right: end, top: y, bottom: low }));
    if (right <= left || bottom <= top) continue;
    found.push({ number, left, right, top, bottom, text: node.textContent.trim().slice(0, 40) });
  }
}
const frame = section.getBoundingClientRect();
return { found, frame: [frame.left, frame.right] };
"""

COLOURS = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const channels = (text) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
};
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
const behind = (element) => {
  const layers = [];
  const group = element.closest("svg g");
  const box = element.namespaceURI.endsWith("svg") ? (group?.querySelector("rect") ?? group?.querySelector("circle")) : null;
  if (box && getComputedStyle(box).fill !== "none") layers.push(channels(getComputedStyle(box).fill));
  for (let at = element; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
};
const lightness = (colour) => {
  const [red, green, blue] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const element = node.parentElement;
  if (!node.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  if (element.closest(".unseen, .spoken, .skip, title, option, script, style, noscript, [disabled]")) continue;
  const style = getComputedStyle(element);
  const svg = element.namespaceURI.endsWith("svg");
  const under = behind(element);
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const [r, g, b, a] = channels(svg ? style.fill : style.color);
  const ink = over([r, g, b, a * opacity], under);
  const [one, other] = [lightness(ink), lightness(under)].sort((x, y) => y - x);
  const size = Number.parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  found.push({ ratio: (one + 0.05) / (other + 0.05), large, text: node.textContent.trim().slice(0, 40), where: element.closest("section, header, nav")?.id ?? "" });
}
return found;
"""


def wait(page: Any, section: str) -> None:
    """Wait until a view shows what the cursor looks at."""
    page.evaluate(f"document.getElementById('{section}').scrollIntoView()")
    if section in ("attention", "registers", "weights") and evaluated(page, "return run.blocks;"):
        evaluated(
            page,
            """const element = document.getElementById(argument);
            const begun = performance.now();
            while (!element.dataset.shown?.startsWith(`${cursor.step} ${cursor.block}`) && performance.now() - begun < 15000)
              await new Promise((done) => requestAnimationFrame(done));""",
            section,
        )
    settled(page)


def overlaps(page: Any, section: str) -> list[tuple[str, str]]:
    """Pairs of texts in a view of which one is written over the other.

    Of the height of a line the middle half counts: above and below it there is room for accents and descenders alone.
    """
    wait(page, section)
    boxes = evaluated(page, BOXES, section)["found"]
    return [
        (one["text"], other["text"])
        for one, other in combinations(boxes, 2)
        if one["number"] != other["number"] and is_over(one, other)
    ]


def is_over(one: dict[str, Any], other: dict[str, Any]) -> bool:
    beside = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1  # a pixel is shared by antialiasing
    (top, bottom), (above, below) = (
        (each["top"] + (each["bottom"] - each["top"]) / 4, each["bottom"] - (each["bottom"] - each["top"]) / 4)
        for each in (one, other)
    )
    return not beside and top < below and above < bottom


def outside(page: Any, section: str) -> list[str]:
    """Texts that stand out of their view on the left or on the right."""
    wait(page, section)
    seen = evaluated(page, BOXES, section)
    left, right = seen["frame"]
    return [each["text"] for each in seen["found"] if each["left"] < left - 1 or each["right"] > right + 1]


def pale(page: Any) -> list[tuple[str, str, float]]:
    """Texts with less contrast than WCAG's level AA asks for: 4.5, of large text 3."""
    return [
        (each["where"], each["text"], round(each["ratio"], 2))
        for each in evaluated(page, COLOURS)
        if each["ratio"] < (3 if each["large"] else 4.5)
    ]
