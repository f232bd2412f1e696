"""What each block changed, in windows: compressed pieces of a recording that a page unpacks one at a time."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tmformer.verify import Apart, Changes, Found, RecordedBlock, Recording

_LARGE = 1 << 19  # characters of a window after which the next one begins; any number shows the same run
_DIGITS = 20  # significant digits of an exact number, more than any float has


def windows(recording: "Recording") -> Iterator[tuple[int, int, str]]:
    """The windows of a recording: the first block, how many blocks, and a JSON text, deflated and in base 64.

    The JSON has ``start``, the residual stream before the first block as [places, values], and ``blocks``. A block has
    ``attended`` and ``after``: [places, values] of what attention, and then the MLP, changed; ``found``: for each attention
    head [winners, shares], or 0 for those of the loop before, in the same window; ``apart``: for each of the two, a list of
    [place, exact number, ulps] where the float is not exact. Places are row * d_model + coordinate, the first one and then
    the differences; shares are [row, share] of the rows whose share is not 1.

    Args:
        recording: of a run.
    """
    stream = recording.start.reshape(-1).astype(np.float64).copy()
    per_loop, first, size = len(recording.weights.blocks), 0, 0
    begun, blocks = _sparse(stream), list[str]()
    for index, block in enumerate(recording.blocks):
        fresh = len(blocks) < per_loop
        before = None if fresh else recording.blocks[index - per_loop]
        blocks.append(json.dumps(_block(block, before), separators=(",", ":")))
        size += len(blocks[-1])
        for changes in (block.attended, block.after):
            stream[changes.places] = changes.values
        if size > _LARGE or index == len(recording.blocks) - 1:
            yield first, len(blocks), _packed(begun, blocks)
            first, size, begun, blocks = index + 1, 0, _sparse(stream), []


def _packed(start: Sequence[object], blocks: Iterable[str]) -> str:
    text = f'{{"start":{json.dumps(start, separators=(",", ":"))},"blocks":[{",".join(blocks)}]}}'
    return base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")


def _block(block: "RecordedBlock", before: "RecordedBlock | None") -> dict[str, object]:
    earlier = (None,) * len(block.found) if before is None else before.found
    return {
        "attended": _changes(block.attended),
        "after": _changes(block.after),
        "found": [_found(found, old) for found, old in zip(block.found, earlier, strict=True)],
        "apart": [_apart(block.attended_apart), _apart(block.after_apart)],
    }


def _sparse(stream: np.ndarray) -> list[object]:
    places = np.flatnonzero(stream)
    return [_steps(places), _numbers(stream[places])]


def _changes(changes: "Changes") -> list[object]:
    return [_steps(changes.places), _numbers(changes.values)]


def _found(found: "Found", old: "Found | None") -> object:
    if old is not None and all(
        np.array_equal(*pair) for pair in ((found.winners, old.winners), (found.shares, old.shares))
    ):
        return 0
    partial = np.flatnonzero(found.shares != 1)
    shares = [[int(row), float(found.shares[row])] for row in partial]
    return [found.winners.tolist(), shares]


def _apart(apart: Sequence["Apart"]) -> list[object]:
    return [[each.place, digits(each.exact), None if each.ulps is None else digits(each.ulps, 4)] for each in apart]


def digits(number: Fraction, most: int = _DIGITS) -> str:
    """A number in decimal digits, at most so many significant ones.

    >>> digits(Fraction(2, 3)), digits(Fraction(5, 2)), digits(Fraction(2, 3), 4)
    ('0.66666666666666666667', '2.5', '0.6667')
    """
    context = Context(prec=most)
    return str(context.divide(context.create_decimal(number.numerator), Decimal(number.denominator)))


def _steps(places: np.ndarray) -> list[int]:
    steps: list[int] = np.diff(places, prepend=0).tolist()
    return steps


def _numbers(values: np.ndarray) -> list[float]:
    return [int(value) if value == int(value) else value for value in values.tolist()]
