"""`tmformer machines`: what can be run by name."""

import re
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import Flag
from tmformer.cli.printing import printable, show, show_note, write_json
from tmformer.machine import read, shipped_names

if TYPE_CHECKING:
    from tmformer.machine import Document

EXAMPLES = """Examples:

  tmformer machines
  tmformer machines --search "champion symbols"

Each is run by its name: `tmformer run increment`.

Exit status: 0, or 1 if a search finds nothing, as `grep` has it."""


def machines_command(*, search: Annotated[str | None, Parameter(metavar="TEXT")] = None, json: Flag = False) -> int:
    """List the machines that come with tmformer.

    Args:
        search: Only those in whose name or comment every word of TEXT occurs, in capitals or not.
        json: Print the list as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    documents = [read(name) for name in shipped_names()]
    rows = [_row(document) for document in documents if is_found(search or "", document)]
    if json:
        write_json({"machines": rows})
        return 0 if rows else 1
    if not rows:
        show_note(f"no machine that comes with tmformer speaks of {printable(str(search))!r}")
        return 1
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("name", style="bold", no_wrap=True)
    for name in ("states", "symbols", "cases"):
        table.add_column(name, justify="right")
    table.add_column("what it does")
    for row in rows:
        table.add_row(*(Text(printable(str(value))) for value in row.values()))
    show(table)
    return 0


def is_found(text: str, document: "Document") -> bool:
    """Whether every word of a text occurs in the name or the comment of a machine, in capitals or not.

    >>> is_found("CHAMPION four", read("bb4")), is_found("champion five", read("bb4"))
    (True, False)
    """
    where = f"{document.machine.name} {document.comment}".casefold()
    return all(word in where for word in text.casefold().split())


def _row(document: "Document") -> dict[str, object]:
    return {
        "name": document.machine.name,
        "states": len(document.machine.states),
        "symbols": len(document.machine.symbols),
        "cases": len(document.cases),
        "comment": first_sentence(document.comment),
    }


def first_sentence(comment: str) -> str:
    r"""The first sentence of a comment, as one line; a full stop after an initial or a dot ends none.

    >>> first_sentence("Found by H. Marxen,\nas ... said. More.")
    'Found by H. Marxen, as ... said.'
    """
    paragraph = " ".join(comment.partition("\n\n")[0].split())
    found = re.match(r".*?[^A-Z.\s]\.(?=\s|$)", paragraph)
    return found.group() if found else paragraph
