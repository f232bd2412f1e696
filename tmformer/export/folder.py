"""The folder of an export: the files of one kind, names.json and certificate.json, all of them or none."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from tmformer.errors import ExportError, did_you_mean
from tmformer.export.network import Network

Writer: TypeAlias = Callable[[Network, Path], list[Path]]
"""Writes the files of a network into an empty folder, and names them."""

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {name: f"tmformer.export.{name}" for name in ("torch", "onnx", "huggingface", "stablehlo")}
)
"""For each kind of export the module that writes it, by its function ``write_<kind>``."""

NAMES = "names.json"
"""The file by which a folder is known as an export of ours."""
CERTIFICATE = "certificate.json"


def write_export(network: Network, kind: str, folder: str | os.PathLike[str]) -> list[Path]:
    """Write an export into a folder of its own, whole or not at all; an earlier export in its place is replaced.

    Args:
        network: what is written.
        kind: one of KINDS.
        folder: where to; made if it is not there.

    Returns:
        The files.

    Raises:
        ExportError: if there is no such kind, it cannot write such a network, or the folder holds something else.
    """
    writer = _writer(kind)
    check_place(folder)
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - a link stays the link that it is
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
            place = Path(temporary) / "new"
            place.mkdir()
            files = [file.relative_to(place) for file in writer(network, place)]
            (place / CERTIFICATE).write_bytes(network.certificate.to_bytes() + b"\n")
            files += [Path(CERTIFICATE), Path(NAMES)]
            names = {"kind": kind, "files": [file.as_posix() for file in files], **network.names}
            (place / NAMES).write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            _exchange(place, target, Path(temporary) / "old")
    except (OSError, ValueError) as error:
        raise ExportError(
            "An export is written into a folder that may be made and written",
            found=str(error),
            where=str(folder),
            remedy="Choose another place.",
        ) from error
    return [target / file for file in files]


def check_place(folder: str | os.PathLike[str]) -> None:
    """Refuse a place that holds something else than an earlier export, before anything is computed.

    Args:
        folder: where an export is to be written.

    Raises:
        ExportError: saying what is there.
    """
    try:
        fault = _fault(Path(os.path.abspath(folder)))  # noqa: PTH100 - as above
    except (OSError, ValueError) as error:
        fault = str(error)
    if fault:
        raise ExportError(
            "An export is written into a new folder, an empty one, or that of an earlier export",
            found=fault,
            where=str(folder),
            remedy="Choose another place.",
        )


def _fault(target: Path) -> str:
    """What is wrong with a place; nothing if it is free, or holds an earlier export and nothing else."""
    if target.is_symlink():
        return "a link"
    if not target.exists():
        return "" if target.parent.is_dir() else f"no folder {str(target.parent)!r}"
    if not target.is_dir():
        return "something that is no folder"
    there = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir())
    strange = [path for path in there if path not in _earlier(target / NAMES) and "__pycache__" not in path]
    return f"a folder with files that no export wrote, such as {strange[0]!r}" if strange else ""


def _earlier(names: Path) -> list[str]:
    """The files that an earlier export lists as its own."""
    if not names.is_file():
        return []
    known: object = json.loads(names.read_text(encoding="utf-8"))
    files: object = known.get("files") if isinstance(known, dict) and known.get("kind") in KINDS else None
    return [str(file) for file in files] if isinstance(files, list) else []


def _writer(kind: str) -> Writer:
    if kind not in KINDS:
        raise ExportError(
            "An export is of a kind that tmformer writes",
            found=repr(kind),
            where="export",
            remedy=f"Use {', '.join(KINDS)}{did_you_mean(kind, KINDS)}",
        )
    return getattr(import_module(KINDS[kind]), f"write_{kind}")


def _exchange(new: Path, target: Path, old: Path) -> None:
    """Put the new folder in the place of the target; what was there comes back if that fails."""
    new.chmod(0o777 & ~_umask())
    if target.is_dir():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.is_dir():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
