"""What a user may give as a machine: a path, the name of a shipped machine, or the text itself."""

import os
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats import bbchallenge, parse_document
from tmformer.machine.formats.located import shown
from tmformer.machine.formats.scanning import MAX_CHARACTERS
from tmformer.machine.shipped import shipped_file, shipped_names
from tmformer.machine.spec import Machine

_MAX_BYTES = 4 * MAX_CHARACTERS


def parse(text: str) -> Machine:
    """The machine that a text describes, in any known format.

    Raises:
        MachineError: with line and column, if the text is not well formed.

    >>> parse("1RB1LB_1LA1RZ").states
    ('A', 'B', 'Z')
    """
    return parse_document(text).machine


def load(source: str | os.PathLike[str]) -> Machine:
    """The machine of `read(source)`.

    Raises:
        MachineError: as `read` does.

    >>> load("bb4").name
    'bb4'
    """
    return read(source).machine


@final
@dataclass(frozen=True)
class Reading:
    """How a machine is read.

    Args:
        format_name: the format, a key of FORMATS; found out if None.
        start: the start state; the file's own if None.
        one_way: whether its tapes begin at cell 0, where a left move stays, whatever the file says.
    """

    format_name: str | None = None
    start: str | None = None
    one_way: bool = False

    def parse(self, text: str, source: str = "text") -> Document:
        """The document that a text holds, read in this way.

        Raises:
            MachineError: with line and column, if the text is not well formed.
        """
        document = parse_document(text, source, format_name=self.format_name, start=self.start)
        if not self.one_way:
            return document
        return replace(document, machine=replace(document.machine, one_way=True))


AS_IT_IS = Reading()
"""Whatever the format, with the file's own start state and tapes."""


def read(source: str | os.PathLike[str], reading: Reading = AS_IT_IS) -> Document:
    """Read a machine from wherever it is.

    Args:
        source: in the order in which they are tried: text of more than one line; the path of a file; the name of a
            shipped machine; one line of bbchallenge text, of YAML in braces or of XML. A path object is always a path.
        reading: in which format, and what is told besides.

    Raises:
        MachineError: if it is none of these, cannot be read, or is not well formed.

    >>> read("1RB1LB_1LA1RZ").machine.name
    '1RB1LB_1LA1RZ'
    """
    if not isinstance(source, str):
        return _read_file(Path(source), os.fspath(source), reading)
    if len(source.splitlines()) > 1 or not source.strip():
        return reading.parse(source)
    path = Path(source)
    if _is_there(path) and not (path.is_dir() and source in shipped_names()):
        return _read_file(path, source, reading)
    if source in shipped_names():
        return _read_file(shipped_file(source), f"{source}.yaml", reading)
    if source.lstrip().startswith(("{", "<")) or bbchallenge.is_likely(source):
        return reading.parse(source)
    raise MachineError(
        "A machine is the path of a file, the name of a shipped machine, or a text such as 1RB1LB_1LA1RZ",
        found=f"{shown(source)}, which is no file here and no shipped machine",
        where="the machine",
        remedy=f"Check the path; the shipped machines are {', '.join(shipped_names())}"
        + did_you_mean(Path(source).stem, shipped_names()),
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # Too long for a name, or with a NUL: no such file can exist.
        return False


def _read_file(file: Path | Traversable, source: str, reading: Reading) -> Document:
    """Read one file; the machine is called after it unless the file names it."""
    document = reading.parse(_decoded(_bytes(file, source), source), source)
    if document.machine.name != "machine":
        return document
    return replace(document, machine=replace(document.machine, name=Path(source).stem or "machine"))


def _bytes(file: Path | Traversable, source: str) -> bytes:
    try:
        with file.open("rb") as stream:
            # One byte too many shows that the file is too long, without reading the rest: it may have no end.
            content = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise MachineError(
            "A machine file can be opened and read",
            found=error.strerror or str(error) if isinstance(error, OSError) else str(error),
            where=source,
            remedy="Give the path of a readable file, not of a folder"
            + did_you_mean(Path(source).name, shipped_names()),
        ) from error
    if len(content) <= _MAX_BYTES:
        return content
    raise MachineError(
        "A machine file is short enough to read",
        found=f"more than {_MAX_BYTES:,} bytes",
        where=f"{source}:1:1",
        remedy="Check that this is the file you mean; a larger machine can be built in Python as a Machine.",
    )


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        raise MachineError(
            "A machine file is text in UTF-8",
            found=f"the byte 0x{content[error.start]:02X}",
            where=f"{source}:{before.count(10) + 1}:{error.start - before.rfind(10)}",
            remedy="Save the file as UTF-8 text; if it is not a text, check that this is the file you mean.",
        ) from error
