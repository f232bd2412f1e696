"""Files of results, read for pictures."""

import json
import pathlib

import pytest

from benchmarks.float_format_limits import entries
from tests.cli.test_plot import ATLAS, SPEED
from tmformer.cli.plot_results import COMES_FROM, chart_of
from tmformer.errors import UsageError
from tmformer.show import draw


def test_a_chart_is_the_one_of_readme_with_a_caption():
    with pathlib.Path(ATLAS).open(encoding="utf-8") as file:
        plain = draw(entries(json.load(file)["rows"]))
    chart = chart_of("atlas", ATLAS)
    marks = [line for line in plain.splitlines() if "<circle" in line or "<path" in line]
    assert marks
    assert all(line in chart.splitlines() for line in marks)
    assert "Proved: by" in chart


def test_what_the_command_atlas_printed_will_do(call, tmp_path):
    file = tmp_path / "atlas.json"
    file.write_text(call("atlas", "--construction", "perez", "--format", "float16", "--json").out, encoding="utf-8")
    assert "constructions perez" in chart_of("atlas", str(file))


@pytest.mark.parametrize("kind", COMES_FROM)
@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"rows": 3}', '{"rows": []}', '{"rows": [{}]}', '{"rows": [{"run by": "<b>"}]}', "[" * 10_000],
)
def test_other_files_are_refused(tmp_path, kind, content):
    file = tmp_path / "a.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        chart_of(kind, str(file))
    assert COMES_FROM[kind] in caught.value.remedy
    assert str(file) in caught.value.where


def test_results_of_the_other_kind_are_refused():
    for kind, data in (("atlas", SPEED), ("speed", ATLAS)):
        with pytest.raises(UsageError):
            chart_of(kind, data)
