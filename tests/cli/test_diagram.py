"""`tmformer diagram`."""

import json

import pytest

from tmformer.machine import read
from tmformer.show import as_svg, as_tikz, lay_out


@pytest.mark.parametrize(("name", "draw"), [("bb2.svg", as_svg), ("bb2.TEX", as_tikz)])
def test_the_file_s_name_says_what_is_drawn(call, tmp_path, name, draw):
    file = tmp_path / name
    said = call("diagram", "bb2", "-o", str(file))
    assert (said.status, said.err) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert text == draw(lay_out(read("bb2").machine))
    assert said.out.splitlines()[0].endswith(f"{len(text.encode()):,} bytes")
    assert [line.split()[-1] for line in said.out.splitlines()[1:]] == ["bb2", "3", "4", "3"]


def test_without_a_file_it_is_printed(call):
    drawn = lay_out(read("bb2").machine)
    assert call("diagram", "bb2").out == as_svg(drawn)
    assert call("diagram", "bb2", "--format", "tikz").out == as_tikz(drawn)


def test_json(call, tmp_path):
    value = json.loads(call("diagram", "1RB1LB_1LA1RZ", "--json").out)
    assert value.pop("picture").startswith("<svg")
    assert value == {"machine": "1RB1LB_1LA1RZ", "format": "svg", "states": 3, "transitions": 4, "arrows": 3}
    file = tmp_path / "a.tex"
    value = json.loads(call("diagram", "bb2", "-o", str(file), "--json").out)
    assert (value["file"], value["format"]) == (str(file), "tikz")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--format", "png"], "'png'"),
        (["-o", "a.png"], "'a.png'"),
        (["-o", "a.tex", "--format", "svg"], "with --format svg"),
        (["-o", "no such folder/a.svg"], "'no such folder'"),
    ],
)
def test_refusals(call, words, found):
    said = call("diagram", "bb2", *words)
    assert (said.status, said.out) == (2, "")
    assert found in said.err
    assert "remedy:" in said.err


def test_a_file_that_is_there_is_kept_where_the_machine_cannot_be_drawn(call, tmp_path):
    file = tmp_path / "a.svg"
    file.write_text("old", encoding="utf-8")
    rows = ["1RA0RB" for _ in range(2)]
    assert call("diagram", "_".join([*rows, "broken"]), "-o", str(file)).status == 2
    assert file.read_text(encoding="utf-8") == "old"
