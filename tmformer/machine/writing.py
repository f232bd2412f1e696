"""A machine file in a format, and what of it the format does not hold."""

from dataclasses import dataclass
from typing import final

from tmformer.machine.document import Document
from tmformer.machine.formats import format_named
from tmformer.machine.formats.expectations_writer import format_inputs

_MAY_MEAN = "$START:"  # in a comment of the Morphett simulator, of ours


@final
@dataclass(frozen=True)
class Written:
    """A machine file as text.

    Args:
        text: the text, which describes the same machine.
        left_out: what else the document says that reading the text does not give back, such as "the comment".
    """

    text: str
    left_out: tuple[str, ...]


def format_document(document: Document, format_name: str = "turingmachine.io") -> Written:
    """The text of a document in a format. What a machine is, is written or refused; what else is said, only where there is room.

    Args:
        document: the machine, with its comment, its input and its expectations.
        format_name: a key of FORMATS.

    Raises:
        MachineError: if there is no such format, or the format cannot express the machine.

    >>> from tmformer.machine import read
    >>> format_document(read("bb2"), "bbchallenge").left_out
    ('the name', 'the expectations')
    """
    chosen = format_named(format_name, "format_name (--to)")
    text = chosen.format_machine(document.machine)
    if chosen.has_expectations:
        text += format_inputs(document)
    if document.comment and chosen.comment_sign and _is_plain(document.comment):
        lines = (f"{chosen.comment_sign} {line}".rstrip() for line in document.comment.split("\n"))
        text = "".join(f"{line}\n" for line in lines) + text
    return Written(
        text if text.endswith("\n") else f"{text}\n", _left_out(document, chosen.parse(text, "what is written"))
    )


def _is_plain(comment: str) -> bool:
    """Whether a comment holds nothing that a reader would take for more than a comment."""
    return _MAY_MEAN not in comment and all(line.isprintable() for line in comment.split("\n"))


def _left_out(document: Document, read: Document) -> tuple[str, ...]:
    """What a document says, apart from the machine, that was not read back."""
    lost = {
        "the name": document.machine.name not in ("machine", read.machine.name),
        "the comment": _lines(document.comment) != _lines(read.comment),
        "the input": any(document.words) and document.words != read.words,
        "the expectations": document.cases != read.cases,
    }
    return tuple(part for part, is_lost in lost.items() if is_lost)


def _lines(comment: str) -> list[str]:
    return [line.strip() for line in comment.split("\n")]
