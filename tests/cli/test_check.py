"""`tmformer check`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tmformer.precision import check as judge


@pytest.fixture
def files(call, tmp_path):
    weights, cert = tmp_path / "bb2.safetensors", tmp_path / "bb2.json"
    assert call("certify", "bb2", "--steps", "6", "--save", str(weights), "-o", str(cert)).status == 0
    return weights, cert


def test_a_file_is_what_its_certificate_says(call, files):
    said = call("check", *map(str, files))
    assert said == (0, "certified: float32, saturated, up to 14 positions\n", "")
    value = json.loads(call("check", *map(str, files), "--json").out)
    assert (value["certified"], value["weights"], value["regime"], value["positions"]) == (
        True,
        "float32",
        "saturated",
        14,
    )


def test_another_file_is_not(call, files, tmp_path):
    other = tmp_path / "bb3.safetensors"
    assert call("compile", "bb3", "--steps", "6", "-o", str(other)).status == 0
    said = call("check", str(other), str(files[1]))
    assert (said.status, said.out) == (1, "")
    assert "the hash" in said.err
    value = json.loads(call("check", str(other), str(files[1]), "--json").out)
    assert (value["certified"], sorted(value)) == (False, ["certified", "found", "remedy", "rule", "where"])


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b'{"file": 1}', b"\xff", b"[" * 100_000])
def test_a_certificate_that_is_none_is_rejected(call, files, text):
    files[1].write_bytes(text)
    said = call("check", *map(str, files))
    assert (said.status, said.out) == (1, "")
    assert "remedy:" in said.err


def test_a_missing_file_is_an_error(call, files, tmp_path):
    for words in (
        (str(files[0]), str(tmp_path / "none")),
        (str(tmp_path / "none"), str(files[1])),
        (str(tmp_path),) * 2,
    ):
        said = call("check", *words)
        assert (said.status, said.out) == (2, "")
        assert "remedy:" in said.err


def test_the_judge_runs_where_tmformer_is_not(files, tmp_path):
    alone = [sys.executable, "-I", "-S", str(Path(judge.__file__)), *map(str, files)]
    said = subprocess.run(alone, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (said.returncode, said.stdout.startswith("certified: float32"), said.stderr) == (0, True, "")
