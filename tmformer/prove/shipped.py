"""The proofs that come with tmformer: the same Coq files in a checkout and in an installed package."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

THEOREMS = "Theorems"
"""The file with the theorems about constructions."""
IMPORTS = ("Machine", "Transformer", "Program", "Cellular", "WeiMa", "Decoding", "Numbers", "File", THEOREMS)
"""What a file about a weights file imports."""

_NEEDS = re.compile(r"^From Tmformer Require (?:Import|Export) ([\w\s]+)\.", re.MULTILINE)


def library_folder() -> Traversable:
    """The folder of the proofs: `shipped_proofs` in an installed package, `proofs` in a checkout."""
    installed = files("tmformer").joinpath("shipped_proofs")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "proofs"


def library_modules(wanted: tuple[str, ...] = IMPORTS) -> Mapping[str, str]:
    """The Coq files that some of them need, each after all that it needs: name and text.

    Args:
        wanted: the names of the files; one that is not there is left out.

    >>> list(library_modules(("Cellular",)))
    ['Machine', 'Transformer', 'Program', 'Cellular']
    """
    folder, found = library_folder(), dict[str, str]()

    def add(name: str) -> None:
        file = folder.joinpath(f"{name}.v")
        if name in found or not file.is_file():
            return
        text = file.read_text(encoding="utf-8")
        for needed in needs(text):
            add(needed)
        found[name] = text

    for name in wanted:
        add(name)
    return found


def needs(text: str) -> list[str]:
    """The files of the proofs that a Coq file imports.

    >>> needs("From Tmformer Require Import Machine File.")
    ['Machine', 'File']
    """
    return [name for listed in _NEEDS.findall(text) for name in listed.split()]
