"""The words of a command line in one order: options first, then what belongs to MACHINE and INPUT.

An INPUT may look like an option, as ``-1`` does. So only known options and words that begin with two hyphens and a
letter are read as options; after ``--`` none is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias, final

from cyclopts import App, Parameter, Token

from tmformer.errors import UsageError, did_you_mean

_OPTION = re.compile(r"--[A-Za-z]")
HELP = ("--help", "-h")


def whole_number(_: object, words: Sequence[Token]) -> int:
    """The number that digits, perhaps with a sign, stand for; cyclopts would round 2.5 in silence.

    Args:
        words: the word that is to be a number.

    Raises:
        UsageError: if it is none.
    """
    name, value = words[0].keyword or "a number", words[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,4000}", value):
        raise UsageError(
            f"The value of {name} is a whole number",
            found=repr(value if len(value) <= 40 else f"{value[:40]}..."),
            where=name,
            remedy=f"Write digits, such as {name} 64.",
        )
    return int(value)


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


def counted(_: object, words: Sequence[Token]) -> int:
    """The number that digits stand for, in thousands, millions or thousands of millions where K, M or G follows.

    Args:
        words: the word that is to be a number.

    Raises:
        UsageError: if it is none.
    """
    name, value = words[0].keyword or "a number", words[0].value
    found = re.fullmatch(r"([+-]?[0-9]{1,4000})([KMG]?)", value, re.IGNORECASE)
    if found is None:
        raise UsageError(
            f"The value of {name} is a whole number, or one followed by K, M or G",
            found=repr(value if len(value) <= 40 else f"{value[:40]}..."),
            where=name,
            remedy=f"Write {name} 5000, {name} 10K or {name} 10M.",
        )
    return int(found[1]) * _UNITS[found[2].upper()]


_PLACES = "A path, the name of a shipped machine (see `tmformer machines`), or one line of bbchallenge text"
Machine: TypeAlias = Annotated[str, Parameter(help=f"{_PLACES}.")]
Source: TypeAlias = Annotated[str, Parameter(help=f"{_PLACES}; or saved weights, *.safetensors.")]
Flag: TypeAlias = Annotated[bool, Parameter(negative="", show_default=False)]
Steps: TypeAlias = Annotated[int, Parameter(metavar="T", converter=whole_number)]
Cells: TypeAlias = Annotated[int, Parameter(metavar="W", converter=whole_number)]
Form: TypeAlias = Annotated[
    str | None, Parameter(metavar="NAME", help="Of wei_ma: decoder-only (if not given) or encoder-decoder.")
]
Macro: TypeAlias = Annotated[
    int | None,
    Parameter(
        metavar="M",
        converter=whole_number,
        help="Of cellular: M neighbouring cells are one, and a block is all machine steps inside them; 1 if not given.",
    ),
]
Radix: TypeAlias = Annotated[
    int | None,
    Parameter(
        metavar="B",
        converter=whole_number,
        help="Of wei_ma, universal, switchable: the search finds a time digit by digit to the base B; 2 if not given.",
    ),
]
Other: TypeAlias = Annotated[
    str | None,
    Parameter(
        metavar="MACHINE", help="Of switchable: the other machine, b; a token of the prompt says which one runs."
    ),
]
Choose: TypeAlias = Annotated[
    str | None,
    Parameter(
        metavar="NAME", help="Of switchable: which machine runs, a (if not given), the one compiled, or b, the other."
    ),
]
Most: TypeAlias = Annotated[
    int | None,
    Parameter(
        metavar="N",
        converter=whole_number,
        help="Of universal: as many a machine may have at most; as many as this one has if not given.",
    ),
]
Every: TypeAlias = Annotated[int | None, Parameter(metavar="N", converter=counted)]
Number: TypeAlias = Annotated[int, Parameter(metavar="N", converter=whole_number)]
Name: TypeAlias = Annotated[str, Parameter(metavar="NAME")]
Format: TypeAlias = Annotated[
    str | None,
    Parameter(
        name="--from",
        metavar="NAME",
        help="Format of MACHINE: turingmachine.io, bbchallenge, morphett, jflap, automata or doty; found out if not given.",
    ),
]
Start: TypeAlias = Annotated[
    str | None, Parameter(metavar="STATE", help="The start state; the machine's own if not given.")
]
OneWay: TypeAlias = Annotated[
    bool,
    Parameter(negative="", show_default=False, help="The tapes begin at cell 0, where a left move stays."),
]


@Parameter(name="*")
@final
@dataclass(frozen=True)
class ReadAs:
    """How MACHINE is read: the options of every command that takes one.

    Args:
        from_: the name of its format; found out if None.
        start: the start state; the machine's own if None.
        one_way: whether its tapes begin at cell 0.
    """

    from_: Format = None
    start: Start = None
    one_way: OneWay = False

    def options(self) -> dict[str, object]:
        """The value of each option, None where it was not given."""
        return {"--from": self.from_, "--start": self.start, "--one-way": self.one_way or None}


AS_IT_IS = ReadAs()
"""As the machine is, with none of these options given."""


def options_of(app: App) -> dict[str, tuple[str, bool]]:
    """For each name of an option its long name, and whether it takes a value."""
    found: dict[str, tuple[str, bool]] = {}
    for argument in app.assemble_argument_collection():
        names = [name for name in argument.names if name.startswith("-")]
        for name in names:
            found[name] = (names[0], argument.hint is not bool)
    return found


def ordered(command: str, words: Sequence[str], options: Mapping[str, tuple[str, bool]]) -> list[str]:
    """The words with the options first, each with its value in one word, then ``--``, then all others.

    Args:
        command: the subcommand, for errors.
        words: what stands after it.
        options: as `options_of` gives it.

    Raises:
        UsageError: for an unknown option, a value that is missing, or one too many.

    >>> ordered("run", ["flip", "-1", "--cells", "8"], {"--cells": ("--cells", True)})
    ['--cells=8', '--', 'flip', '-1']
    """
    found: list[str] = []
    others: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--":
            others += rest
        elif word in HELP:
            return ["--help"]
        elif name in options:
            found.append(_option(command, name, value if equals else None, rest, options[name]))
        elif _OPTION.match(word):
            raise UsageError(
                "An option is one that the command has",
                found=name,
                where=f"tmformer {command}",
                remedy=f"Use {', '.join(sorted({long for long, _ in options.values()}))}; write an INPUT that looks "
                f"like an option after `--`{did_you_mean(name, options)}",
            )
        else:
            others.append(word)
    return [*found, "--", *others]


def _option(command: str, name: str, value: str | None, rest: Iterator[str], option: tuple[str, bool]) -> str:
    long, takes_value = option
    if not takes_value:
        if value is not None:
            raise UsageError(
                "A flag takes no value",
                found=f"{name}={value}",
                where=f"tmformer {command}",
                remedy=f"Write {name} alone.",
            )
        return long
    value = next(rest, None) if value is None else value
    if value is None:
        raise UsageError(
            "An option is followed by its value",
            found=f"{name} at the end",
            where=f"tmformer {command}",
            remedy=f"Write {name} and a value, or leave it out; `tmformer {command} --help` says what it takes.",
        )
    return f"{long}={value}"
