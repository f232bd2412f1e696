"""`tmformer compile`."""

import json

import pytest

from tmformer.cli.compile import check_output
from tmformer.errors import UsageError
from tmformer.weights import load


def test_sizes_and_a_file_that_runs(call, tmp_path):
    path = tmp_path / "bb4.safetensors"
    said = call("compile", "bb4", "--steps", "107", "-o", str(path))
    assert (said.status, said.err) == (0, "")
    assert "107" in said.out
    assert f"{path}, {path.stat().st_size:,} bytes" in said.out
    assert load(path).labels.loops == 107
    assert json.loads(call("run", str(path), "--engine", "exact", "--json").out)["steps"] == 107


def test_json_and_every_option(call, tmp_path):
    path = str(tmp_path / "p.safetensors")
    words = ["--steps", "20", "--cells", "12", "--head", "2", "--input-length", "5", "--construction", "cellular"]
    said = call("compile", "palindrome", *words, "--output", path, "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert (value["machine"], value["file"], value["max_positions"], value["num_layers"]) == (
        "palindrome",
        path,
        13,
        20,
    )
    labels = load(path).labels
    assert (labels.parameters["head"], labels.max_positions, labels.loops) == (2, 13, 20)


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_wei_ma_with_every_option(call, tmp_path, form):
    path = str(tmp_path / "i.safetensors")
    words = ["--construction", "wei_ma", "--form", form, "--radix", "3", "--head", "2", "--input-length", "5"]
    said = call("compile", "increment", "--steps", "21", "--cells", "7", *words, "-o", path, "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert (value["construction"], value["search_layers"]) == ("wei_ma", 4 if form == "decoder-only" else 3)
    parameters = load(path).labels.parameters
    sizes = [parameters[name] for name in ("form", "radix", "steps", "records", "head")]
    assert sizes == [form, 3, 21, 7, 2]
    value = json.loads(call("run", path, "101", "--head", "0", "--engine", "exact", "--json").out)
    assert (value["tape"], value["outcome"]) == (["1", "1", "0"], "halted")


def test_the_window_holds_the_file_s_own_input(call, tmp_path):
    path = str(tmp_path / "b.safetensors")
    assert call("compile", "balanced_parentheses", "--steps", "30", "--cells", "8", "-o", path).status == 0
    assert json.loads(call("run", path, "(())", "--engine", "exact", "--json").out)["accepted"] is True


def test_a_file_is_replaced_and_equal_input_gives_equal_bytes(call, tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_text("old", encoding="utf-8")
    call("compile", "bb2", "--steps", "6", "-o", str(path))
    first = path.read_bytes()
    call("compile", "bb2", "--steps", "6", "-o", str(path))
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]


@pytest.mark.parametrize(
    "words",
    [
        ["nope", "--steps", "6"],
        ["bb2", "--steps", "-1"],
        ["bb2", "--steps", "6", "--cells", "0"],
        ["bb2", "--steps", "6", "--cells", "2", "--head", "9", "--input-length", "1"],
        ["bb2", "--steps", "6", "--input-length", "-4"],
        ["bb2", "--steps", "1" * 5000],
        ["bb2", "--steps", "6", "--construction", "celular"],
        ["bb2", "--steps", "6", "--construction", "perez"],
        ["bb2", "--steps", "6", "--radix", "2"],
        ["bb2", "--steps", "6", "--form", "decoder-only"],
        ["bb2", "--steps", "6", "--construction", "wei_ma", "--radix", "1"],
        ["bb2", "--steps", "6", "--construction", "wei_ma", "--radix", "2.5"],
        ["bb2", "--steps", "6", "--construction", "wei_ma", "--form", "decoder"],
        ["bb2", "--steps", "6", "--construction", "wei_ma", "--cells", "2", "--input-length", "3"],
        ["bb2"],
        ["other.safetensors", "--steps", "6"],
    ],
)
def test_nothing_is_left_behind_by_an_error(call, tmp_path, words):
    said = call("compile", *words, "-o", str(tmp_path / "a.safetensors"), "--json")
    assert (said.status, said.out) == (2, "")
    assert len(said.err.splitlines()) == 4
    assert list(tmp_path.iterdir()) == []


def test_outputs_that_are_refused(call, tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    for output in (
        "a.npz",
        "",
        ".safetensors",
        "a/.SAFETENSORS",
        "a\0.safetensors",
        str(tmp_path / "folder.safetensors"),
    ):
        with pytest.raises(UsageError):
            check_output(output)
    for output, part in (("missing/a.safetensors", "does not exist"), ("file/a.safetensors", "is no folder")):
        with pytest.raises(UsageError, match=part):
            check_output(str(tmp_path / output))
    for output in ("missing/a.safetensors", "file/a.safetensors", "x" * 300 + ".safetensors"):
        said = call("compile", "bb2", "--steps", "6", "-o", str(tmp_path / output))
        assert (said.status, said.out) == (2, "")
