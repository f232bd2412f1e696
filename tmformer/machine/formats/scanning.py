"""YAML text to values that know their place.

Every scalar is text, so `0011` is four symbols and `yes` is a word. Anchors, aliases and tags are refused where they stand:
no object is constructed, and no small file grows into a large value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from tmformer.errors import MachineError
from tmformer.machine.formats.located import Entries, Items, Located, Place, Text, shown

MAX_CHARACTERS = 2_000_000
"""The longest text that is parsed: some 30,000 states with two transitions each."""
MAX_LINE = 200_000
"""The longest line of YAML, in characters: its parser is slow with a long word."""
MAX_DEPTH = 8
"""The deepest nesting that is parsed; a machine file needs five."""

_STARTS = ("SequenceStart", "MappingStart")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_text(text: str, source: str) -> None:
    """Refuse a text that is too long to read, or holds what no file of ours holds.

    Args:
        text: the text of a machine file, in whatever format.
        source: what the places in errors begin with.

    Raises:
        MachineError: at the first character if the text is too long, else at the first that does not print.
    """
    if len(text) > MAX_CHARACTERS:
        raise MachineError(
            "A machine file is short enough to read",
            found=f"{len(text):,} characters; at most {MAX_CHARACTERS:,} are read",
            where=f"{source}:1:1",
            remedy="Check that this is the file you mean; a larger machine can be built in Python as a Machine.",
        )
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        before = text[: unprintable.start()]
        raise MachineError(
            "A machine file holds printable characters only",
            found=f"the character U+{ord(unprintable.group()):04X}",
            where=f"{source}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}",
            remedy='Remove it; in YAML and JSON it can be written in double quotes as an escape such as "\\u0001".',
        )


def scan(text: str, source: str) -> Located:
    """The one value that a YAML text holds.

    Raises:
        MachineError: if the text is too long, is not YAML, holds no value or two, or nests, refers or tags.

    >>> scan("input: 0011", "text").pairs[0][1].value
    '0011'
    """
    check_text(text, source)
    _check_lines(text, source)
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


def top_comment(text: str) -> str:
    r"""The comment lines at the top of a text, without the sign of a comment.

    >>> top_comment("# Adds one.\n# To a binary number.\nblank: _")
    'Adds one.\nTo a binary number.'
    """
    lines: list[str] = []
    for line in text.lstrip("\ufeff \r\n").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[1:].removeprefix(" ").rstrip())
    return "\n".join(lines)


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


def _check_lines(text: str, source: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise MachineError(
                f"A line of YAML has at most {MAX_LINE:,} characters",
                found=f"{len(line):,} characters",
                where=f"{source}:{number}:1",
                remedy="Check that this is the file you mean; write a long input as a list of several lines.",
            )


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
