"""Checkpoints of a run: files from which it goes on after it was killed, each whole or recognised as damaged.

A checkpoint holds what the run is and the configuration that it has reached, as plain data, and nothing of an engine: the
run goes on by encoding the configuration anew.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, final

import msgspec

from tmformer.errors import TmformerError, UsageError
from tmformer.machine import Configuration, Machine, Tape, format_machine
from tmformer.pipeline.growing import Progress
from tmformer.program import RUNNING
from tmformer.weights import Weights, to_bytes, write_whole

VERSION = 1
"""The version of a checkpoint's layout; a reader refuses any other."""

KEPT = 3
"""How many checkpoints of a run are kept, the newest."""

Note: TypeAlias = Callable[[str], None]
"""Called with a line for the user."""

_NAME = re.compile(r"checkpoint-([0-9]{20})\.json")
_TEMPORARY = ".checkpoint-*.json.*"  # what a run that was killed while it wrote has left


@final
class _Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a checkpoint holds: `run` says which run, `hash` is that of the configuration."""

    version: int
    run: dict[str, object]
    steps: int
    layers: int
    state: str
    tapes: tuple[Tape, ...]
    hash: str


@final
class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checkpoint: dict[str, object]
    sha256: str


def describe_run(
    compiled: Machine | Weights, start: Configuration, options: Mapping[str, object], machine: Machine | None = None
) -> dict[str, object]:
    """Which run this is, as plain data: equal for runs that visit the same configurations in the same network.

    Neither the engine nor the number format nor the most machine steps are part of it: a run may go on with others.

    Args:
        compiled: what is run.
        start: the configuration before the first machine step.
        options: how it is compiled, None where nothing is said.
        machine: the machine that weights are given.
    """
    file = hashlib.sha256(to_bytes(compiled)).hexdigest() if isinstance(compiled, Weights) else None
    runs = compiled if isinstance(compiled, Machine) else machine
    what = {"weights": file, "machine": None if runs is None else format_machine(runs), **options}
    return {
        **{name: value for name, value in what.items() if value is not None},
        "start": [start.state, [[tape.first, list(tape.symbols), tape.head] for tape in start.tapes]],
    }


@final
@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one run, in a folder of their own.

    Args:
        folder: where they are; it is made if it is not there.
        run: which run it is, as `describe_run` has it.
        note: told what became of the checkpoints in the folder; None if nobody wants to know.
    """

    folder: Path
    run: Mapping[str, object]
    note: Note | None = None

    def open(self) -> None:
        """Make the folder, and take away what a run that was killed while it wrote has left.

        Raises:
            UsageError: if it cannot be a folder.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for left in self.folder.glob(_TEMPORARY):
                left.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            raise _unwritable(self.folder, error) from error

    def newest(self, limit: int | None) -> Progress | None:
        """Where the run goes on: at the newest checkpoint that is whole, None if there is none.

        Args:
            limit: the most machine steps; what is beyond is passed over.

        Raises:
            UsageError: if a whole checkpoint is that of another run, or of another version.
        """
        for path in reversed(_paths(self.folder)):
            try:
                plain = _read(path)
            except TmformerError as error:
                self._say(f"{path} is damaged and not used: {error.found}")
                continue
            saved = _parse(plain, path)
            self._check(saved, path)
            if limit is None or saved.steps <= limit:
                self._say(f"goes on from machine step {saved.steps:,}, {path}")
                return Progress(Configuration(saved.state, saved.tapes), saved.steps, RUNNING, saved.layers)
        return None

    def save(self, reached: Progress) -> None:
        """Write a checkpoint, whole or not at all, and remove those before the newest.

        Raises:
            UsageError: if the folder cannot be written.
        """
        now = reached.configuration
        saved = _Saved(VERSION, dict(self.run), reached.steps, reached.layers, now.state, now.tapes, now.hash)
        plain = msgspec.to_builtins(saved)
        path = self.folder / f"checkpoint-{reached.steps:020}.json"
        try:
            write_whole(path, _text({"checkpoint": plain, "sha256": _digest(plain)}))
            # Later ones are there only if they are damaged, or lie beyond the limit of this run.
            for old in [each for each in _paths(self.folder) if each.name <= path.name][:-KEPT]:
                old.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            raise _unwritable(path, error) from error

    def _say(self, text: str) -> None:
        if self.note is not None:
            self.note(text)

    def _check(self, saved: _Saved, path: Path) -> None:
        """Refuse the checkpoint of another run.

        Raises:
            UsageError: naming the first thing that differs.
        """
        wanted = json.loads(_text(dict(self.run)))
        for name in sorted({*wanted, *saved.run}):
            ours, theirs = wanted.get(name), saved.run.get(name)
            if ours != theirs:
                here, there = _excerpts(ours, theirs)
                raise UsageError(
                    "A folder of checkpoints belongs to one run: a machine or weights, an input and how it is compiled",
                    found=f"{name} is {there} in the checkpoint and {here} here",
                    where=str(path),
                    remedy="Give another folder, or go on with the command that wrote it; engine, format and the number "
                    "of machine steps may differ.",
                )


def saved_steps(folder: str | os.PathLike[str]) -> int | None:
    """The machine steps of the newest checkpoint in a folder, None if there is none."""
    names = [path.name for path in _paths(Path(folder))]
    return int(names[-1].removeprefix("checkpoint-").removesuffix(".json")) if names else None


def _paths(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the oldest first."""
    return sorted(path for path in folder.glob("checkpoint-*.json") if _NAME.fullmatch(path.name))


def _read(path: Path) -> dict[str, object]:
    """What a file holds, if it is as it was written.

    Raises:
        UsageError: if it is damaged.
    """
    try:
        file = msgspec.convert(json.loads(path.read_bytes()), _File)
        digest = _digest(file.checkpoint)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise _damaged(path, str(error)) from error
    if digest != file.sha256:
        raise _damaged(path, "its sha256 is that of something else")
    return file.checkpoint


def _parse(plain: dict[str, object], path: Path) -> _Saved:
    """The checkpoint that is written so.

    Raises:
        UsageError: if it is of another version.
    """
    found = f"version {plain.get('version')}"
    if plain.get("version") == VERSION:
        try:
            return msgspec.convert(plain, _Saved)
        except (ValueError, msgspec.MsgspecError, TmformerError) as error:
            found = str(error)
    raise UsageError(
        f"A checkpoint is of version {VERSION}",
        found=found,
        where=str(path),
        remedy="Go on with the tmformer that wrote it, or give another folder.",
    )


def _text(plain: Mapping[str, object]) -> bytes:
    """The same bytes for equal data: keys in order, ASCII, no blanks between the parts."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")


def _digest(plain: Mapping[str, object]) -> str:
    return hashlib.sha256(_text(plain)).hexdigest()


def _excerpts(ours: object, theirs: object) -> tuple[str, str]:
    """Two values as texts, from a little before where they begin to differ."""
    first, second = str(ours), str(theirs)
    same = next((at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), 0)
    begin = max(0, same - 20)
    return repr(first[begin:][:50]), repr(second[begin:][:50])


def _damaged(path: Path, found: str) -> UsageError:
    return UsageError(
        "A checkpoint is as it was written",
        found=found[:200],
        where=str(path),
        remedy="Nothing is lost: the run goes on from the checkpoint before it, or from its start.",
    )


def _unwritable(path: Path, error: Exception) -> UsageError:
    return UsageError(
        "Checkpoints are written to a folder that may be written",
        found=str(error),
        where=str(path),
        remedy="Give another folder, or make room in this one; the checkpoints that are there stay.",
    )
