"""The source of the package as the house rules see it: a path and a syntax tree."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """A module, of the package or planted by a test.

    Args:
        path: relative to the repository, such as ``tmformer/machine/spec.py``.
        text: its text.
    """

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        """``("tmformer", "machine", "spec")``; a door ends with its room."""
        parts = Path(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def room(self) -> str:
        """``machine``; a module beside the rooms is a room of its own."""
        return self.parts[1] if len(self.parts) > 1 else ""

    def at(self, line: int) -> str:
        return f"{self.path}:{line}"


WRITTEN = ROOT / "tmformer" / "export" / "written"
"""Programs of other tools, which exports write as they are: none of them is a module of the package."""


def package() -> list[Source]:
    """All modules of the package."""
    paths = sorted(path for path in (ROOT / "tmformer").rglob("*.py") if not path.is_relative_to(WRITTEN))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def expect_none(faults: list[str]) -> None:
    """Fail with all faults, one a line."""
    if faults:
        pytest.fail("\n".join([f"{len(faults)} faults", *faults]), pytrace=False)


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first to the last statement of a function, its docstring left out."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def imports(source: Source) -> list[tuple[int, str, str]]:
    """(line, module, name) of each import of the package, nested ones included; name is "" for ``import module``."""
    found: list[tuple[int, str, str]] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, node.module or "", alias.name) for alias in node.names]
    return found


def error_classes(sources: list[Source]) -> set[str]:
    """The names of all classes that descend from TmformerError."""
    known = {"TmformerError"}
    classes = [node for source in sources for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    while True:
        more = {node.name for node in classes if any(name_of(base) in known for base in node.bases)} - known
        if not more:
            return known
        known |= more


def name_of(node: ast.expr | None) -> str:
    """The last name of an expression: ``c`` for ``a.b.c``, ``a.b.c[int]`` or ``a.b.c(...)``."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
