"""Every class is abstract or final."""

import ast

import pytest

from tests.architecture.source import Source, error_classes, expect_none, name_of, package

OPEN = {"ABC", "Protocol", "Enum", "StrEnum", "IntEnum", "Flag", "IntFlag", "TypedDict"}


def faults(sources: list[Source]) -> list[str]:
    classes = [(source, node) for source in sources for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    extended = {name_of(base) for _, node in classes for base in node.bases}
    errors = error_classes(sources) & extended
    found: list[str] = []
    for source, node in classes:
        final = any(name_of(decorator) == "final" for decorator in node.decorator_list)
        abstract = is_abstract(node) or node.name in errors
        if final and node.name in extended:
            found.append(f"{source.at(node.lineno)}: {node.name} is final, and is extended")
        if not final and not abstract:
            found.append(f"{source.at(node.lineno)}: {node.name} is neither abstract nor final")
    return found


def is_abstract(node: ast.ClassDef) -> bool:
    bases = {name_of(base) for base in node.bases}
    metaclass = any(keyword.arg == "metaclass" and name_of(keyword.value) == "ABCMeta" for keyword in node.keywords)
    methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)]
    has_abstract = any(name_of(mark) == "abstractmethod" for method in methods for mark in method.decorator_list)
    return bool(bases & OPEN) or metaclass or has_abstract


def test_every_class_is_abstract_or_final():
    expect_none(faults(package()))


@pytest.mark.parametrize(
    "text",
    [
        "class A: ...",
        "class Block(nnx.Module): ...",
        "@final\nclass A: ...\n@final\nclass B(A): ...",
        "class AError(TmformerError): ...",
    ],
)
def test_it_can_fail(text: str):
    assert faults([Source("tmformer/a.py", text)])


def test_good_classes_pass():
    good = (
        "class Shape(abc.ABC): ...\n@typing.final\nclass A(Shape): ...\nclass Kind(enum.Enum): ...\nclass P(Protocol[T]): ...\n"
        "class AError(TmformerError): ...\n@final\nclass BError(AError): ...\n@final\n@dataclass(frozen=True)\nclass C: ..."
    )
    assert faults([Source("tmformer/a.py", good)]) == []
