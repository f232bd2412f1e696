"""Where the states stand: on a lattice of staggered rows, with few crossings and short arrows, found by annealing.

The random numbers are those of one seed, so the same machine is drawn alike each time.
"""

import math
import random
from collections.abc import Sequence
from typing import final

from tmformer.show.diagram.geometry import Point

ROW = 0.8
"""The distance of two rows, where the cells of a row are 1 apart."""

_CROSSING, _BLOCKED, _FLOW, _GATHER = 4.0, 6.0, 0.12, 0.03  # against the length of an arrow, in cells
_CLEAR = 0.42  # cells between a state and an arrow of others
_MANY = 100  # arrows, beyond which one start has to do
_WORK = 600_000  # pairs of arrows that are compared


def place(
    count: int, links: Sequence[tuple[int, int]], start: int, ends: Sequence[int] = ()
) -> list[tuple[float, list[Point]]]:
    """Some ways to place the states, the best first: each with its cost, and a point for each state, both in cells.

    Args:
        count: of the states.
        links: pairs of different states that an arrow joins; the direction says where the flow goes.
        start: the state that should stand on the left.
        ends: the states that should stand on the right.
    """
    lattice = _lattice(count)
    found: list[tuple[float, list[Point]]] = []
    for seed in range(3 if len(links) < _MANY else 1):
        board = _Board(lattice, count, links, start, ends)
        cost = round(board.anneal(random.Random(seed)), 6)
        points = [lattice[cell] for cell in board.cells]
        if (cost, points) not in found:
            found.append((cost, points))
    return sorted(found, key=lambda each: each[0])


def _lattice(count: int) -> list[Point]:
    """A few more cells than states, in rows of which each second is shifted by half a cell."""
    columns = max(1, math.ceil(math.sqrt(1.6 * count)))
    rows = math.ceil(count / columns) + 1
    return [complex(column + 0.5 * (row % 2), ROW * row) for row in range(rows) for column in range(columns)]


@final
class _Board:
    """States on the cells of a lattice, and what it costs that they stand there."""

    def __init__(
        self, lattice: Sequence[Point], count: int, links: Sequence[tuple[int, int]], start: int, ends: Sequence[int]
    ) -> None:
        self.lattice = lattice
        self.links = list(dict.fromkeys((min(link), max(link)) for link in links))
        self.cells = list(range(count))
        self._middle = sum(lattice) / len(lattice)
        self._free = list(range(count, len(lattice)))
        self._pull = [0.0] * count  # to the right
        for one, other in links:
            self._pull[one] -= _FLOW
            self._pull[other] += _FLOW
        self._pull[start] -= 1.2
        for end in ends:
            self._pull[end] += 0.4
        self._of = [[index for index, link in enumerate(self.links) if state in link] for state in range(count)]
        self._crossings: dict[tuple[int, int, int, int], bool] = {}
        self._blocks: dict[tuple[int, int, int], bool] = {}

    def anneal(self, numbers: random.Random) -> float:
        """Move states, or let two change places, as long as it helps, early on also where it does not; the cost."""
        count = len(self.cells)
        degree = 2 * len(self.links) / count + 1
        rounds = int(min(400 * count, max(_WORK / (degree * (len(self.links) + count)), 500)))
        for index in range(rounds):
            heat = 2.5 * (1 - index / rounds) ** 2
            one = int(numbers.random() * count)
            other = int(numbers.random() * len(self.lattice))
            moving = [one, other] if other < count and other != one else [one]
            luck, before = numbers.random(), self._cost(moving)
            self._swap(one, other)
            rise = round(self._cost(moving) - before, 6)  # what the last digits say differs from machine to machine
            if rise > 0 and (heat < 1e-3 or luck >= math.exp(-rise / heat)):
                self._swap(one, other)
        return self._cost(range(count))

    def _swap(self, one: int, other: int) -> None:
        """State `one` goes to where state `other` is, or to a free cell."""
        if other < len(self.cells):
            self.cells[one], self.cells[other] = self.cells[other], self.cells[one]
        else:
            free = other - len(self.cells)
            self.cells[one], self._free[free] = self._free[free], self.cells[one]

    def _cost(self, moving: Sequence[int]) -> float:
        """What depends on where these states stand."""
        own = sorted({index for state in moving for index in self._of[state]})
        mine, cells = set(own), self.cells
        total = sum(_GATHER * abs(self.lattice[cells[state]] - self._middle) ** 2 for state in moving)
        total -= sum(self._pull[state] * self.lattice[cells[state]].real for state in moving)
        for index in own:
            one, other = self.links[index]
            a, b = cells[one], cells[other]
            total += abs(self.lattice[a] - self.lattice[b]) ** 1.5
            total += _BLOCKED * sum(self._is_blocked(cell, a, b) for cell in cells)
            for third, (left, right) in enumerate(self.links):
                if (third > index or third not in mine) and self._cross(a, b, cells[left], cells[right]):
                    total += _CROSSING
        others = [(cells[left], cells[right]) for third, (left, right) in enumerate(self.links) if third not in mine]
        total += _BLOCKED * sum(self._is_blocked(cells[state], a, b) for state in moving for a, b in others)
        return total

    def _is_blocked(self, cell: int, a: int, b: int) -> bool:
        """Whether a state on this cell stands in the way from a to b."""
        if cell in (a, b):
            return False
        key = (cell, a, b) if a < b else (cell, b, a)
        if key not in self._blocks:
            start, along = self.lattice[a], self.lattice[b] - self.lattice[a]
            to = self.lattice[cell] - start
            part = min(max((to * along.conjugate()).real / abs(along) ** 2, 0), 1)
            self._blocks[key] = abs(to - part * along) < _CLEAR
        return self._blocks[key]

    def _cross(self, a: int, b: int, c: int, d: int) -> bool:
        if a in (c, d) or b in (c, d):
            return False
        key = (a, b, c, d)
        if key not in self._crossings:
            self._crossings[key] = self._turn(a, b, c) != self._turn(a, b, d) and self._turn(c, d, a) != self._turn(
                c, d, b
            )
        return self._crossings[key]

    def _turn(self, a: int, b: int, c: int) -> bool:
        one, other = self.lattice[b] - self.lattice[a], self.lattice[c] - self.lattice[a]
        return (one.conjugate() * other).imag > 0
