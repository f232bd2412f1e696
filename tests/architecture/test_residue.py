"""No left-over markers, no path of one machine, no address of one package index."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Source, expect_none

FOLDERS = ("tmformer", "tests", "benchmarks", "proofs", "machines", "docs", ".ci", ".github")
SUFFIXES = (
    "",
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".lock",
    ".cff",
    ".json",
    ".html",
    ".lean",
    ".cfg",
    ".ini",
)
# The patterns are written in pieces, so that this file does not find itself.
MARKERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
PATHS = re.compile(r"(?<![\w.:/<>$}*~-])/(?:hom" r"e|roo" r"t|wor" r"k|User" r"s|op" r"t|tm" r"p|mn" r"t)/\w")
HOSTS = re.compile(r"(?:pypi|pythonhosted)\." r"org|file:" r"//|local" r"host[:/]|--(?:extra-)?index" r"-url")


def files(root: Path) -> list[Source]:
    """The text files of the repository."""
    paths = [path for path in root.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += [path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    texts = [path for path in sorted(paths) if path.suffix in SUFFIXES]
    return [
        Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="replace")) for path in texts
    ]


def faults(sources: list[Source]) -> list[str]:
    found: list[str] = []
    for source in sources:
        patterns = [PATHS] if source.path == "uv.lock" else [MARKERS, PATHS, HOSTS]
        for number, line in enumerate(source.text.splitlines(), start=1):
            found += [f"{source.at(number)}: {hit.group()}" for pattern in patterns for hit in pattern.finditer(line)]
    return found


def test_nothing_is_left_over():
    expect_none(faults(files(ROOT)))


def test_the_lock_names_the_public_index_only():
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert set(re.findall(r'registry = "([^"]*)"', lock)) == {"https://pypi." + "org/simple"}
    assert {url.split("/")[2] for url in re.findall(r'url = "([^"]*)"', lock)} == {"files.pythonhosted." + "org"}


@pytest.mark.parametrize(
    "text",
    [
        "# TO" + "DO: later",
        "x = 'FIX" + "ME'",
        "open('/ho" + "me/a/x')",
        "cd /wo" + "rk/x",
        "https://pypi." + "org/simple",
    ],
)
def test_it_can_fail(tmp_path: Path, text: str):
    assert faults([Source("README.md", text)])
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.py").write_text(text, encoding="utf-8")
    assert faults(files(tmp_path))


def test_good_lines_pass():
    good = "see https://example.org/home/x and ~/work/x\nfor a word of symbols, xxx"
    assert faults([Source("README.md", good)]) == []
