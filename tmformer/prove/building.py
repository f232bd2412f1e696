"""The proofs that come with tmformer, built once for each Coq, in a folder of the user's own."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tmformer.errors import ProofError
from tmformer.prove.coq import INSTALL, Coq
from tmformer.prove.shipped import library_modules


def cache_folder() -> Path:
    """Where proofs are kept that were built: in $XDG_CACHE_HOME, or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tmformer"


def built_library(coq: Coq, say: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the built proofs; they are built now if this Coq has not built them, whole or not at all.

    Args:
        coq: the compiler.
        say: is told what is being done.

    Raises:
        ProofError: if Coq does not accept the proofs, or the folder cannot be written.
    """
    library = library_modules()
    hashed = "\0".join([coq.version(), *(f"{name}\0{text}" for name, text in library.items())])
    target = cache_folder() / f"proofs-{hashlib.sha256(hashed.encode()).hexdigest()[:32]}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_dir():
            with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
                folder = Path(temporary) / "proofs"
                folder.mkdir()
                for number, (name, text) in enumerate(library.items(), start=1):
                    say(f"building proofs, {number} of {len(library)}: {name}.v")
                    (folder / f"{name}.v").write_text(text, encoding="utf-8")
                    _compile(coq, folder / f"{name}.v")
                if not target.is_dir():  # nobody else built them meanwhile
                    folder.rename(target)
    except OSError as error:
        raise ProofError(
            "Built proofs are kept in a folder that may be made and written",
            found=str(error),
            where=str(target.parent),
            remedy="Set XDG_CACHE_HOME to another folder.",
        ) from error
    return target


def _compile(coq: Coq, file: Path) -> None:
    message = coq.compile(file, file.parent)
    if message is not None:
        raise ProofError(
            "The proofs that come with tmformer are built by Coq 8.16 with Flocq",
            found=message,
            where=file.name,
            remedy=f"Install both: {INSTALL}.",
        )
