"""YAML text as plain values that know their place: text, lists and mappings, nothing else.

Every scalar is text, so `0011` is four symbols and `yes` is a word. Anchors, aliases and tags are refused where they stand:
no object is constructed, and no small file grows into a large value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from tmformer.errors import MachineError, did_you_mean

MAX_CHARACTERS = 2_000_000
"""The longest text that is parsed: some 30,000 states with two transitions each."""
MAX_DEPTH = 8
"""The deepest nesting that is parsed; a machine file needs five."""

_STARTS = ("SequenceStart", "MappingStart")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@final
@dataclass(frozen=True)
class Place:
    """A line and a column of a source, both counted from 1."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        """``source:line:column``."""
        return f"{self.source}:{self.line}:{self.column}"


@final
@dataclass(frozen=True)
class Text:
    """A scalar, as written. `is_missing` where nothing at all is written, as after the colon of ``done:``."""

    value: str
    place: Place
    is_missing: bool = False
    style: str = ""


@final
@dataclass(frozen=True)
class Items:
    """A list."""

    values: "tuple[Located, ...]"
    place: Place


@final
@dataclass(frozen=True)
class Entries:
    """A mapping, as pairs in the order of the text; a key may be a list, and may come twice."""

    pairs: "tuple[tuple[Located, Located], ...]"
    place: Place


Located: TypeAlias = Text | Items | Entries


def shown(text: str) -> str:
    """A text in quotes, shortened, with every character that does not print escaped.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"
    """
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def described(value: Located) -> str:
    """What a value is, for the `found` part of an error."""
    if isinstance(value, Text):
        return "nothing" if value.is_missing else shown(value.value)
    return "a list" if isinstance(value, Items) else "a mapping"


def text_of(value: Located, what: str) -> Text:
    """`value`, if it is a text of at least one character.

    Args:
        value: the value.
        what: what it stands for, such as "the blank".

    Raises:
        MachineError: if it is a list, a mapping or empty.
    """
    if isinstance(value, Text) and value.value:
        return value
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is a text of at least one character",
        found=described(value),
        where=str(value.place),
        remedy="Write the text here, in quotes if it is a blank or punctuation.",
    )


def items_of(value: Located, what: str) -> tuple[Located, ...]:
    """The values of a list.

    Raises:
        MachineError: if `value` is not a list.
    """
    if isinstance(value, Items):
        return value.values
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is a list",
        found=described(value),
        where=str(value.place),
        remedy="Write it as [first, second].",
    )


def fields_of(value: Located, what: str, known: tuple[str, ...] | None = None) -> dict[str, tuple[Text, Located]]:
    """The entries of a mapping with text keys, each key once.

    Args:
        value: the mapping.
        what: what it stands for, such as "a machine file".
        known: the keys that may occur; None if any may.

    Raises:
        MachineError: if `value` is no mapping, a key is not a text, comes twice or is not known.
    """
    if not isinstance(value, Entries):
        raise MachineError(
            f"{what[0].upper()}{what[1:]} is a mapping",
            found=described(value),
            where=str(value.place),
            remedy="Write it as `key: value` lines, or as {key: value}.",
        )
    fields: dict[str, tuple[Text, Located]] = {}
    for key, entry in value.pairs:
        name = text_of(key, f"a key of {what}")
        if known is not None and name.value not in known:
            raise MachineError(
                f"{what[0].upper()}{what[1:]} has only known keys",
                found=f"the key {shown(name.value)}",
                where=str(name.place),
                remedy=f"Use one of {', '.join(known)}{did_you_mean(name.value, known)}",
            )
        if name.value in fields:
            raise MachineError(
                f"Each key of {what} comes once",
                found=f"{shown(name.value)} a second time (first at line {fields[name.value][0].place.line})",
                where=str(name.place),
                remedy="Remove one of the two, or give one another name.",
            )
        fields[name.value] = (name, entry)
    return fields


def scan(text: str, source: str) -> Located:
    """The one value that a YAML text holds.

    Raises:
        MachineError: if the text is too long, is not YAML, holds no value or two, or nests, refers or tags.

    >>> scan("input: 0011", "text").pairs[0][1].value
    '0011'
    """
    if len(text) > MAX_CHARACTERS:
        raise MachineError(
            "A machine file is short enough to read",
            found=f"{len(text):,} characters; at most {MAX_CHARACTERS:,} are read",
            where=f"{source}:1:1",
            remedy="Check that this is the file you mean; a larger machine can be built in Python as a Machine.",
        )
    done: list[list[Located]] = [[]]
    open_places: list[Place] = []
    for event in _events(text, source):
        _check_event(event, depth=len(open_places), is_second=bool(done[0]))
        if event.kind == "Scalar":
            done[-1].append(Text(event.value, event.place, not event.value and not event.style, event.style))
        elif event.kind in _STARTS:
            done.append([])
            open_places.append(event.place)
        elif event.kind in ("SequenceEnd", "MappingEnd"):
            values, place = tuple(done.pop()), open_places.pop()
            is_list = event.kind == "SequenceEnd"
            done[-1].append(Items(values, place) if is_list else Entries(_pairs(values), place))
    if done[0]:
        return done[0][0]
    raise MachineError(
        "A machine file describes a machine",
        found="nothing but comments and blanks",
        where=f"{source}:1:1",
        remedy="Write at least `blank`, `start state` and `table`.",
    )


def _pairs(values: tuple[Located, ...]) -> tuple[tuple[Located, Located], ...]:
    return tuple(zip(values[::2], values[1::2], strict=True))


@final
@dataclass(frozen=True)
class _Event:
    """What ruamel.yaml's parser found next."""

    kind: str
    place: Place
    value: str
    style: str
    anchor: str
    tag: str


def _events(text: str, source: str) -> Iterator[_Event]:
    """The events of ruamel.yaml's parser, which knows syntax only; its errors become ours."""
    # Imported here, since a bbchallenge line should not wait for a YAML library.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.events import ScalarEvent

    _check_characters(text, source)
    loader: Any = YAML(typ="safe", pure=True)
    try:
        end: Any = None
        for event in loader.parse(text):
            names = ("value", "style", "anchor", "tag")
            value, style, anchor, tag = (str(getattr(event, name, None) or "") for name in names)
            # What is missing is missing after what comes before it; the parser notices only at what follows.
            is_missing = isinstance(event, ScalarEvent) and not (value or style or anchor or tag)
            mark = end if is_missing else event.start_mark
            place, end = Place(source, mark.line + 1, mark.column + 1), event.end_mark
            yield _Event(type(event).__name__.removesuffix("Event"), place, value, style, anchor, tag)
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        raise MachineError(
            "A machine file is YAML",
            found=str(error.problem or error.context),
            where=str(Place(source, mark.line + 1, mark.column + 1)),
            remedy="Indent with blanks, never tabs; close each bracket and quote; quote punctuation, as in ' ' or '['.",
        ) from error


def _check_event(event: _Event, *, depth: int, is_second: bool) -> None:
    refusal = ""
    if event.anchor:
        refusal = f"the alias *{event.anchor}" if event.kind == "Alias" else f"the anchor &{event.anchor}"
    elif event.tag:
        refusal = f"the tag {shown(event.tag)}"
    elif event.kind == "DocumentStart" and is_second:
        refusal = "a second document"
    elif depth >= MAX_DEPTH and event.kind in _STARTS:
        refusal = f"more than {MAX_DEPTH} levels"
    if refusal:
        raise MachineError(
            "A machine file is one plain YAML document, without anchors, aliases, tags or deep nesting",
            found=refusal,
            where=str(event.place),
            remedy="Write the text out; use `synonyms:` to name an instruction that comes often.",
        )


def _check_characters(text: str, source: str) -> None:
    """Refuse what YAML cannot hold, at its place: ruamel.yaml only counts characters from the start."""
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        before = text[: unprintable.start()]
        raise MachineError(
            "A machine file holds printable characters only",
            found=f"the character U+{ord(unprintable.group()):04X}",
            where=f"{source}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}",
            remedy='Remove it, or write it in double quotes as an escape such as "\\x01".',
        )
