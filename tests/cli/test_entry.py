"""The entry: hostile calls, exit statuses, and what happens outside."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tmformer.cli import entry
from tmformer.cli.entry import main

TMFORMER = [sys.executable, "-c", "import sys; from tmformer.cli import main; sys.exit(main())"]

HOSTILE = {
    "unknown subcommand": (["rnu"], "did you mean 'run'"),
    "subcommand with controls": (["\x1b[31m"], r"\x1b[31m"),
    "no machine": (["run"], "MACHINE"),
    "empty machine": (["run", ""], "an empty text"),
    "unknown machine": (["run", "incremnt"], "did you mean 'increment'"),
    "NUL in the name": (["run", "a\0b"], r"a\x00b"),
    "NUL in saved weights": (["run", "a\0b.safetensors"], "safetensors"),
    "a folder": (["run", "."], "where:  ."),
    "a name that is too long": (["run", "x" * 9000], "no file here"),
    "unknown option": (["run", "bb2", "--cels", "4"], "did you mean '--cells'"),
    "unknown flag": (["run", "bb2", "--jsn"], "did you mean '--json'"),
    "option of another command": (["machines", "--steps", "4"], "--steps"),
    "value missing": (["run", "bb2", "--head"], "followed by its value"),
    "value empty": (["run", "bb2", "--head="], "whole number"),
    "value no number": (["run", "bb2", "--max-steps", "ten"], "'ten'"),
    "value a fraction": (["run", "bb2", "--max-steps", "2.5"], "'2.5'"),
    "value with markup": (["run", "bb2", "--max-steps", "[bold]\x1b"], "[bold]"),
    "negative machine steps": (["run", "bb2", "--max-steps", "-1"], "from 0"),
    "too many machine steps": (["run", "bb2", "--max-steps", "9" * 40], "bits"),
    "no cells": (["run", "bb2", "--cells", "0"], "from 1"),
    "cells for less than the input": (["run", "sort", "abc", "--cells", "2"], "at least 3 cells"),
    "unknown format": (["run", "bb2", "--format", "float8"], "float8"),
    "unknown format of an exact engine": (["run", "bb2", "--engine", "exact", "--format", "float8"], "float8"),
    "a format that is emulated": (["run", "bb2", "--format", "tf32"], "tf32, which is emulated"),
    "unknown engine": (["run", "bb2", "--engine", "fast"], "exact-softmax"),
    "unknown construction": (["run", "bb2", "--construction", "celular"], "did you mean 'cellular'"),
    "unknown symbol": (["run", "sort", "abx"], "'x'"),
    "unknown symbol with controls": (["run", "sort", "\x1b[2J"], r"\x1b"),
    "too many inputs": (["run", "bb2", "1", "1"], "'1'"),
    "prompt larger than memory": (["run", "bb2", "--cells", "1000000000"], "about 2.98 TB"),
    "dense run larger than memory": (["run", "bb2", "--cells", "1000000000", "--engine", "dense"], "about 24 EB"),
    "missing saved weights": (["run", "missing.safetensors"], "missing.safetensors"),
    "verify saved weights": (["verify", "missing.safetensors"], "needs a machine"),
    "verify in an unknown format": (["verify", "bb2", "--format", "float32,float8"], "float8"),
    "verify in a format that is emulated": (["verify", "bb2", "--format", "e5m7"], "e5m7, which is emulated"),
    "verify an unknown symbol": (["verify", "bb2", "012"], "'2'"),
    "verify less than nothing": (["verify", "bb2", "--random", "-1"], "--random"),
    "inspect without steps": (["inspect", "bb2"], "--steps"),
    "inspect negative steps": (["inspect", "bb2", "--steps", "-1"], "from 0"),
    "compile to nowhere": (["compile", "bb2", "--steps", "4"], "--output"),
    "compile to a folder that is missing": (
        ["compile", "bb2", "--steps", "4", "-o", "no/a.safetensors"],
        "mkdir -p no",
    ),
    "braces": (["run", "{" * 5000], "remedy"),
    "a bad line": (["run", "1RB1LX_1LA1RZ"], "state 'X'"),
}


def check_refused(said, part):
    assert said.status == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert part in said.err
    lines = said.err.splitlines()
    assert [line[:10].split(":")[0].strip() for line in lines[1:]] == ["found", "where", "remedy"]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calls_are_refused_in_four_parts(call, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, part = HOSTILE[name]
    check_refused(call(*words), part)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["truncated", "foreign", "empty", "folder", "text"])
def test_hostile_weights_are_refused(call, tmp_path, kind):
    path = tmp_path / "bb2.safetensors"
    if kind == "folder":
        path.mkdir()
    else:
        assert call("compile", "bb2", "--steps", "6", "-o", str(path)).status == 0
        foreign = b"\x40" + bytes(7) + b"{}".ljust(64)
        content = {"truncated": path.read_bytes()[:-9], "foreign": foreign, "empty": b"", "text": b"blank: 0\n"}[kind]
        path.write_bytes(content)
    for command in ("run", "inspect"):
        check_refused(call(command, str(path), "--json"), "bb2.safetensors")


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (MemoryError(), "fits into memory"),
        (RuntimeError("RESOURCE_EXHAUSTED: Out of memory"), "fits into memory"),
        (RecursionError("too deep"), "nests"),
    ],
)
def test_the_world_outside_is_named(call, monkeypatch, error, part):
    def refuse(_):
        raise error

    monkeypatch.setattr(entry, "dispatch", refuse)
    check_refused(call(), part)


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def fail(_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(entry, "dispatch", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        main([])


def test_ctrl_c_before_a_run(call, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "dispatch", interrupted)
    assert call() == (130, "", "interrupted\n")


def test_from_an_empty_folder(tmp_path):
    words = ["run", "balanced_parentheses", "(())", "--json"]
    done = subprocess.run([*TMFORMER, *words], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout)["accepted"] is True
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_ends_quietly():
    with subprocess.Popen([*TMFORMER, "machines"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device")  # noqa: PTH110
def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([*TMFORMER, "machines"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_ascii_output_takes_every_symbol():
    text = "{blank: _, start state: q, table: {q: {_: {write: 界, R: done}}, done: }}"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    words = [*TMFORMER, "run", text, "--engine", "exact"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert r"\u754c" in done.stdout


def test_ctrl_c_ends_a_run_cleanly():
    # A shell's background job ignores SIGINT, and its children inherit that: here it is heard again.
    heard = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    words = [sys.executable, "-c", heard + "from tmformer.cli import main; sys.exit(main())", "run", "never_halts"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(12)]
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert lines[0].split()[0] == "0"
    assert "interrupted; last seen after" in out
    assert "Traceback" not in err
