"""XML text to elements that know their place.

Only elements, attributes and text: a document type is refused where it begins, so that no entity is declared, no small file
grows into a large value, and nothing outside the file is read.
"""

from dataclasses import dataclass, field
from typing import final
from xml.parsers import expat

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.formats.located import Place, shown
from tmformer.machine.formats.scanning import check_text

MAX_DEPTH = 8
"""The deepest nesting that is parsed; a JFLAP file needs four."""
MAX_ELEMENTS = 250_000
"""The most elements that are parsed: some 35,000 transitions."""


@final
@dataclass(frozen=True, slots=True)
class Element:
    """An element: its name, its attributes, the text directly inside it, and the elements inside it."""

    name: str
    place: Place
    attributes: dict[str, str]
    children: "list[Element]" = field(default_factory=list["Element"])
    pieces: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """The text directly inside the element, blanks included."""
        return "".join(self.pieces)

    def all(self, name: str) -> "list[Element]":
        """The elements inside it that have a name."""
        return [child for child in self.children if child.name == name]


@final
class _Builder:
    """The elements as expat reports them."""

    def __init__(self, source: str, content: bytes) -> None:
        self.source, self.content = source, content
        # The text is decoded already, whatever its declaration says.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse_doctype
        self.open: list[Element] = []
        self.root: Element | None = None
        self.num_elements = 0

    def place(self) -> Place:
        return Place(self.source, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element.

        Raises:
            MachineError: if elements nest too deeply, or are too many.
        """
        element = Element(name, self.place(), attributes)
        self.num_elements += 1
        if len(self.open) >= MAX_DEPTH or self.num_elements > MAX_ELEMENTS:
            raise MachineError(
                "A machine file in XML nests little and has not too many elements",
                found=f"more than {MAX_DEPTH} levels"
                if len(self.open) >= MAX_DEPTH
                else f"more than {MAX_ELEMENTS:,} elements",
                where=str(element.place),
                remedy="Check that this is the file you mean.",
            )
        if self.open:
            self.open[-1].children.append(element)
        self.root = self.root or element
        self.open.append(element)

    def end(self, name: str) -> None:  # noqa: ARG002 - expat has checked that it is the name that was opened
        self.open.pop()

    def text(self, data: str) -> None:
        self.open[-1].pieces.append(data)

    def refuse_doctype(self, name: str, *_: object) -> None:
        """Refuse a document type before anything in it is read.

        Raises:
            MachineError: always.
        """
        # expat is some characters further on by now.
        sign = b"<!DOCTYPE"
        before = self.content[: self.content.rfind(sign, 0, self.parser.CurrentByteIndex + len(sign))]
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        raise MachineError(
            "A machine file in XML has no document type, declares no entities and refers to nothing outside it",
            found=f"the document type {shown(name)}",
            where=str(Place(self.source, before.count(b"\n") + 1, column)),
            remedy="Remove <!DOCTYPE ...>; JFLAP writes none.",
        )


def parse_markup(text: str, source: str) -> Element:
    """The root element of an XML text.

    Raises:
        MachineError: with line and column, if the text is too long, holds what does not print, is not well formed, or has a document type.

    >>> parse_markup("<a>x<b c='1'/></a>", "text").children[0].attributes
    {'c': '1'}
    """
    check_text(text, source)
    builder = _Builder(source, text.removeprefix("\ufeff").encode())
    try:
        builder.parser.Parse(builder.content, True)
    except expat.ExpatError as error:
        raise MachineError(
            "A JFLAP file is well-formed XML",
            found=expat.ErrorString(error.code),
            where=str(Place(source, error.lineno, error.offset + 1)),
            remedy="Close each element, quote each attribute, and write & and < as &amp; and &lt;.",
        ) from error
    # expat refuses a text without a root element, so there is one.
    return builder.root or Element("", Place(source, 1, 1), {})


def check_children(element: Element, known: tuple[str, ...]) -> None:
    """Refuse an element inside `element` that has no meaning there.

    Raises:
        MachineError: naming the first such element.
    """
    for child in element.children:
        if child.name not in known:
            raise MachineError(
                f"<{element.name}> holds known elements only",
                found=f"<{child.name[:40]}>",
                where=str(child.place),
                remedy=f"Use {', '.join(f'<{name}>' for name in known)}{did_you_mean(child.name, known)}",
            )


def only(element: Element, name: str) -> Element | None:
    """The one element of a name inside `element`, or None where there is none.

    Raises:
        MachineError: if there are two.
    """
    found = element.all(name)
    if len(found) > 1:
        raise MachineError(
            f"<{element.name}> holds one <{name}>",
            found=f"a second <{name}> (first at line {found[0].place.line})",
            where=str(found[1].place),
            remedy="Remove one of the two.",
        )
    return found[0] if found else None
