"""A state diagram as a reader of the SVG sees it, told by where things stand, and what is wrong with it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree as ET

from tmformer.machine import Machine
from tmformer.show.diagram.geometry import Box, Curve, Point, samples

SVG = "{http://www.w3.org/2000/svg}"
Said = tuple[str, str, str, str, str]
_LINE = re.compile(r"(?P<reads>.+)→(?:(?P<writes>[^RLS]+),)?(?P<moves>[RLS]|\([RLS,]+\))")
_READ = re.compile(r"\([^)]*\)|[^,()]+")


@dataclass(frozen=True)
class State:
    """A circle, or more in one place."""

    title: str
    name: str
    centre: Point
    radii: tuple[float, ...]
    signs: int


@dataclass(frozen=True)
class Arrow:
    """A line that begins somewhere, and a tip."""

    curve: Curve
    tip: Point


@dataclass(frozen=True)
class Label:
    """Lines of text in a box."""

    box: Box
    lines: tuple[str, ...]
    title: str
    widths: tuple[tuple[float, float], ...]  # middle and width of each line


@dataclass(frozen=True)
class Seen:
    """All of a picture."""

    view: Box
    states: list[State]
    entry: Arrow
    arrows: list[Arrow]
    labels: list[Label]


def seen(text: str) -> Seen:
    """What stands in an SVG file, which must be well-formed."""
    root = ET.fromstring(text)  # noqa: S314 - our own text
    groups = {
        kind: [each for each in root.findall(f"{SVG}g") if each.get("class", "").split()[0] == kind] for kind in KINDS
    }
    entry = root.findall(f"{SVG}path")
    view = Box(*map(float, root.attrib["viewBox"].split()))
    return Seen(
        view,
        [_state(each) for each in groups["state"]],
        _arrow(entry),
        [_arrow(each.findall(f"{SVG}path")) for each in groups["arrow"]],
        [_label(each) for each in groups["label"]],
    )


KINDS = ("state", "arrow", "label")


def _state(group: ET.Element) -> State:
    circles = group.findall(f"{SVG}circle")
    (centre,) = {complex(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in circles}
    radii = tuple(float(each.attrib["r"]) for each in circles)
    title = (group.findtext(f"{SVG}title") or "").removesuffix(", halting")
    title = title.removesuffix(", accepting").removesuffix(", rejecting")
    return State(title, group.findtext(f"{SVG}text") or "", centre, radii, len(group.findall(f"{SVG}path")))


def _arrow(paths: list[ET.Element]) -> Arrow:
    line, tip = paths
    points = _points(line.attrib["d"])
    return Arrow((points[0], points[1], points[2], points[3]), _points(tip.attrib["d"])[0])


def _points(path: str) -> list[Point]:
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
    return [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]


def _label(group: ET.Element) -> Label:
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    texts = group.findall(f"{SVG}text")
    widths = tuple((float(each.attrib["x"]), float(each.attrib["textLength"])) for each in texts)
    lines = tuple(each.text or "" for each in texts)
    return Label(Box(x, y, x + width, y + height), lines, group.findtext(f"{SVG}title") or "", widths)


def transitions(picture: Seen) -> list[Said]:
    """(state, reads, writes, moves, next state), read off the text of each label and the ends of its arrow.

    Names must hold no comma, arrow, bracket or letter R, L, S, and be short enough to be shown in full.
    """
    found: list[Said] = []
    for arrow, label in zip(picture.arrows, picture.labels, strict=True):
        source, target = _at(picture, arrow.curve[0]), _at(picture, arrow.tip)
        for line in re.sub(r",\n", ",", "\n".join(label.lines)).split("\n"):
            match = _LINE.fullmatch(line)
            assert match, line
            reads = _READ.findall(match["reads"])
            found += [(source, read, match["writes"] or read, match["moves"], target) for read in reads]
    return found


def _at(picture: Seen, end: Point) -> str:
    """The state at whose edge an arrow ends."""
    (title,) = [each.title for each in picture.states if abs(abs(end - each.centre) - max(each.radii)) < 0.3]
    return title


def expected(machine: Machine) -> list[Said]:
    """The same of a machine."""
    return [
        (
            rule.state,
            _joined(rule.reads),
            _joined(rule.writes),
            _joined(move.letter for move in rule.moves),
            rule.next_state,
        )
        for rule in machine.transitions
    ]


def _joined(parts: Iterable[str]) -> str:
    text = ",".join(parts)
    return f"({text})" if "," in text else text


def faults(picture: Seen) -> list[str]:
    """Labels that overlap each other or a state, or are nearer to another line; what stands out of the picture."""
    found: list[str] = []
    for one, other in combinations(picture.labels, 2):
        if one.box.overlaps(other.box):
            found.append(f"labels {one.lines} and {other.lines} overlap")
    for label in picture.labels:
        near = [state.name for state in picture.states if label.box.distance(state.centre) < max(state.radii)]
        found += [f"label {label.lines} overlaps state {name}" for name in near]
        for middle, width in label.widths:
            if middle - width / 2 < label.box.left or middle + width / 2 > label.box.right:
                found.append(f"a line of {label.lines} is wider than its box")
    for one, other in combinations(picture.states, 2):
        if abs(one.centre - other.centre) < max(one.radii) + max(other.radii):
            found.append(f"states {one.name} and {other.name} overlap")
    boxes = [(str(label.lines), label.box) for label in picture.labels]
    boxes += [
        (state.name, Box.around(state.centre, 2 * state.radii[0], 2 * state.radii[0])) for state in picture.states
    ]
    boxes += [("an arrow", Box.around(point, 2, 2)) for arrow in picture.arrows for point in samples(arrow.curve, 20)]
    boxes += [("the entry", Box.around(picture.entry.curve[0], 2, 2))]
    for name, box in boxes:
        if min(box.left, box.top) < 0 or box.right > picture.view.right or box.bottom > picture.view.bottom:
            found.append(f"{name} stands out of the picture")
    return found


def astray(picture: Seen) -> list[str]:
    """Labels that are nearer to the line of another arrow, or as near."""
    lines = [samples(arrow.curve, 60) for arrow in picture.arrows]
    found: list[str] = []
    for index, label in enumerate(picture.labels):
        far = [min(label.box.distance(point) for point in line) for line in lines]
        if any(distance <= far[index] for other, distance in enumerate(far) if other != index):
            found.append(f"label {label.lines} is nearer to another line")
    return found


def compared(picture: Seen, machine: Machine) -> tuple[Counter[Said], Counter[Said]]:
    """What is missing, and what is drawn too much."""
    drawn, meant = Counter(transitions(picture)), Counter(expected(machine))
    return meant - drawn, drawn - meant
