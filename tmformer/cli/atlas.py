"""`tmformer atlas`: how many positions each construction runs exactly in each number format."""

from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from tmformer.cli.arguments import Flag, Name, Number
from tmformer.cli.compile import place_fault
from tmformer.cli.printing import show, write_json
from tmformer.cli.sources import check_number
from tmformer.errors import UsageError

EXAMPLES = """Examples:

  tmformer atlas --largest 1024
  tmformer atlas --format bfloat16 --policy pure --construction "wei_ma radix 8"
  tmformer atlas --format float8_e4m3fn --largest 4096 -o float8.svg

All of it, up to 2^20 positions, takes about a quarter of an hour; `make atlas`
writes it into the repository. Proved: by `tmformer certify`. Seen: against
adversarial instances, one row that asks against all others, bit by bit.

Exit status: 0, or 2 for an error."""


def atlas_command(
    *,
    format: Name | None = None,
    policy: Name | None = None,
    construction: Name | None = None,
    largest: Number = 2**20,
    output: Annotated[str | None, Parameter(name=["--output", "-o"], metavar="SVG")] = None,
    json: Flag = False,
) -> int:
    """Show how many positions each construction runs exactly in each number format: proved, and seen.

    Args:
        format: One number format, such as float16, float8_e5m2 or e5m7; all that have a name if not given.
        policy: accumulate-float32, scores-float32 or pure; all if not given.
        construction: cellular, "wei_ma radix 2", "wei_ma radix 8" or perez; all if not given.
        largest: The most positions that are tried; 1048576 if not given.
        output: The file to draw a picture to.
        json: Print the entries as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--largest", largest, least=4)
    _check_is_on_the_map(largest)
    from dataclasses import asdict

    from tmformer.precision import FORMATS, POLICIES
    from tmformer.show import draw, shown
    from tmformer.verify import NAMES, atlas, presets

    if output is not None:
        _check_picture(output)
    policies = presets([format] if format else FORMATS, [policy] if policy else POLICIES)
    entries = atlas([construction] if construction else NAMES, policies, largest)
    _check_found(len(entries), f"format {format}, policy {policy}")
    if output is not None:
        save(output, draw(entries))
    if json:
        write_json({"largest": largest, "entries": [asdict(entry) for entry in entries]})
        return 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("construction", "format", "policy", "proved / seen"):
        table.add_column(name, no_wrap=True)
    table.add_column("what goes wrong with more", overflow="fold")
    for entry in entries:
        table.add_row(entry.construction, entry.format, entry.policy, shown(entry), Text(entry.fault, style="dim"))
    show(table)
    return 0


def _check_is_on_the_map(largest: int) -> None:
    if largest > 2**20:
        raise UsageError(
            "The atlas goes to 2^20 positions",
            found=f"{largest:,}",
            where="--largest",
            remedy="Write --largest 1048576, or less.",
        )


def _check_found(count: int, asked: str) -> None:
    """Refuse to show an empty atlas."""
    if not count:
        raise UsageError(
            "perez is measured in the formats in which it runs, and with all numbers in them",
            found=asked,
            where="tmformer atlas",
            remedy="Use float64, float32 or float16, with --policy pure.",
        )


def _check_picture(path: str) -> None:
    """Refuse a picture's place at once, not after a quarter of an hour."""
    kind = place_fault(path)
    if kind:
        raise UsageError(
            "A picture is drawn to a new file in a folder that exists, or replaces one",
            found=kind,
            where=f"--output {path}",
            remedy="Write -o atlas.svg.",
        )


def save(path: str, content: str | bytes, kind: str = "A picture") -> None:
    """Write a text, or bytes, whole or not at all.

    Args:
        path: where to.
        content: what to write.
        kind: what it is, as an error begins.

    Raises:
        UsageError: if the place cannot be written.
    """
    from tmformer.weights import write_whole

    try:
        write_whole(path, content if isinstance(content, bytes) else content.encode())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{kind} is written to a file in a folder that exists and may be written",
            found=str(error),
            where=repr(path),
            remedy="Choose another place.",
        ) from error
