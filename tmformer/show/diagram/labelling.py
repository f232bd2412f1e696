"""Where the labels stand: beside their arrows, clear of each other, of states and of all lines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias, final

from tmformer.show.diagram.geometry import Box, Curve, Point, bounds, direction, on_curve, samples
from tmformer.show.diagram.routing import STEPS, Plane

Size: TypeAlias = tuple[float, float]
"""Width and height, in pixels."""
GAP = 3.0
"""Pixels that stay free around a label."""

_PLACES = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82)
_BUCKET = 48.0
_NEAR = 9.0  # pixels from a label within which a line of others is disliked
_TIP = 14.0  # pixels of an arrow's end that no label hides
_ROUNDS = 8


def label(
    plane: Plane, arrows: Sequence[tuple[Curve, Size]], lines: Sequence[Curve], *, may_cross: bool
) -> tuple[float, list[Box]] | None:
    """A box for each arrow, and the mean of what speaks against them; None where there is not enough room.

    Args:
        plane: the states.
        arrows: for each its curve, and the width and height of its label in pixels.
        lines: what labels keep clear of: the curves of the arrows, in the same order, and then others.
        may_cross: whether a label may stand on a line of others, as a last resort; never on a state or a label.
    """
    pieces = _Pieces(lines)
    choices: list[list[tuple[float, Box]]] = []
    for index, arrow in enumerate(arrows):
        choices.append(_choices(plane, pieces, index, *arrow, may_cross=may_cross))
        if not choices[-1]:
            return None
    return _apart(choices)


def _choices(
    plane: Plane, pieces: "_Pieces", own: int, curve: Curve, size: Size, *, may_cross: bool
) -> list[tuple[float, Box]]:
    """The places that are free of states, and nearer to their own line than to others; each with what speaks against it."""
    found: list[tuple[float, Box]] = []
    for dislike, gap, box in (*_beside(curve, size), *_upon(curve, size)):
        if min(box.distance(centre) for centre in plane.centres) < plane.radius + GAP:
            continue
        if gap and own in pieces.met(box.grown(1.5)):
            continue
        others = len(pieces.met(box.grown(gap + 2.5)) - {own})
        if others == 0 or may_cross:
            near = len(pieces.met(box.grown(_NEAR)) - {own})
            found.append((dislike + 1.5 * near + 50 * others, box))
    return sorted(found, key=lambda each: each[0])


def _beside(curve: Curve, size: Size) -> Iterator[tuple[float, float, Box]]:
    """Dislike, distance and box, on both sides of a curve: on its outer side and around its middle is liked best."""
    outer = on_curve(curve, 0.5) - (curve[0] + curve[3]) / 2
    for part in _PLACES:
        at, along = on_curve(curve, part), direction(curve, part)
        for side in (along * -1j, along * 1j):
            reach = abs(side.real) * size[0] / 2 + abs(side.imag) * size[1] / 2
            turned = abs(outer) > 1 and (side.conjugate() * outer).real < 0
            for gap in (3.0, 7.0):
                dislike = 24 * abs(part - 0.5) + (5 if turned else 0) + gap - 3 + (0.5 if side.imag > 0 else 0)
                yield dislike, gap, Box.around(at + side * (reach + gap), *size)


def _upon(curve: Curve, size: Size) -> Iterator[tuple[float, float, Box]]:
    """The same upon the curve, which it interrupts, where more of the curve is seen than not."""
    points = samples(curve, STEPS)
    for part in _PLACES:
        box = Box.around(on_curve(curve, part), *size)
        hidden = sum(box.grown(4).distance(point) == 0 for point in points)
        if hidden <= 0.4 * STEPS and box.distance(curve[3]) > _TIP:
            yield 32 + 24 * abs(part - 0.5), 0.0, box


def _apart(choices: Sequence[Sequence[tuple[float, Box]]]) -> tuple[float, list[Box]] | None:
    """One place of each, no two of which overlap: each label in turn takes the place it likes best beside the others."""
    count = len(choices)
    wholes = [bounds(point for _, box in each for point in _corners(box.grown(GAP))) for each in choices]
    rivals = [
        [other for other in range(count) if other != one and wholes[one].overlaps(wholes[other])]
        for one in range(count)
    ]
    order = sorted(range(count), key=lambda index: len(choices[index]))
    chosen = [each[0] for each in choices]
    for _ in range(_ROUNDS):
        moved = False
        for index in order:
            others = [chosen[other][1] for other in rivals[index]]
            best = min(choices[index], key=lambda each: each[0] + _crowd(each[1], others))
            moved |= best != chosen[index]
            chosen[index] = best
        if not moved:
            break
    boxes = [box for _, box in chosen]
    if any(boxes[one].grown(GAP).overlaps(boxes[other]) for one in range(count) for other in rivals[one]):
        return None
    return sum(dislike for dislike, _ in chosen) / max(count, 1), boxes


def _crowd(box: Box, others: Sequence[Box]) -> float:
    """What speaks against standing so close to other labels."""
    near = [other for other in others if box.grown(3 * GAP).overlaps(other)]
    return 2 * len(near) + 1000 * sum(box.grown(GAP).overlaps(other) for other in near)


def _corners(box: Box) -> Iterable[Point]:
    return complex(box.left, box.top), complex(box.right, box.bottom)


@final
class _Pieces:
    """Straight pieces of curves, found by where they are."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        self._buckets: dict[tuple[int, int], list[tuple[int, Point, Point]]] = {}
        for index, curve in enumerate(curves):
            for start, end in pairwise(samples(curve, STEPS)):
                for key in _keys(bounds((start, end))):
                    self._buckets.setdefault(key, []).append((index, start, end))

    def met(self, box: Box) -> set[int]:
        """The curves that meet a box."""
        found: set[int] = set()
        for key in _keys(box):
            for index, start, end in self._buckets.get(key, ()):
                if index not in found and box.is_crossed(start, end):
                    found.add(index)
        return found


def _keys(box: Box) -> Iterator[tuple[int, int]]:
    for x in range(int(box.left // _BUCKET), int(box.right // _BUCKET) + 1):
        for y in range(int(box.top // _BUCKET), int(box.bottom // _BUCKET) + 1):
            yield x, y
