"""The formats of machine files: one module a format, and one table that knows them all.

Takes      text.
Gives      Documents, and text again.
May touch  machine.spec, machine.document, errors.
Never      files: what a path or a name means is known to machine.sources alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats import bbchallenge, turingmachine_io, turingmachine_io_writer
from tmformer.machine.spec import Machine

__all__ = ["FORMATS", "Format", "format_machine", "parse_document"]


@final
@dataclass(frozen=True)
class Format:
    """A format of machine files.

    Args:
        is_likely: whether a text looks like this format, well formed or not.
        parse: text and source to a document.
        format_machine: a machine to text.
    """

    is_likely: Callable[[str], bool]
    parse: Callable[[str, str], Document]
    format_machine: Callable[[Machine], str]


FORMATS = {
    "bbchallenge": Format(bbchallenge.is_likely, bbchallenge.parse, bbchallenge.format_machine),
    "turingmachine.io": Format(lambda _: True, turingmachine_io.parse, turingmachine_io_writer.format_machine),
}
"""All formats by name; a text is read in the first that it looks like, and YAML is anything else."""


def parse_document(text: str, source: str = "text") -> Document:
    r"""Read a machine file in whatever format it is.

    Args:
        text: the text of the file.
        source: what the places in errors begin with.

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
    return next(known for known in FORMATS.values() if known.is_likely(text)).parse(text, source)


def format_machine(machine: Machine, format_name: str = "turingmachine.io") -> str:
    """The text of `machine` in a format.

    Args:
        machine: the machine.
        format_name: "turingmachine.io" (which expresses everything) or "bbchallenge".

    Raises:
        MachineError: if there is no such format, or the format cannot express the machine.
    """
    if format_name not in FORMATS:
        raise MachineError(
            "A machine is written in a known format",
            found=repr(format_name),
            where="format_name",
            remedy=f"Use one of {', '.join(FORMATS)}{did_you_mean(format_name, FORMATS)}",
        )
    return FORMATS[format_name].format_machine(machine)
