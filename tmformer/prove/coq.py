"""Coq as a program of this computer: whether it is here, and what it says of a file."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tmformer.errors import ProofError

INSTALL = "apt-get install --no-install-recommends coq libcoq-flocq"
"""How Coq is installed, with the library about floats that the proofs use."""

_ENDS = ("Out of memory", "Stack overflow")
_LINES = 6  # of what Coq says: where, and the beginning of what


@final
@dataclass(frozen=True)
class Coq:
    """A compiler of Coq files.

    Args:
        program: the path of `coqc`.
    """

    program: str

    def version(self) -> str:
        """What it calls itself, on one line."""
        command = [self.program, "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")  # noqa: S603 - ours
        return " ".join(done.stdout.split())

    def compile(self, file: Path, library: Path) -> str | None:
        """Check a file, and write what was checked beside it.

        Args:
            file: ends in `.v`.
            library: the folder whose files are called `Tmformer.<name>`.

        Returns:
            What Coq says against it, its first lines; None if it has nothing to say against it.

        Raises:
            ProofError: if Coq ends before it can tell, as where memory does not suffice.
        """
        file, library = file.resolve(), library.resolve()
        # An argument is a path of ours, and no shell reads it.
        done = subprocess.run(  # noqa: S603
            [self.program, "-q", "-w", "none", "-Q", str(library), "Tmformer", str(file)],
            capture_output=True,
            text=True,
            check=False,
            cwd=file.parent,
            errors="replace",
        )
        if done.returncode == 0:
            return None
        said = [line for line in done.stderr.splitlines() if line.strip()]
        if done.returncode != 1 or any(each in done.stderr for each in _ENDS):
            raise ProofError(
                "Coq has the memory that it needs, and tells what it thinks of a file",
                found=" ".join(said[:_LINES]) or f"exit status {done.returncode}",
                where=str(file),
                remedy="Give it more memory, or compile for fewer cells or steps.",
            )
        return "\n".join(said[:_LINES]) or f"coqc ended with status {done.returncode}"


def find_coq() -> Coq | None:
    """The `coqc` of this computer, None if there is none."""
    program = shutil.which("coqc")
    return None if program is None else Coq(program)


def coq_name(file: str) -> str:
    """A name that a Coq file may have, from the name of a weights file.

    >>> coq_name("bb2.safetensors"), coq_name("2-way adder.safetensors")
    ('Bb2', 'File_2_way_adder')
    """
    stem = re.sub(r"[^A-Za-z0-9_]", "_", Path(file).stem)
    return stem[0].upper() + stem[1:] if stem[:1].isalpha() else f"File_{stem}"
