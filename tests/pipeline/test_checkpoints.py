"""Checkpoints as files: whole, or recognised as damaged, whatever happens to the process that writes them."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.often import covering
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Tape, initial_configuration, load, reach
from tmformer.pipeline import Result, compile, run, saved_steps
from tmformer.pipeline.checkpoints import KEPT, VERSION, Checkpoints, describe_run
from tmformer.pipeline.growing import Progress
from tmformer.program import RUNNING

BB4 = load("bb4")
NOW = Configuration("A", (Tape(-3, -1, ("1", "é\ud800", "1"), "0"), Tape(4, 0, (), "_")))
RUN = {"machine": "text", "start": ["A", []]}


def kept(folder: Path, notes: list[str] | None = None, **run: object) -> Checkpoints:
    checkpoints = Checkpoints(folder, RUN | run, None if notes is None else notes.append)
    checkpoints.open()
    return checkpoints


def names(folder: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("checkpoint-")) for path in folder.iterdir())


def progress(steps: int) -> Progress:
    return Progress(NOW, steps, RUNNING, 3 * steps)


# What is written --------------------------------------------------------------------------------------------------------


def test_what_is_saved_comes_back(tmp_path: Path):
    """Also names that no UTF-8 holds, several tapes, and a blank one."""
    kept(tmp_path / "made" / "here").save(progress(7))
    assert kept(tmp_path / "made" / "here").newest(None) == progress(7)
    assert saved_steps(tmp_path / "made" / "here") == 7
    assert saved_steps(tmp_path / "nowhere") is None


def test_a_file_is_plain_data_with_its_digest(tmp_path: Path):
    kept(tmp_path).save(progress(7))
    (path,) = tmp_path.iterdir()
    file = json.loads(path.read_bytes())
    plain = file["checkpoint"]
    assert set(file) == {"checkpoint", "sha256"}
    assert (plain["version"], plain["steps"], plain["layers"], plain["run"]) == (VERSION, 7, 21, RUN)
    assert (plain["state"], plain["hash"]) == ("A", NOW.hash)
    assert plain["tapes"][1] == {"head": 4, "first": 0, "symbols": [], "blank": "_"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == file["sha256"]


def test_only_the_newest_are_kept(tmp_path: Path):
    checkpoints = kept(tmp_path)
    for steps in range(1, 12):
        checkpoints.save(progress(steps))
        assert names(tmp_path) == list(range(max(1, steps - KEPT + 1), steps + 1))


def test_a_checkpoint_beyond_the_limit_is_passed_over(tmp_path: Path):
    checkpoints = kept(tmp_path)
    for steps in (10, 20, 30):
        checkpoints.save(progress(steps))
    assert [checkpoints.newest(limit) for limit in (30, 29, 10, 9)] == [*map(progress, (30, 20, 10)), None]
    checkpoints.save(progress(5))
    assert names(tmp_path) == [5, 10, 20, 30]


def test_what_a_killed_run_left_is_taken_away_and_nothing_else(tmp_path: Path):
    for name in (".checkpoint-00000000000000000020.json.abc", "notes.txt", "checkpoint-mine.json"):
        (tmp_path / name).touch()
    assert kept(tmp_path).newest(None) is None
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "checkpoint-mine.json"}


# What is refused --------------------------------------------------------------------------------------------------------


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "another number": lambda data: data.replace(b'"layers":90', b'"layers":91'),
    "another digest": lambda data: data.replace(b'"sha256":"', b'"sha256":"0'),
    "without its end": lambda data: data[:-1],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "something else": lambda _: b"[]",
    "no text": lambda _: b"\xff\xfe",
    "too deep": lambda _: b"[" * 100_000,
    "without content": lambda _: b'{"checkpoint":{},"sha256":""}',
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_checkpoint_is_said_and_the_one_before_it_used(tmp_path: Path, name: str):
    damage = DAMAGE[name]
    checkpoints = kept(tmp_path)
    for steps in (10, 20, 30):
        checkpoints.save(progress(steps))
    newest = max(tmp_path.iterdir())
    assert damage(newest.read_bytes()) != newest.read_bytes()
    newest.write_bytes(damage(newest.read_bytes()))
    notes: list[str] = []
    assert kept(tmp_path, notes).newest(None) == progress(20)
    assert notes[0].startswith(f"{newest} is damaged and not used: ")
    assert notes[1].startswith("goes on from machine step 20, ")


def test_where_all_are_damaged_the_run_begins_anew(tmp_path: Path):
    checkpoints = kept(tmp_path)
    for steps in (10, 20):
        checkpoints.save(progress(steps))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:40])
    notes: list[str] = []
    assert kept(tmp_path, notes).newest(None) is None
    assert len(notes) == 2


def test_damaged_ones_that_are_newer_do_not_push_out_good_ones(tmp_path: Path):
    for steps in range(100, 100 + KEPT):
        (tmp_path / f"checkpoint-{steps:020}.json").write_bytes(b"damaged")
    kept(tmp_path).save(progress(7))
    assert kept(tmp_path).newest(None) == progress(7)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"machine": "texts"}, "machine is 'text' in the checkpoint and 'texts' here"),
        ({"start": ["B", []]}, "start is \"['A', []]\" in the checkpoint and \"['B', []]\" here"),
        ({"construction": "wei_ma"}, "construction is 'None' in the checkpoint and 'wei_ma' here"),
    ],
)
def test_another_run_is_refused(tmp_path: Path, other: dict[str, object], found: str):
    kept(tmp_path).save(progress(30))
    for limit in (None, 2):
        with pytest.raises(UsageError) as caught:
            kept(tmp_path, **other).newest(limit)
        assert caught.value.found == found
    with pytest.raises(UsageError):
        Checkpoints(tmp_path, {}).newest(None)


@pytest.mark.parametrize(("name", "value"), [("version", 2), ("version", "1"), ("more", 1), ("steps", "7")])
def test_another_version_is_refused(tmp_path: Path, name: str, value: object):
    """Its digest is right, so it was written so."""
    kept(tmp_path).save(progress(7))
    (path,) = tmp_path.iterdir()
    plain = json.loads(path.read_bytes())["checkpoint"] | {name: value}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(f'{{"checkpoint":{text},"sha256":"{digest}"}}', encoding="ascii")
    with pytest.raises(UsageError, match=f"of version {VERSION}"):
        kept(tmp_path).newest(None)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "folder", tmp_path / "a\0b"):
        with pytest.raises(UsageError, match="a folder that may be written"):
            kept(folder)
    checkpoints = kept(tmp_path / "folder")
    (tmp_path / "folder").rmdir()
    with pytest.raises(UsageError, match="a folder that may be written"):
        checkpoints.save(progress(7))


def test_what_a_run_is():
    start = initial_configuration("A", ("1",), "0", 3)
    same = describe_run(BB4, start, {"construction": "cellular", "radix": None})
    assert same == describe_run(load("bb4"), start, {"construction": "cellular"})
    weights, other = compile(BB4, steps=9), compile(BB4, steps=8)
    runs = [
        same,
        describe_run(BB4, start, {"construction": "wei_ma"}),
        describe_run(BB4, start, {"construction": "wei_ma", "radix": 3}),
        describe_run(load("bb3"), start, {"construction": "cellular"}),
        describe_run(BB4, initial_configuration("A", ("1",), "0", 2), {"construction": "cellular"}),
        describe_run(BB4, initial_configuration("A", ("1", "1"), "0", 3), {"construction": "cellular"}),
        describe_run(weights, start, {}),
        describe_run(other, start, {}),
        describe_run(weights, start, {}, BB4),
        describe_run(weights, start, {}, load("bb3")),
    ]
    assert all(one != another for at, one in enumerate(runs) for another in runs[:at])
    assert json.loads(json.dumps(same)) == same


# Killed ------------------------------------------------------------------------------------------------------------------

PLANTED = """
import os, signal, sys
from pathlib import Path
from tmformer.machine import load
from tmformer.pipeline import run

machine, folder, when, number, most = sys.argv[1:]
replace, count = Path.replace, 0

def stop(here):
    if here == when and count == int(number):
        os.kill(os.getpid(), signal.SIGKILL)

def planted(self, target):
    global count
    count += 1
    stop("before")
    done = replace(self, target)
    stop("after")
    return done

Path.replace = planted
run(load(machine), engine="exact", every=20, checkpoint=folder, max_steps=int(most))
"""


def killed(folder: Path, when: str, number: int) -> None:
    """A run that kills itself at its checkpoint of this number: between writing the file and giving it its name, or after."""
    words = [sys.executable, "-c", PLANTED, "bb4", str(folder), when, str(number), "200"]
    done = subprocess.run(words, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def resumed(folder: Path) -> tuple[Result, list[str]]:
    notes: list[str] = []
    return run(BB4, engine="exact", every=20, checkpoint=folder, note=notes.append), notes


@pytest.mark.parametrize(("when", "number"), covering(["before", "after"], [1, 2, 5]))
def test_a_run_that_is_killed_goes_on_and_ends_the_same(tmp_path: Path, when: str, number: int):
    killed(tmp_path, when, number)
    temporary = [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(temporary) == (when == "before")
    newest = 20 * (number - (when == "before"))
    assert saved_steps(tmp_path) == (newest or None)
    result, notes = resumed(tmp_path)
    assert result == run(BB4, engine="exact")
    assert [note.split(",")[0] for note in notes] == ([f"goes on from machine step {newest}"] if newest else [])
    assert names(tmp_path)[-KEPT:] == [60, 80, 100]


def test_a_run_that_is_killed_again_and_again(tmp_path: Path):
    """Each time at its second checkpoint; and the newest is damaged once."""
    for number in range(1, 3):
        killed(tmp_path, "after", 2)
        assert saved_steps(tmp_path) == 40 * number
    newest = max(tmp_path.iterdir())
    newest.write_bytes(newest.read_bytes()[:-5])
    result, notes = resumed(tmp_path)
    assert result == run(BB4, engine="exact")
    assert "80.json is damaged" in notes[0]
    assert notes[1].startswith("goes on from machine step 60, ")


@pytest.mark.parametrize("number", [1, 4])
def test_a_run_that_is_killed_from_outside(tmp_path: Path, number: int):
    """At any moment after a checkpoint is there: the run does not wait for the kill."""
    words = [sys.executable, "-c", PLANTED, "never_halts", str(tmp_path), "never", "0", str(10**9)]
    child = subprocess.Popen(words)
    while (saved_steps(tmp_path) or 0) < 20 * number:
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    reached = saved_steps(tmp_path)
    assert reached is not None
    machine, last = load("never_halts"), reached + 33
    result = run(machine, engine="exact", every=20, checkpoint=tmp_path, max_steps=last)
    expected, _ = reach(machine, initial_configuration(machine.start, (), machine.blank), max_steps=last)
    assert (result.steps, result.layers, result.configuration.hash) == (last, last, expected.hash)
