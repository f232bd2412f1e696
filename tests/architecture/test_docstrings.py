"""Docstrings tell the truth: Raises names what the body raises, and every doctest is found and run."""

import ast
import doctest
import importlib
import re

import pytest

from tests.architecture.source import Source, error_classes, expect_none, name_of, package

JUDGE = "tmformer/precision/check.py"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def raise_faults(sources: list[Source], errors: set[str]) -> list[str]:
    """A public function names each error of ours that its own body raises, and no name that is not an error."""
    found: list[str] = []
    for source in [source for source in sources if source.path != JUDGE]:
        for node in ast.walk(source.tree):
            if not isinstance(node, Function) or node.name.startswith("_"):
                continue
            text = (ast.get_docstring(node) or "").split("Raises:")[1:]
            named = set(re.findall(r"^\s+(\w+):", text[0], re.MULTILINE)) if text else set[str]()
            raised = {name_of(inner.exc) for inner in ast.walk(node) if isinstance(inner, ast.Raise)} & errors
            found += [f"{source.at(node.lineno)}: {node.name} raises {name}, unsaid" for name in sorted(raised - named)]
    return found


def examples(source: Source) -> int:
    """How many docstrings of a module hold an example."""
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Module | ast.ClassDef | Function)]
    return sum(">>>" in (ast.get_docstring(node) or "") for node in nodes)


def test_raises_match_the_body():
    expect_none(raise_faults(package(), error_classes(package())))


def test_raises_can_fail():
    body = "    raise MachineError(rule)"
    said = '    """One.\n\n    Raises:\n        MachineError: if so.\n    """\n'
    assert raise_faults([Source("tmformer/a.py", f'def f():\n    """One."""\n{body}')], {"MachineError"})
    assert raise_faults([Source("tmformer/a.py", f"def f():\n{said}{body}")], {"MachineError"}) == []
    assert raise_faults([Source("tmformer/a.py", f"def _f():\n{body}")], {"MachineError"}) == []


@pytest.mark.parametrize("path", [source.path for source in package() if examples(source)])
def test_every_doctest_is_found(path: str):
    source = next(source for source in package() if source.path == path)
    module = importlib.import_module(".".join(source.parts))
    found = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]
    assert len(found) == examples(source)


def test_counting_doctests_can_fail():
    text = '"""A.\n\n>>> 1\n1\n"""\ndef f():\n    """B.\n\n    >>> 2\n    2\n    """\n    def g():\n        """C."""\n'
    assert examples(Source("tmformer/a.py", text)) == 2
