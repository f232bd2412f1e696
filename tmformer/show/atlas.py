"""The atlas as one picture: positions against formats, what is proved beside what is seen.

Written as SVG by hand: a chart of dots needs no library, equal numbers give equal bytes, and colours follow the reader's
light or dark background, which pictures of plotting libraries do not.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from tmformer.show.frame import COLOURS, Frame, legend, picture

if TYPE_CHECKING:
    from tmformer.verify import Entry

_WIDTH, _HEIGHT = 1000, 500
_LEFT, _TOP, _BOTTOM = 62, 74, 92
_TITLES = {
    "accumulate-float32": "sums in float32",
    "scores-float32": "sums and scores in float32",
    "pure": "all in the format",
}


def draw(entries: Sequence["Entry"], caption: Sequence[str] = ()) -> str:
    """An SVG picture: a filled mark is proved, an open one seen, a cross the last row before perez is lost.

    Args:
        entries: of `verify.atlas`.
        caption: what stands below it.
    """
    places = _places(entries)
    top = max([20, *(_power(entry.seen) for entry in entries)])
    frame = Frame(_LEFT, _TOP, _WIDTH - _LEFT - 16, _HEIGHT - _TOP - _BOTTOM, 0, top)
    names = list(dict.fromkeys(entry.construction for entry in entries))
    marks = [mark for entry in entries for mark in _marks(frame, places, names, entry)]
    edge = min((entry.largest for entry in entries), default=1 << top)
    y = frame.y(_power(edge)) - 8
    marks.append(f'<text class="t e" x="{frame.x(1):.1f}" y="{y:.1f}">tried up to here</text>')
    shown = [(name, "cross" if name == "perez" else "dot") for name in names]
    parts = [
        *frame.grid([0, *range(2, top + 1, 2)], lambda power: f"2^{power}" if power else "none"),
        *_columns(frame, places),
        *marks,
        *legend(
            _LEFT, 22, [*shown, ("proved", "proved"), ("seen", "seen"), ("seen, powers summed by halves", "halves")]
        ),
    ]
    title = "Positions that run exactly, for each number format: proved and seen"
    return picture(_WIDTH, _HEIGHT, title, parts, caption=caption)


def _places(entries: Sequence["Entry"]) -> dict[tuple[str, str], float]:
    """The column of each policy and format, between 0 and 1; a gap between policies."""
    policies = [name for name in _TITLES if any(entry.policy == name for entry in entries)]
    policies += sorted({entry.policy for entry in entries} - set(policies))
    formats = list(dict.fromkeys(entry.format for entry in entries))
    keys = {(entry.policy, entry.format) for entry in entries}
    places, at = dict[tuple[str, str], float](), 0.5
    for policy in policies:
        for each in formats:
            if (policy, each) in keys:
                places[policy, each] = at
                at += 1
        at += 0.4
    return {key: value / max(at - 0.4, 1) for key, value in places.items()}


def _power(positions: int) -> int:
    return max(positions.bit_length() - 1, 0)


def _marks(frame: Frame, places: dict[tuple[str, str], float], names: Sequence[str], entry: "Entry") -> Iterator[str]:
    index = names.index(entry.construction)
    x = frame.x(places[entry.policy, entry.format]) + 8.5 * (index - (len(names) - 1) / 2)
    seen, colour = frame.y(_exponent(entry.seen)), COLOURS[index % len(COLOURS)]
    title = f"<title>{escape(_said(entry))}</title>"
    if entry.construction == "perez":
        yield f'<g class="{colour}"><path class="x" d="M{x - 4:.1f} {seen - 4:.1f}l8 8m0-8l-8 8"/>{title}</g>'
        return
    proved, halves = frame.y(_exponent(entry.proved)), frame.y(_exponent(entry.by_halves))
    between = f'<path class="l" d="M{x:.1f} {proved:.1f}V{seen:.1f}"/>' if proved != seen else ""
    if entry.by_halves != entry.seen:
        between += f'<path class="l" d="M{x - 4:.1f} {halves:.1f}h8"/>'
    yield (
        f'<g class="{colour}">{between}<circle class="o" cx="{x:.1f}" cy="{seen:.1f}" r="4.6"/>'
        f'<circle class="f" cx="{x:.1f}" cy="{proved:.1f}" r="2.6"/>{title}</g>'
    )


def _exponent(positions: int) -> float:
    """log2, to a tenth, as positions of perez are no powers of two."""
    below = _power(positions)
    return round(below + positions / 2**below - 1, 1) if positions else 0


def _said(entry: "Entry") -> str:
    return f"{entry.construction}, {entry.format}, {entry.policy}: proved {entry.proved:,}, seen {entry.seen:,}. {entry.fault}"


def _columns(frame: Frame, places: dict[tuple[str, str], float]) -> Iterator[str]:
    """Names of formats below, names of policies above, and a line between policies."""
    groups: dict[str, list[float]] = {}
    for (policy, name), place in places.items():
        x = frame.x(place)
        groups.setdefault(policy, []).append(x)
        y = frame.bottom + 14
        yield f'<text class="t e" transform="translate({x + 4:.1f} {y:.1f}) rotate(-42)">{escape(name)}</text>'
    for policy, xs in groups.items():
        middle = (xs[0] + xs[-1]) / 2
        yield f'<text class="t m" x="{middle:.1f}" y="{frame.top - 10:.1f}">{escape(_TITLES.get(policy, policy))}</text>'
    ends = [(xs[0], xs[-1]) for xs in groups.values()]
    for (_, left), (right, _) in pairwise(ends):
        x = (left + right) / 2
        yield f'<path class="g" d="M{x:.1f} {frame.top - 20:.1f}V{frame.bottom:.1f}"/>'
