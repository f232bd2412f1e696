"""The whole path: from a weights file to a Coq file about it, and to what Coq says of that."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tmformer.errors import ProofError
from tmformer.prove.coq import INSTALL, Coq, coq_name
from tmformer.prove.library import IMPORTS, library_modules
from tmformer.prove.statements import statement_of
from tmformer.prove.transitions import read_rules
from tmformer.prove.writing import as_coq
from tmformer.weights import load, write_whole

_FOLDER = "tmformer_proofs"  # in the folder that is written to
_STAMP = "built.sha256"


@final
@dataclass(frozen=True)
class Writing:
    """A Coq file about a weights file.

    Args:
        path: where it stands.
        sha256: of the weights file.
        theorems: what it claims, each by the name it has there, in words.
    """

    path: Path
    sha256: str
    theorems: Mapping[str, str]


@final
@dataclass(frozen=True)
class Verdict:
    """What Coq says.

    Args:
        proved: whether it is proved.
        message: what Coq says against it; empty if it is proved.
    """

    proved: bool
    message: str = ""


def write_file(weights_file: str | os.PathLike[str], folder: str | os.PathLike[str]) -> Writing:
    """Write the Coq file about a weights file, and the proofs it needs.

    Args:
        weights_file: what `weights.save` wrote.
        folder: where to; made if it is not there.

    Raises:
        WeightsError: as `weights.load`.
        ProofError: if no theorem speaks of such weights, or the folder cannot be written.
    """
    source, target = Path(weights_file), Path(folder)
    weights = load(source)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    statement = statement_of(weights.labels, str(source))
    rules, library = read_rules(weights, str(source)), library_modules()
    text = as_coq(weights, rules, statement, source.name, sha256, [name for name in IMPORTS if name in library])
    path = target / f"{coq_name(source.name)}.v"
    try:
        (target / _FOLDER).mkdir(parents=True, exist_ok=True)
        for name, each in library.items():
            write_whole(target / _FOLDER / f"{name}.v", each.encode())
        write_whole(path, text.encode())
    except OSError as error:
        raise ProofError(
            "Proofs are written to a folder that may be made and written",
            found=str(error),
            where=str(folder),
            remedy="Choose another folder.",
        ) from error
    return Writing(path, sha256, {each.name: each.words for each in statement.theorems})


def prove(writing: Writing, coq: Coq, say: Callable[[str], None] = lambda _: None) -> Verdict:
    """What Coq says of a file that was written here; the proofs it needs are built beside it, once.

    Args:
        writing: as `write_file` gives it.
        coq: the compiler.
        say: is told what is being done.

    Raises:
        ProofError: if Coq does not accept the proofs that come with tmformer.
    """
    folder, library = writing.path.parent / _FOLDER, library_modules()
    stamp, digest = folder / _STAMP, _digest(library)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
        for number, name in enumerate(library, start=1):
            say(f"building proofs, {number} of {len(library)}: {name}.v")
            message = coq.compile(folder / f"{name}.v", folder)
            if message is not None:
                raise ProofError(
                    "The proofs that come with tmformer are built by Coq 8.16 with Flocq",
                    found=message,
                    where=str(folder / f"{name}.v"),
                    remedy=f"Install both: {INSTALL}.",
                )
        write_whole(stamp, digest.encode())
    say(f"proving {writing.path.name}")
    message = coq.compile(writing.path, folder)
    return Verdict(message is None, message or "")


def _digest(library: Mapping[str, str]) -> str:
    return hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in library.items()).encode()).hexdigest()
