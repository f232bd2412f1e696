"""The units of an MLP, sorted: those that stand alone on one coordinate, and the rest, in fewer coordinates.

A matrix of a compiled network is mostly zeros. A product leaves out what is zero in every network of this structure, and
gives the same bits: zeros added to a sum change none of its digits.
"""

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np

from tmformer.program import Code, Flag, OneHot, Register
from tmformer.weights import Layout, Mlp, dense


@final
class Units(NamedTuple):
    """An MLP on some of the coordinates of the residual stream, as float64 arrays.

    Args:
        places: the coordinates that it reads or writes; those that gates read come first.
        reads: how many of them gates read.
        w_in: the gates' weights, [gates, reads].
        b_in: their biases, [gates].
        w_out: what they write, [places, gates].
        alone_in: the weight of the unit that reads and writes one coordinate only, without bias, [places]; 0 for none.
        alone_out: what it writes there.
    """

    places: tuple[int, ...]
    reads: int
    w_in: np.ndarray
    b_in: np.ndarray
    w_out: np.ndarray
    alone_in: np.ndarray
    alone_out: np.ndarray

    @property
    def multiply_adds(self) -> int:
        """Products of one application."""
        return self.w_in.size + self.w_out.size + 2 * int((self.alone_in != 0).sum())


def units_of(layout: Layout, mlp: Mlp, also: frozenset[str] = frozenset()) -> Units:
    """The units of an MLP, sorted.

    Args:
        layout: which coordinates belong to which register; a register is among the places as a whole.
        mlp: its matrices.
        also: registers that are to be among the places in any case.
    """
    w_in, b_in, w_out = dense(mlp.w_in), dense(mlp.b_in)[:, 0], dense(mlp.w_out)
    alone: dict[int, int] = {}
    for unit in range(len(b_in)):
        (read,), (written,) = np.nonzero(w_in[unit]), np.nonzero(w_out[:, unit])
        if len(read) == len(written) == 1 and read[0] == written[0] and b_in[unit] == 0:
            alone.setdefault(int(read[0]), unit)
    gates = [unit for unit in range(len(b_in)) if unit not in alone.values()]
    first = _whole(layout, (w_in[gates] != 0).any(axis=0))
    used = _whole(layout, (w_in != 0).any(axis=0) | (w_out != 0).any(axis=1), also)
    places = (*first, *(place for place in used if place not in set(first)))
    alone_in, alone_out = np.zeros(len(places)), np.zeros(len(places))
    for place, unit in alone.items():
        alone_in[places.index(place)] = w_in[unit, place]
        alone_out[places.index(place)] = w_out[place, unit]
    kept = np.ix_(gates, list(first))
    return Units(places, len(first), w_in[kept], b_in[gates], w_out[np.ix_(places, gates)], alone_in, alone_out)


def _whole(layout: Layout, used: np.ndarray, also: frozenset[str] = frozenset()) -> tuple[int, ...]:
    """The coordinates of all registers that are used anywhere."""
    spans = layout.spans.items()
    return tuple(place for name, span in spans if name in also or used[list(span)].any() for place in span)


def are_closed(layout: Layout, units: Units, empty: frozenset[str]) -> bool:
    """Whether no gate opens where these registers are empty, whatever the others hold on their grids."""
    bound = units.b_in.copy()
    columns = {place: index for index, place in enumerate(units.places[: units.reads])}
    for register in layout.registers:
        held = [columns[place] for place in layout.spans[register.name] if place in columns]
        if held and register.name not in empty:
            bound += _most(register, units.w_in[:, held])
    return bool((bound <= 0).all())


def _most(register: Register, weights: np.ndarray) -> np.ndarray:
    """The most that a register adds to each gate."""
    match register.type:
        case OneHot() | Flag():
            return weights.max(axis=1, initial=0)
        case Code():
            return np.abs(weights).sum(axis=1)


def is_exact(units: Units, digits: int, others: Sequence[np.ndarray] = ()) -> bool:
    """Whether all sums of products are exact with so many binary digits, in any order, on what lies on the grids.

    Every register is on its grid, {-1, 0, 1}; so each partial sum is a multiple of the finest weight, or product of two,
    and at most the sum of all absolute values.

    Args:
        units: the MLP.
        digits: those of a sum.
        others: what gates may write instead, each gate by itself, each array [places, gates].
    """
    w_out = np.abs([units.w_out, *others])
    most = np.abs(units.w_in).sum(axis=1) + np.abs(units.b_in)
    written = 1 + w_out.max(axis=0) @ most + np.abs(units.alone_in * units.alone_out)
    finest = _finest(units.w_in, units.b_in)
    return bool(max(most.max(initial=0), written.max(initial=0) / _finest(w_out)) / finest <= 2.0**digits)


def _finest(*arrays: np.ndarray) -> float:
    """The largest power of two, 1 at most, of which all of these are multiples."""
    finest = 1.0
    while any((array % finest).any() for array in arrays):
        finest /= 2
    return finest
