"""JSON text to values that know their place. Every scalar is text, numbers too; true, false and null are refused, for no format needs them."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn, final

from tmformer.errors import MachineError
from tmformer.machine.formats.located import Entries, Items, Located, Place, Text, shown
from tmformer.machine.formats.scanning import MAX_DEPTH, check_text

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)|(?P<mark>[\[\]{}:,])|(?P<end>\Z)|(?P<other>[^\s\[\]{}:,]++|[\s\S])"
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_CLOSING = {"[": "]", "{": "}"}


@final
@dataclass(frozen=True)
class _Token:
    """A word or a mark, and where it stands."""

    kind: str
    value: str
    place: Place

    def is_mark(self, mark: str) -> bool:
        return self.kind == "mark" and self.value == mark


def scan_json(text: str, source: str) -> Located:
    """The one value that a JSON text holds.

    Args:
        text: the JSON.
        source: what the places in errors begin with.

    Raises:
        MachineError: if the text is too long, is not JSON, or nests deeply.

    >>> scan_json('{"states": ["q", 0]}', "text").pairs[0][1].values[1].value
    '0'
    """
    check_text(text, source)
    tokens = _tokens(text, source)
    value = _value(next(tokens), tokens, 0)
    after = next(tokens)
    if after.kind != "end":
        _refuse(after, "the end of the text")
    return value


def _tokens(text: str, source: str) -> Iterator[_Token]:
    """The tokens of a text, and without end the one that says that nothing follows."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    offset = 0
    while True:
        blanks = _BLANKS.match(text, offset)
        offset = blanks.end() if blanks else offset
        match = _TOKEN.match(text, offset)
        line = bisect_right(starts, offset)
        place = Place(source, line, offset - starts[line - 1] + 1)
        if match:
            yield _Token(match.lastgroup or "other", match.group(), place)
            offset = match.end()


def _value(token: _Token, tokens: Iterator[_Token], depth: int) -> Located:
    if token.kind == "string":
        return _text(token)
    if token.kind == "number":
        return Text(token.value, token.place, style="number")
    if token.kind != "mark" or token.value not in _CLOSING:
        _refuse(token, "a text in double quotes, a number, a list or an object")
    if depth >= MAX_DEPTH:
        raise MachineError(
            "A machine file in JSON nests no deeper than a machine needs",
            found=f"more than {MAX_DEPTH} levels",
            where=str(token.place),
            remedy="Write the arguments of the constructor, as automata-lib documents them.",
        )
    return _items(token, tokens, depth) if token.value == "[" else _entries(token, tokens, depth)


def _items(opening: _Token, tokens: Iterator[_Token], depth: int) -> Items:
    values: list[Located] = []
    token = next(tokens)
    while values or not token.is_mark("]"):
        values.append(_value(token, tokens, depth + 1))
        if _is_last(next(tokens), opening):
            break
        token = next(tokens)
    return Items(tuple(values), opening.place)


def _entries(opening: _Token, tokens: Iterator[_Token], depth: int) -> Entries:
    pairs: list[tuple[Located, Located]] = []
    token = next(tokens)
    while pairs or not token.is_mark("}"):
        if token.kind != "string":
            _refuse(token, "a key in double quotes")
        colon = next(tokens)
        if not colon.is_mark(":"):
            _refuse(colon, "a colon after the key")
        pairs.append((_text(token), _value(next(tokens), tokens, depth + 1)))
        if _is_last(next(tokens), opening):
            break
        token = next(tokens)
    return Entries(tuple(pairs), opening.place)


def _is_last(token: _Token, opening: _Token) -> bool:
    """Whether a list or an object ends here; else a comma says that it goes on."""
    closing = _CLOSING[opening.value]
    if not token.is_mark(",") and not token.is_mark(closing):
        _refuse(token, f"a comma or {closing}, for the {opening.value} of line {opening.place.line}")
    return token.is_mark(closing)


def _text(token: _Token) -> Text:
    value = str(json.loads(token.value))
    if any("\ud800" <= character <= "\udfff" for character in value):
        _refuse(token, "a text of whole characters")
    return Text(value, token.place, style='"')


def _refuse(token: _Token, wanted: str) -> NoReturn:
    raise MachineError(
        f"A machine file in JSON has {wanted} here",
        found="the end of the text" if token.kind == "end" else shown(token.value),
        where=str(token.place),
        remedy="Close each bracket and quote, write no comma after the last item, and put names in double quotes.",
    )
