"""`tmformer check`: the judge."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tmformer.cli.arguments import Flag
from tmformer.cli.printing import show, show_error, write_json
from tmformer.errors import PrecisionError, UsageError

EXAMPLES = """Examples:

  tmformer check bb4.safetensors bb4.json

The judge is one file of standard-library Python, precision/check.py in the
package; `python -I -S check.py FILE CERT` runs it where tmformer is not.

Exit status: 0 if the file is what its certificate says, 1 if not, 2 for an error."""


def check_command(
    file: Annotated[str, Parameter(metavar="FILE")],
    certificate: Annotated[str, Parameter(metavar="CERT")],
    /,
    *,
    json: Flag = False,
) -> int:
    """Judge whether saved weights decode exactly, as their certificate says.

    The judge reads the bytes of the file, checks from the matrices that every block keeps its invariants, and computes every
    margin and every bound again. It trusts nothing that the certificate says.

    Args:
        file: Saved weights: FILE.
        certificate: What `tmformer certify` wrote: CERT.
        json: Print the verdict as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    data, claimed = _bytes(file, "FILE"), _bytes(certificate, "CERT")
    from tmformer.precision import Certificate, check_certificate

    try:
        says = check_certificate(data, claimed)
    except PrecisionError as error:
        if json:
            parts = {"rule": error.rule, "found": error.found, "where": error.where, "remedy": error.remedy}
            write_json({"certified": False} | parts)
        else:
            show_error(error)
        return 1
    if json:
        names = ("file", "regime", "weights", "accumulation", "scores", "positions")
        certified = Certificate.load(certificate)
        write_json({"certified": True, "certificate": says} | {name: getattr(certified, name) for name in names})
    else:
        show(says)
    return 0


def _bytes(path: str, name: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(
            "The judge reads a weights file and a certificate",
            found=str(error),
            where=name,
            remedy="Give the files that `tmformer certify` wrote: `tmformer check FILE CERT`.",
        ) from error
