"""The order of words: what is an option, and what only looks like one."""

import pytest
from cyclopts import Token

from tmformer.cli.application import application
from tmformer.cli.arguments import counted, options_of, ordered
from tmformer.errors import UsageError

OPTIONS = {
    "--cells": ("--cells", True),
    "--output": ("--output", True),
    "-o": ("--output", True),
    "--json": ("--json", False),
}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["m"], ["--", "m"]),
        (["m", ""], ["--", "m", ""]),
        (["m", "-1"], ["--", "m", "-1"]),
        (["m", "---"], ["--", "m", "---"]),
        (["m", "--1"], ["--", "m", "--1"]),
        (["m", "="], ["--", "m", "="]),
        (["m", "a=b"], ["--", "m", "a=b"]),
        (["m", "--", "--json"], ["--", "m", "--json"]),
        (["m", "--", "--"], ["--", "m", "--"]),
        (["--cells", "-8", "m"], ["--cells=-8", "--", "m"]),
        (["--cells=8", "m", "--json"], ["--cells=8", "--json", "--", "m"]),
        (["m", "-o", "a b"], ["--output=a b", "--", "m"]),
        (["m", "--cells", "--json"], ["--cells=--json", "--", "m"]),
        (["m", "--help"], ["--help"]),
        (["m", "--", "--help"], ["--", "m", "--help"]),
    ],
)
def test_ordered(words, wanted):
    assert ordered("run", words, OPTIONS) == wanted


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--cels", "4"], "did you mean '--cells'"),
        (["--json=1"], "alone"),
        (["--cells"], "its value"),
        (["--Json"], "--Json"),
    ],
)
def test_refused(words, part):
    with pytest.raises(UsageError) as caught:
        ordered("run", words, OPTIONS)
    assert part in str(caught.value)


def test_options_are_read_off_the_application():
    options = options_of(application()["compile"])
    assert options["-o"] == ("--output", True)
    assert options["--json"] == ("--json", False)
    assert not [name for name in options if name.startswith("--no-")]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("5000", 5000), ("10K", 10_000), ("10k", 10_000), ("47M", 47_000_000), ("1G", 10**9), ("-1K", -1000)],
)
def test_numbers_in_thousands_and_millions(value: str, wanted: int):
    assert counted(None, [Token(keyword="--every", value=value)]) == wanted


@pytest.mark.parametrize("value", ["", "K", "1.5M", "10MB", "1_000", "1 K", "1e6", "٣K", "x" * 90])
def test_numbers_that_are_none(value: str):
    with pytest.raises(UsageError, match="The value of --every is a whole number, or one followed by K, M or G"):
        counted(None, [Token(keyword="--every", value=value)])
