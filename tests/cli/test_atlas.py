"""`tmformer atlas`."""

import json

import pytest


def test_a_table_and_a_picture(call, tmp_path):
    file = tmp_path / "atlas.svg"
    words = ["--format", "float8_e5m2", "--policy", "pure", "--largest", "16", "-o", str(file)]
    said = call("atlas", *words)
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split() == [
        "construction",
        "format",
        "policy",
        "proved",
        "/",
        "seen",
        "what",
        "goes",
        "wrong",
        "with",
        "more",
    ]
    assert [line.split("  ")[0] for line in lines[1:]] == ["cellular", "wei_ma radix 2", "wei_ma radix 8"]
    assert file.read_text(encoding="utf-8").startswith("<svg")


def test_json(call):
    said = call("atlas", "--construction", "perez", "--format", "float16", "--json")
    value = json.loads(said.out)
    assert value["largest"] == 2**20
    assert [(entry["construction"], entry["proved"]) for entry in value["entries"]] == [("perez", 0)]


@pytest.mark.parametrize(
    "words",
    [
        ["--largest", "3"],
        ["--largest", str(2**21)],
        ["--format", "float12"],
        ["--policy", "mixed"],
        ["--construction", "celular"],
        ["--construction", "perez", "--format", "bfloat16", "-o", "no such folder/a.svg"],
    ],
)
def test_refusals(call, words):
    said = call("atlas", *words)
    assert (said.status, said.out) == (2, "")
    assert "remedy:" in said.err
