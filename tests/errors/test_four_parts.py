"""Every `raise` in the package is reached, and what it raises has four parts.

A room's cases stand in `cases_<room>.py`: `CASES` maps a name to a call that must be refused. A `raise` without a case
fails `test_every_raise_is_reached`, which names the line.
"""

import importlib
from pathlib import Path

import pytest

from tests.architecture.source import Source, expect_none, package
from tests.errors.sites import Case, Site, reached, sites
from tmformer.errors import TmformerError

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
CASES: dict[str, Case] = {
    f"{module.removeprefix('cases_')}: {name}": case
    for module in MODULES
    for name, case in importlib.import_module(f"tests.errors.{module}").CASES.items()
}


def refusal(case: Case) -> TmformerError:
    """The error of a case."""
    with pytest.raises(TmformerError) as caught:
        case()
    return caught.value


def missing(cases: list[Case], known: set[Site], root: Path | None = None) -> list[str]:
    """The sites that no case reaches."""
    found: set[Site] = set()
    for case in cases:
        error = refusal(case)
        found |= set(reached(error, known, root) if root else reached(error, known))
    return [str(site) for site in sorted(known - found)]


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_has_four_parts(name: str):
    error = refusal(CASES[name])
    for part in (error.rule, error.found, error.where, error.remedy):
        assert part.strip()
    assert not error.rule.endswith(".")
    assert str(error).splitlines()[0] == error.rule


def test_every_raise_is_reached():
    expect_none(missing(list(CASES.values()), sites(package())))


def test_an_unreached_raise_is_named(tmp_path: Path):
    """A planted module with two sites, of which one case reaches the first, by way of a helper and a chained error."""
    text = (
        "from tmformer.errors import MachineError\n"
        "def refusal(x):\n"
        "    return MachineError('R', found=x, where='w', remedy='r')\n"
        "def f(x):\n"
        "    if x == 'a':\n"
        "        raise refusal(\n"
        "            x\n"
        "        )\n"
        "    if x == 'b':\n"
        "        raise MachineError('R', found=x, where='w', remedy='r')\n"
        "    raise SystemExit(0)\n"
        "def g():\n"
        "    try:\n"
        "        f('a')\n"
        "    except MachineError as error:\n"
        "        raise MachineError('S', found='x', where='w', remedy='r') from error\n"
    )
    (tmp_path / "planted.py").write_text(text, encoding="utf-8")
    names: dict[str, Case] = {}
    exec(compile(text, str(tmp_path / "planted.py"), "exec"), names)  # noqa: S102 - the planted text above
    known = sites([Source("planted.py", text), *package()]) - sites(package())
    assert [str(site) for site in sorted(known)] == ["planted.py:6", "planted.py:10", "planted.py:16"]
    assert missing([names["g"]], known, tmp_path) == ["planted.py:10"]
