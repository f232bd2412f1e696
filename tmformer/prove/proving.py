"""The whole path: from a weights file to a Coq file about it, and to what Coq says of that."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tmformer.constructions import construction_of
from tmformer.errors import ProofError
from tmformer.prove.building import built_library
from tmformer.prove.coq import Coq, coq_name
from tmformer.prove.shipped import IMPORTS, library_modules
from tmformer.prove.statements import statement_of
from tmformer.prove.transitions import read_rules
from tmformer.prove.writing import as_coq, written_from
from tmformer.weights import load, write_whole

_FOLDER = "tmformer_proofs"  # in the folder that is written to


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
        ConstructionError: if the labels are not those that their construction writes.
        ProofError: if no theorem speaks of such weights, if the folder cannot be written, or holds a proof of another file by
            the same name.
    """
    source, target = Path(weights_file), Path(folder)
    weights = load(source)
    construction_of(weights.labels)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    statement = statement_of(weights.labels, str(source))
    rules, library = read_rules(weights, str(source)), library_modules()
    text = as_coq(weights, rules, statement, source.name, sha256, [name for name in IMPORTS if name in library])
    path = target / f"{coq_name(source.name)}.v"
    _check_name(path, source.name)
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


def _check_name(path: Path, source: str) -> None:
    """Refuse to overwrite what was written about a file of another name, which Coq cannot tell from this one."""
    if path.is_file() and written_from(source) not in path.read_text(encoding="utf-8", errors="replace"):
        raise ProofError(
            "Files about which proofs stand in one folder have different names, also in letters, digits and _ alone",
            found=f"{path.name}, which is about another file",
            where=str(path.parent),
            remedy=f"Rename {source}, or choose another folder.",
        )


def prove(writing: Writing, coq: Coq, say: Callable[[str], None] = lambda _: None) -> Verdict:
    """What Coq says of a file that was written here, beside the proofs that come with tmformer, which are built once.

    Args:
        writing: as `write_file` gives it.
        coq: the compiler.
        say: is told what is being done.

    Raises:
        ProofError: if Coq does not accept the proofs that come with tmformer, or ends before it can tell.
    """
    library = built_library(coq, say)
    say(f"proving {writing.path.name}")
    message = coq.compile(writing.path, library)
    return Verdict(message is None, message or "")
