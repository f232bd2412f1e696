"""Names follow the table "Words" of the house: one word for one thing."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, expect_none, package

MODULES = {"utils", "util", "helpers", "helper", "misc", "common"}
ANYWHERE = {"snapshot", "coldness", "exactness", "tolerance", "epsilon", "dims", "utils"}
VERBS = {"process", "handle", "convert", "select"}
PUBLIC = {"node", "char", "action", "feature"}  # refused in what users see, fine for a node of YAML inside
PROSE = re.compile(r"\b(coldness|snapshots?|argmax attention)\b", re.IGNORECASE)


def words(name: str) -> list[str]:
    """The words of snake_case or CamelCase, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def bound(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """(line, name, is it public) of every name that the module binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name, not node.name.startswith("_")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                yield argument.lineno, argument.arg, not node.name.startswith("_")
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr, False


def faults(sources: list[Source]) -> list[str]:
    found: list[str] = []
    for source in sources:
        found += [f"{source.path}: no module is called {part!r}" for part in source.parts if part in MODULES]
        for number, line in enumerate(source.text.splitlines(), start=1):
            found += [f"{source.at(number)}: say another word than {word!r}" for word in PROSE.findall(line)]
        for line, name, public in bound(source.tree):
            if ANYWHERE & set(words(name)) or (public and PUBLIC & set(words(name))):
                found.append(f"{source.at(line)}: {name} holds a word of the column 'never'")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and words(node.name)[:1] in [
                [v] for v in VERBS
            ]:
                found.append(f"{source.at(node.lineno)}: {node.name} does not say what it does")
    return found


def test_names_follow_the_table():
    expect_none(faults(package()))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tmformer/utils.py", ""),
        ("tmformer/model/helpers.py", ""),
        ("tmformer/a.py", "class TapeSnapshot: ..."),
        ("tmformer/a.py", "head_dims = 3"),
        ("tmformer/a.py", "def f(*, epsilon): ..."),
        ("tmformer/a.py", "def process_tape(): ..."),
        ("tmformer/a.py", "def _handle(): ..."),
        ("tmformer/a.py", "def read(char): ..."),
        ("tmformer/a.py", '"""The argmax attention."""'),
    ],
)
def test_it_can_fail(path: str, text: str):
    assert faults([Source(path, text)])


def test_it_lets_good_names_pass():
    good = "def check_layout(sharpness, character): ...\ndef _state_of(node): return node.char\nprocessed = 1\n"
    assert faults([Source("tmformer/machine/formats/yaml.py", good)]) == []
