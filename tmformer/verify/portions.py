"""The portions of an enumeration that are done, in a folder: a file each, written whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, final

import msgspec

from tmformer.errors import VerifyError
from tmformer.verify.census import Census
from tmformer.weights import write_whole

Note: TypeAlias = Callable[[str], None]
"""Called with a line for the user."""

_REMEDY = "Give another folder, or go on with the enumeration that wrote it."


@final
class Portion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A portion that is done.

    Args:
        census: what was counted.
        seconds: what it took, by what was done; several threads add up.
    """

    census: Census
    seconds: dict[str, float]


@final
class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A portion, and which it is; `sha256` is that of the two."""

    enumeration: dict[str, str | int]
    portion: Portion
    sha256: str


@final
@dataclass(frozen=True)
class Portions:
    """A folder of portions.

    Args:
        folder: where they are; it is made if it is not there. None keeps nothing.
        enumeration: which enumeration they belong to, as plain data.
        note: told of files that are damaged; None if nobody wants to know.
    """

    folder: Path | None
    enumeration: Mapping[str, str | int]
    note: Note | None = None

    def read(self, number: int) -> Portion | None:
        """The portion with this number; None if it is not there, or its file is damaged.

        Raises:
            VerifyError: if it is one of another enumeration.
        """
        path = self._path(number)
        if path is None or not path.exists():
            return None
        try:
            file = msgspec.json.decode(path.read_bytes(), type=_File)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            return self._damaged(path, str(error))
        if file.sha256 != _digest(file.enumeration, file.portion):
            return self._damaged(path, "its sha256 is that of something else")
        if file.enumeration != dict(self.enumeration):
            raise VerifyError(
                "A folder of portions belongs to one enumeration",
                found=str(file.enumeration),
                where=str(path),
                remedy=_REMEDY,
            )
        return file.portion

    def write(self, number: int, portion: Portion) -> None:
        """Keep a portion.

        Raises:
            VerifyError: if the folder cannot be written.
        """
        path = self._path(number)
        if path is None:
            return
        enumeration = dict(self.enumeration)
        file = _File(enumeration, portion, _digest(enumeration, portion))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n")
        except OSError as error:
            raise VerifyError(
                "Portions are written to a folder that may be written",
                found=str(error),
                where=str(path),
                remedy="Give another folder, or make room in this one; the portions that are there stay.",
            ) from error

    def _path(self, number: int) -> Path | None:
        return None if self.folder is None else self.folder / f"portion-{number:06}.json"

    def _damaged(self, path: Path, found: str) -> None:
        if self.note is not None:
            self.note(f"{path} is damaged and done again: {found}")


def _digest(enumeration: Mapping[str, str | int], portion: Portion) -> str:
    plain = json.dumps([dict(enumeration), msgspec.to_builtins(portion, str_keys=True)], sort_keys=True)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()
