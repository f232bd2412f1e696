"""`tmformer machines`: what can be run by name."""

import re

from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import Flag
from tmformer.cli.printing import printable, show, write_json
from tmformer.machine import read, shipped_names

EXAMPLES = """Each is run by its name: `tmformer run increment`."""


def machines_command(*, json: Flag = False) -> int:
    """List the machines that come with tmformer.

    Args:
        json: Print the list as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    rows = [_row(name) for name in shipped_names()]
    if json:
        write_json({"machines": rows})
        return 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("name", style="bold", no_wrap=True)
    for name in ("states", "symbols", "cases"):
        table.add_column(name, justify="right")
    table.add_column("what it does")
    for row in rows:
        table.add_row(*(Text(printable(str(value))) for value in row.values()))
    show(table)
    return 0


def _row(name: str) -> dict[str, object]:
    document = read(name)
    return {
        "name": name,
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
