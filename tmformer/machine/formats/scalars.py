"""Texts as scalars of YAML: plain if nobody can mistake them, in quotes else."""

import re

from tmformer.errors import MachineError
from tmformer.machine.formats.located import shown

MAX_NAME = 1_000
"""The longest name that can be the key of a line of YAML, in characters."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]")
_NOT_PLAIN = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def scalar(text: str, *, is_quoted: bool = False) -> str:
    """A text as a scalar; any YAML reader gets the same text from it.

    Args:
        text: the text.
        is_quoted: whether it is in quotes even where it could be plain.

    Raises:
        MachineError: if the text is too long for a line of YAML.

    >>> scalar("q0"), scalar("yes"), scalar("00")
    ('q0', "'yes'", "'00'")
    """
    if len(text) > MAX_NAME:
        raise MachineError(
            f"A name in a machine file has at most {MAX_NAME:,} characters",
            found=f"{shown(text)} with {len(text):,}",
            where="the machine to be written",
            remedy="Give the state, the symbol or the machine a shorter name.",
        )
    if not is_quoted and _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def scalars(names: tuple[str, ...]) -> str:
    """Texts as a list: ``[q0, 'yes']``.

    Raises:
        MachineError: as `scalar` does.
    """
    return f"[{', '.join(map(scalar, names))}]"
