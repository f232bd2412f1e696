"""`tmformer plot`."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
ATLAS, SPEED = str(RESULTS / "float_format_limits.json"), str(RESULTS / "speed_against_steps.json")


def texts(file):
    return " ".join(" ".join(each.text or "" for each in ET.fromstring(file.read_bytes()).iter()).split())  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            ["space-time", "bb2"],
            ["Space-time diagram of bb2", "construction cellular", "beta = 128", "6 machine steps"],
        ),
        (
            ["attention", "bb2", "--construction", "wei_ma", "--attention-head", "fetch"],
            ["Attention head fetch in block 5 of bb2", "Each row flagged step finds", "radix 2", "step 6"],
        ),
        (["margins", "bb2", "--regime", "graded"], ["Margins of bb2", "sharpness c = ", "graded regime", "from_left"]),
    ],
)
def test_a_picture_says_of_what_network_it_is(call, tmp_path, words, shown):
    file = tmp_path / "a.svg"
    said = call("plot", *words, "-o", str(file), "--json")
    assert (said.status, said.err) == (0, "")
    value = json.loads(said.out)
    assert (value["kind"], value["file"], value["bytes"]) == (words[0], str(file), file.stat().st_size)
    drawn = texts(file)
    for each in [*shown, "Machine bb2", "format float32"]:
        assert each in drawn
    regime = "graded" if "graded" in words else "saturated"
    assert value["caption"][1].startswith(f"certified: float32, {regime}, up to ")
    assert value["caption"][1] in drawn
    before = file.read_bytes()
    assert call("plot", *words, "-o", str(file)).status == 0
    assert file.read_bytes() == before


def test_a_png(call, tmp_path):
    file = tmp_path / "a.PNG"
    said = call("plot", "space-time", "increment", "1011", "--dpi", "72", "--width", "100", "-o", str(file))
    assert said.status == 0
    assert "from 1011, 8 machine steps" in said.out
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("kind", "data"), [("atlas", ATLAS), ("speed", SPEED)])
def test_charts_of_results(call, tmp_path, kind, data):
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    assert call("plot", kind, "--data", data, "-o", str(svg)).status == 0
    assert "saturated regime" in texts(svg)
    assert "prefers-color-scheme:dark" in svg.read_text(encoding="utf-8")
    assert call("plot", kind, "--data", data, "-o", str(png), "--dpi", "72").status == 0
    assert png.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["spacetime", "bb2", "-o", "a.svg"], "did you mean 'space-time'?"),
        (["space-time", "-o", "a.svg"], "no MACHINE"),
        (["space-time", "bb2"], "no --output"),
        (["space-time", "bb2", "-o", "a.pdf"], "'a.pdf'"),
        (["space-time", "bb2", "-o", "no such folder/a.svg"], "no such folder"),
        (["space-time", "bb2", "-o", "a.svg", "--block", "3"], "--block"),
        (["space-time", "bb2", "-o", "a.svg", "--regime", "graded"], "--regime"),
        (["space-time", "bb2", "-o", "a.svg", "--construction", "perez"], "reference"),
        (["space-time", "bb2", "-o", "a.svg", "--width", "5"], "--width"),
        (["attention", "bb2", "-o", "a.svg", "--regime", "hard"], "'hard'"),
        (["attention", "bb2", "-o", "a.svg", "--attention-head", "from_lft"], "did you mean 'from_left'?"),
        (["attention", "bb2", "-o", "a.svg", "--block", "6"], "blocks 0 to 5"),
        (["attention", "bb2", "-o", "a.svg", "--max-steps", "0"], "no machine step"),
        (["atlas", "-o", "a.svg"], "tmformer atlas --json"),
        (["atlas", "bb2", "--data", ATLAS, "-o", "a.svg"], "MACHINE"),
        (["atlas", "--data", ATLAS, "-o", "a.svg", "--width", "80"], "--width"),
        (["speed", "--data", SPEED, "-o", "a.svg", "--dpi", "100"], "--dpi"),
        (["speed", "--data", SPEED, "--format", "float16", "-o", "a.svg"], "--format"),
    ],
)
def test_refusals_write_nothing(call, tmp_path, monkeypatch, words, found):
    monkeypatch.chdir(tmp_path)
    said = call("plot", *words)
    assert (said.status, said.out) == (2, "")
    assert found in said.err
    assert "remedy:" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_where_nothing_can_be_drawn(call, tmp_path):
    file = tmp_path / "a.svg"
    file.write_text("old", encoding="utf-8")
    assert call("plot", "attention", "bb2", "--max-steps", "0", "-o", str(file)).status == 2
    assert file.read_text(encoding="utf-8") == "old"
