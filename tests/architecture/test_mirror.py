"""tests/<room>/test_<file>.py mirrors the source: each module has a file of tests."""

from pathlib import Path

import pytest

from tests.architecture.source import ROOT, expect_none, package


def faults(modules: list[str], tests: set[str]) -> list[str]:
    found: list[str] = []
    for path in [Path(module) for module in modules if not module.endswith("/__init__.py")]:
        inside = path.relative_to("tmformer")
        wanted = Path("tests") / inside.parent / f"test_{inside.stem.strip('_')}.py"
        if wanted.as_posix() not in tests:
            found.append(f"{path}: no {wanted}")
    return found


def test_each_module_has_its_tests():
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    expect_none(faults([source.path for source in package()], tests))


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("tmformer/cli.py", "tests/cli/test_cli.py"),
        ("tmformer/machine/spec.py", "tests/machine/test_semantics.py"),
        ("tmformer/machine/formats/native.py", "tests/machine/test_native.py"),
    ],
)
def test_it_can_fail(module: str, test: str):
    assert faults([module], {test})


def test_good_mirrors_pass():
    modules = ["tmformer/cli.py", "tmformer/machine/formats/native.py", "tmformer/machine/__init__.py"]
    assert faults(modules, {"tests/test_cli.py", "tests/machine/formats/test_native.py"}) == []
