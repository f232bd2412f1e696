"""Text in pictures: as it is, never as mathematics or markup, and never a control character."""

import textwrap
import unicodedata
from collections.abc import Callable

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


def drawable(text: str, has_glyph: Callable[[str], bool]) -> str:
    r"""The text with every character that the font does not have escaped: a box would say nothing.

    Args:
        text: any text.
        has_glyph: whether the font has a character.

    >>> drawable("aé\n", str.isascii)
    'a\\xe9\n'
    """
    return "".join(each if each == "\n" or has_glyph(each) else _escaped(each) for each in text)


def wrapped(text: str, columns: int) -> list[str]:
    """The lines of a text, each of so many columns at most; a wide character takes two.

    >>> wrapped("one two three", 8)
    ['one two', 'three']
    """
    # A wide character is followed by one that is put in for its second column, and taken out again.
    doubled = "".join(f"{each}\0" if _is_wide(each) else each for each in text)
    lines = textwrap.wrap(doubled, max(8, columns), break_on_hyphens=False)
    return [line.replace("\0", "") for line in lines]


def columns_of(text: str) -> int:
    """The columns that a text takes; a wide character takes two."""
    return sum(2 if _is_wide(each) else 1 for each in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
