"""Values of YAML text that know their place: text, lists and mappings, nothing else. Every scalar is text."""

from dataclasses import dataclass
from typing import TypeAlias, final

from tmformer.errors import MachineError, did_you_mean


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
