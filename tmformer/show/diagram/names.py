"""Names as they stand in a picture: without what does not print, short, told apart, and with a width that is known."""

from collections import Counter
from collections.abc import Sequence

STATE_COLUMNS = 10
"""The most columns of a state's name."""
SYMBOL_COLUMNS = 8
"""The most columns of a symbol."""

_NARROW = "→␣…✓"  # as wide as a letter in every monospace font that has them
_QUOTED = ",→'"  # what stands between symbols in a label, so that no symbol may hold it bare


def columns(text: str) -> int:
    """The columns that a text takes in a monospace font, at most; what may be wider than a letter counts twice.

    >>> columns("0→1,R"), columns("漢")
    (5, 2)
    """
    return sum(1 if ord(each) < 0x250 or each in _NARROW else 2 for each in text)


def visible(name: str) -> str:
    r"""A name with everything escaped that does not print; blanks at its ends, or side by side, are seen.

    >>> visible("go on"), visible(" "), visible("a\x00b")
    ('go on', '␣', 'a\\x00b')
    """
    spaced = name if all(name.split(" ")) else name.replace(" ", "␣")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in spaced)


def quoted(symbol: str, marks: str = _QUOTED) -> str:
    """A symbol as it stands in a label: in quotes where it holds what separates symbols.

    >>> quoted("0"), quoted(",")
    ('0', "','")
    """
    escaped = symbol.replace("'", "\\'")
    return f"'{escaped}'" if any(mark in symbol for mark in marks) else symbol


def shorten(text: str, limit: int, end: str = "") -> str:
    """The first columns of a text, an ellipsis and an end, where it is longer than `limit` columns or has an end.

    >>> shorten("multiplication", 8), shorten("sort", 8), shorten("multiplication", 8, "12")
    ('multipl…', 'sort', 'multi…12')
    """
    if columns(text) <= limit and not end:
        return text
    kept = text
    while kept and columns(kept) + 1 + columns(end) > limit:
        kept = kept[:-1]
    return f"{kept}…{end}"


def shown_names(names: Sequence[str], limit: int) -> dict[str, str]:
    """For each name what is shown of it: at most `limit` columns, no two alike.

    Names that look alike once they are shortened end with their number in the list, from 1.

    >>> list(shown_names(["a", "multiplication", "multiplicand"], 8).values())
    ['a', 'multip…2', 'multip…3']
    """
    short = [shorten(visible(name), limit) for name in names]
    count = Counter(short)
    numbered = [
        shorten(visible(name), limit, str(number)) if count[text] > 1 else text
        for number, (name, text) in enumerate(zip(names, short, strict=True), start=1)
    ]
    if len(set(numbered)) < len(numbered):  # a name looks like one that was numbered: number them all
        numbered = [shorten("", limit, str(number)) for number in range(1, len(names) + 1)]
    return dict(zip(names, numbered, strict=True))
