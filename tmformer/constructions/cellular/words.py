"""The words in registers: what one cell or m neighbouring cells hold, and a state with the tape head's place among them."""

import json
from typing import cast

from tmformer.errors import ConstructionError

_EDGE = "|"  # before the symbols of the first m cells of a one-way tape, at which a left move stays


def symbol_word(symbols: tuple[str, ...], *, edge: bool = False) -> str:
    """The word for what m cells hold: the symbols one after another, or as a JSON list where one of them is longer.

    Args:
        symbols: from left to right.
        edge: whether these are the first cells of a one-way tape.

    >>> symbol_word(("0", "1")), symbol_word(("0", "10"), edge=True)
    ('01', '|["0","10"]')
    """
    plain = len(symbols) == 1 or all(len(symbol) == 1 for symbol in symbols)
    text = "".join(symbols) if plain else json.dumps(symbols, separators=(",", ":"))
    return f"{_EDGE}{text}" if edge else text


def symbols_of(word: str, macro: int) -> tuple[tuple[str, ...], bool]:
    """The symbols that a word stands for, and whether they are at the edge; the inverse of `symbol_word`.

    A JSON list of m symbols has more than m + 1 characters, so no word means two things.

    Args:
        word: what a register holds.
        macro: m, the cells that it is for; with one cell a word is its symbol.

    Raises:
        ConstructionError: for a word that is none.

    >>> symbols_of("01", 2), symbols_of('|["0","10"]', 2)
    ((('0', '1'), False), (('0', '10'), True))
    """
    if macro == 1:
        return (word,), False
    edge = len(word) > macro and word.startswith(_EDGE)
    text = word[1:] if edge else word
    held: object = list(text) if len(text) == macro else _read(text, macro)
    symbols = tuple(str(symbol) for symbol in cast("list[object]", held)) if isinstance(held, list) else ()
    if len(symbols) != macro or symbol_word(symbols, edge=edge) != word:
        raise _no_word(word, macro)
    return symbols, edge


def message_word(state: str, place: int, macro: int) -> str:
    """The word for a state and the place of the tape head, counted from the left among m cells.

    >>> message_word("A", 0, 1), message_word("A", 3, 4)
    ('A', 'A@3')
    """
    return state if macro == 1 else f"{state}@{place}"


def message_of(word: str, macro: int) -> tuple[str, int]:
    """The state and the place that a word stands for; the inverse of `message_word`.

    Raises:
        ConstructionError: for a word that is none.

    >>> message_of("A@3", 4)
    ('A', 3)
    """
    if macro == 1:
        return word, 0
    state, _, place = word.rpartition("@")
    if not place.isdecimal() or int(place) >= macro or message_word(state, int(place), macro) != word:
        raise _no_word(word, macro)
    return state, int(place)


def _read(text: str, macro: int) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_word(text, macro) from error


def _no_word(word: str, macro: int) -> ConstructionError:
    return ConstructionError(
        "A word speaks of as many symbols as a macro cell has cells, or of a state and a place among them",
        found=repr(word)[:80],
        where=f"a macro cell of {macro} cells",
        remedy="Compile the machine again; another program wrote it.",
    )
