"""Text in pictures: as it is, never as mathematics or markup, and never a control character."""

import unicodedata
from collections.abc import Callable
from itertools import pairwise

LEFT_TO_RIGHT = "\u200e"
"""A mark without a glyph, after which text runs from left to right again."""

_LEFTWARD = ("R", "AL", "AN")  # as Unicode names letters and numbers that run from right to left

LONGEST = 80
"""Characters of a name, at most; what is longer ends in three dots."""


def legible(text: str, longest: int = LONGEST) -> str:
    r"""The text with every character that does not print escaped, line ends and changes of direction included.

    Args:
        text: any text, such as the name of a symbol.
        longest: characters, at most.

    >>> legible("a\n$_$"), legible("x" * 9, 4)
    ('a\\n$_$', 'xxx…')
    """
    clipped = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(each if each.isprintable() else _escaped(each) for each in clipped)


def steady(line: str) -> str:
    """A line in which words that run from right to left stay where they are, and what is around them too.

    Args:
        line: any text.

    >>> steady("from \u05d0 \u05d1, 4 steps") == f"{LEFT_TO_RIGHT}from \u05d0 \u05d1{LEFT_TO_RIGHT}, 4 steps"
    True
    """
    places = [place for place, each in enumerate(line) if unicodedata.bidirectional(each) in _LEFTWARD]
    if not places:
        return line
    ends = [
        place
        for place, after in pairwise([*places, len(line)])
        if after == len(line) or any(unicodedata.bidirectional(each) == "L" for each in line[place:after])
    ]
    pieces = [line[start:end] for start, end in pairwise([0, *(place + 1 for place in ends), len(line)])]
    return LEFT_TO_RIGHT + LEFT_TO_RIGHT.join(pieces)


def drawable(text: str, has_glyph: Callable[[str], bool]) -> str:
    r"""The text with every character that the font does not have escaped: a box would say nothing.

    Args:
        text: any text.
        has_glyph: whether the font has a character.

    >>> drawable("aé\n", str.isascii)
    'a\\xe9\n'
    """
    return "".join(each if each in ("\n", LEFT_TO_RIGHT) or has_glyph(each) else _escaped(each) for each in text)


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """The lines of a text, none wider than the room for it; a word that is wider is broken.

    Args:
        text: any text.
        room: for one line.
        width: that of a text, in the same unit.

    >>> wrapped("one two threefour", 7, len)
    ['one two', 'threefo', 'ur']
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        lines += [line] if line else []
        line = word
        while width(line) > room and len(line) > 1:
            fits = next((n for n in range(len(line) - 1, 1, -1) if width(line[:n]) <= room), 1)
            lines, line = [*lines, line[:fits]], line[fits:]
    return [*lines, line] if line else lines


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
