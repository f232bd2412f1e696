"""`tmformer export`."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def file(call, tmp_path: Path) -> str:
    path = str(tmp_path / "bb2.safetensors")
    assert call("compile", "bb2", "--steps", "6", "--construction", "wei_ma", "-o", path).status == 0
    return path


@pytest.mark.parametrize("kind", ["torch", "huggingface"])
def test_an_export_names_its_files(call, file, tmp_path, kind):
    out = tmp_path / "out"
    said = call("export", file, "--to", kind, "-o", str(out))
    assert (said.status, said.err) == (0, "")
    assert "certified: float32, saturated" in said.out
    value = json.loads(call("export", file, "--to", kind, "-o", str(out), "--json").out)
    assert set(value["files"]) == {path.name for path in out.iterdir()}
    assert {"names.json", "certificate.json", "model.safetensors"} <= set(value["files"])
    assert (value["kind"], value["folder"], value["machine"]) == (kind, str(out), "bb2")


def test_the_input_is_the_prompt(call, tmp_path):
    path, out = str(tmp_path / "increment.safetensors"), tmp_path / "out"
    call("compile", "increment", "--steps", "9", "--input-length", "3", "-o", path)
    prompts = []
    for given in ("101", "111"):
        assert call("export", path, given, "--to", "torch", "-o", str(out)).status == 0
        prompts.append((out / "model.safetensors").read_bytes())
    assert prompts[0] != prompts[1]


def test_a_universal_network_is_given_a_machine(call, tmp_path):
    path, out = str(tmp_path / "universal.safetensors"), str(tmp_path / "out")
    call("compile", "bb2", "--steps", "6", "--construction", "universal", "-o", path)
    assert call("export", path, "--to", "torch", "-o", out).status == 2
    assert call("export", path, "--to", "torch", "-o", out, "--machine", "bb2").status == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["bb2", "--to", "torch"], "tmformer compile"),
        (["missing.safetensors", "--to", "torch"], "missing.safetensors"),
        (["FILE", "--to", "tensorflow"], "'tensorflow'"),
        (["FILE", "2", "--to", "torch"], "'2'"),
        (["FILE", "--to", "torch", "--head", "x"], "'x'"),
        (["FILE"], "--to"),
        (["FILE", "--to", "torch", "--machine", "bb2"], "Weights know their machine"),
        (["FILE", "--to", "torch", "--choose", "b"], "several machines"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_nothing_is_written(call, file, tmp_path, words, expected):
    said = call("export", *[file if word == "FILE" else word for word in words], "-o", str(tmp_path / "out"))
    assert (said.status, said.out) == (2, "")
    assert expected in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bb2.safetensors"]


def test_a_folder_of_something_else_is_left_alone(call, file, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    said = call("export", file, "--to", "torch", "-o", str(tmp_path / "out"))
    assert said.status == 2
    assert "notes.txt" in said.err
    assert (tmp_path / "out" / "notes.txt").read_text(encoding="utf-8") == "mine"
