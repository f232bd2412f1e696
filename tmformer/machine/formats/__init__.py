"""The formats of machine files: one module a format, and one table that knows them all.

Takes      text.
Gives      Documents, and text again.
May touch  machine.spec, machine.document, errors.
Never      files: what a path or a name means is known to machine.sources alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats import (
    automata,
    automata_writer,
    bbchallenge,
    doty,
    doty_writer,
    jflap,
    jflap_writer,
    morphett,
    morphett_writer,
    turingmachine_io,
    turingmachine_io_writer,
)
from tmformer.machine.formats.morphett import head_of_input
from tmformer.machine.formats.scanning import check_text
from tmformer.machine.spec import Machine

__all__ = [
    "ALIASES",
    "FORMATS",
    "Format",
    "format_machine",
    "format_named",
    "format_of_file",
    "head_of_input",
    "parse_document",
]


class Parse(Protocol):
    """Reads a machine file of one format."""

    def __call__(self, text: str, source: str = "text", *, start: str | None = None) -> Document:
        """The document; `start` is the start state asked for, None for the format's own."""
        ...


@final
@dataclass(frozen=True)
class Format:
    """A format of machine files.

    Args:
        is_likely: whether a text looks like this format, well formed or not.
        parse: text and source to a document.
        format_machine: a machine to text.
        suffixes: how the names of its files end, where no other format has them.
        comment_sign: what begins a comment line at the top of its files; nothing where there is no such line.
        has_expectations: whether its files have room for inputs and expectations.
    """

    is_likely: Callable[[str], bool]
    parse: Parse
    format_machine: Callable[[Machine], str]
    suffixes: tuple[str, ...] = ()
    comment_sign: str = ""
    has_expectations: bool = False


FORMATS = {
    "bbchallenge": Format(bbchallenge.is_likely, bbchallenge.parse, bbchallenge.format_machine, comment_sign="#"),
    "automata": Format(automata.is_likely, automata.parse, automata_writer.format_machine, (".automata.json",)),
    "jflap": Format(jflap.is_likely, jflap.parse, jflap_writer.format_machine, (".jff",)),
    "doty": Format(doty.is_likely, doty.parse, doty_writer.format_machine, comment_sign="#"),
    "morphett": Format(morphett.is_likely, morphett.parse, morphett_writer.format_machine, (".morphett",), ";"),
    "turingmachine.io": Format(
        lambda _: True, turingmachine_io.parse, turingmachine_io_writer.format_machine, (), "#", has_expectations=True
    ),
}
"""All formats by name; a text is read in the first that it looks like, and YAML is anything else."""

ALIASES = {"yaml": "turingmachine.io", "jff": "jflap", "automata-lib": "automata"}
"""Other names by which users know a format."""


def parse_document(
    text: str, source: str = "text", *, format_name: str | None = None, start: str | None = None
) -> Document:
    r"""Read a machine file in whatever format it is.

    Args:
        text: the text of the file.
        source: what the places in errors begin with; its ending may tell the format.
        format_name: the format; by the ending of `source`, or what the text looks like, if not said.
        start: the start state; the file's own if not said.

    Raises:
        MachineError: with line and column, if the text is not well formed.

    >>> parse_document("# Halts after six machine steps.\n1RB1LB_1LA1RZ\n").comment
    'Halts after six machine steps.'
    """
    if not text.strip():
        raise MachineError(
            "A machine file describes a machine",
            found="an empty text",
            where=f"{source}:1:1",
            remedy="Write `blank`, `start state` and `table`, or one line such as 1RB1LB_1LA1RZ.",
        )
    check_text(text, source)
    return _format_of(text, source, format_name).parse(text, source, start=start)


def _format_of(text: str, source: str, format_name: str | None) -> Format:
    if format_name is not None:
        return format_named(format_name, "format_name (--from)")
    named = [known for known in FORMATS.values() if source.lower().endswith(known.suffixes)]
    return next(iter([*named, *(known for known in FORMATS.values() if known.is_likely(text))]))


def format_named(name: str, where: str) -> Format:
    """The format with this name, in capitals or not, or with this alias.

    Args:
        name: the name.
        where: which option names it.

    Raises:
        MachineError: if there is none.
    """
    known = ALIASES.get(name.lower(), name.lower())
    if known not in FORMATS:
        raise MachineError(
            "A machine is read and written in a known format",
            found=repr(name),
            where=where,
            remedy=f"Use one of {', '.join(FORMATS)}{did_you_mean(name.lower(), [*FORMATS, *ALIASES])}",
        )
    return FORMATS[known]


def format_of_file(file: str) -> str | None:
    """The name of the format in which a file with this name is written; None if its ending says nothing.

    >>> format_of_file("a.jff"), format_of_file("a.yaml"), format_of_file("a.txt")
    ('jflap', 'turingmachine.io', None)
    """
    if file.lower().endswith((".yaml", ".yml")):
        return "turingmachine.io"
    return next((name for name, known in FORMATS.items() if file.lower().endswith(known.suffixes)), None)


def format_machine(machine: Machine, format_name: str = "turingmachine.io") -> str:
    """The text of `machine` in a format.

    Args:
        machine: the machine.
        format_name: a key of FORMATS, such as "turingmachine.io", which expresses everything.

    Raises:
        MachineError: if there is no such format, or the format cannot express the machine.
    """
    return format_named(format_name, "format_name (--to)").format_machine(machine)
