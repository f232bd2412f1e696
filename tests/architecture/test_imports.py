"""Who may know whom: the contracts of pyproject.toml, and what really comes along when a room is imported."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Source, expect_none, imports, package

EXACT_HALF = ("machine", "program", "constructions", "weights", "precision")
FLOATS = ("jax", "jaxlib", "flax", "optax")


def came_along(module: str, unwanted: tuple[str, ...], folder: Path = ROOT) -> list[str]:
    """Which of the unwanted modules a fresh Python has loaded after `import module`."""
    code = f"import sys, {module}; print(*[name for name in {unwanted!r} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.split()


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contracts, on the package in `folder`."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


def judge_faults(source: Source) -> list[str]:
    """Imports of the judge that are not of the standard library."""
    return [
        f"{source.at(line)}: {module}"
        for line, module, _ in imports(source)
        if module.split(".")[0] not in sys.stdlib_module_names
    ]


def test_importing_tmformer_is_light():
    assert came_along("tmformer", (*FLOATS, "numpy", "hypothesis")) == []


@pytest.mark.parametrize("room", [room for room in EXACT_HALF if (ROOT / "tmformer" / room / "__init__.py").exists()])
def test_the_exact_half_loads_no_floats(room: str):
    assert came_along(f"tmformer.{room}", FLOATS) == []


def test_drawing_loads_no_floats():
    assert came_along("tmformer.show", FLOATS) == []


def test_coming_along_can_fail(tmp_path: Path):
    (tmp_path / "planted.py").write_text("def f():\n    import numpy\nimport colorsys", encoding="utf-8")
    assert came_along("planted", ("numpy", "colorsys"), tmp_path) == ["colorsys"]


def test_import_contracts_are_kept():
    done = contracts(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("importer", "imported", "contract"),
    [
        ("program", "weights", "Who may know whom"),
        ("verify", "cli", "Who may know whom"),
        ("weights", "machine", "After the program"),
        ("model", "constructions", "After the program"),
        ("weights.layout", "jax", "The exact half"),
        ("constructions.perez", "tmformer.constructions.cellular", "A construction"),
        ("unknown_room", "errors", "not listed as layers"),
    ],
)
def test_import_contracts_can_fail(tmp_path: Path, importer: str, imported: str, contract: str):
    names = ["", "machine", "program", "weights", "constructions", "model", "verify"]
    modules = {f"{name}/__init__.py".lstrip("/"): "" for name in names}
    modules |= {"errors.py": "", "cli.py": "", "constructions/cellular.py": "", "unknown_room.py": "#"}
    if importer != "unknown_room":
        del modules["unknown_room.py"]
    path = f"{importer}/__init__.py" if importer in names else f"{importer.replace('.', '/')}.py"
    target = imported if imported == "jax" or "." in imported else f"tmformer.{imported}"
    for name, text in (modules | {path: f"import {target}"}).items():
        (tmp_path / "tmformer" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tmformer" / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = contracts(tmp_path)
    assert done.returncode != 0
    assert contract in done.stdout.split("Broken contracts")[-1], done.stdout + done.stderr


def test_the_judge_stands_alone():
    judges = [source for source in package() if source.path == "tmformer/precision/check.py"]
    expect_none([fault for judge in judges for fault in judge_faults(judge)])


def test_the_judge_can_fall():
    assert judge_faults(Source("tmformer/precision/check.py", "import json\nfrom fractions import Fraction")) == []
    assert judge_faults(Source("tmformer/precision/check.py", "from tmformer.weights import Weights"))
    assert judge_faults(Source("tmformer/precision/check.py", "def f():\n    import numpy"))


def relative_faults(sources: list[Source]) -> list[str]:
    return [
        source.at(node.lineno)
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]


def test_imports_say_where_they_go():
    expect_none(relative_faults(package()))
    assert relative_faults([Source("tmformer/a.py", "from .b import c")])
