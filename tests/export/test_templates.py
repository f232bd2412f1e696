"""Files that are written as they are."""

import ast

import pytest

from tests.architecture.source import WRITTEN
from tmformer.export.templates import template

PROGRAMS = sorted(path.name for path in WRITTEN.glob("*.py"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_can_be_parsed_and_imports_nothing_of_ours(name):
    tree = ast.parse(template(name))
    assert ast.get_docstring(tree)
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not any(name.partition(".")[0] == "tmformer" for name in imported)


def test_all_programs_are_here():
    assert PROGRAMS == [
        "configuration_tmformer.py",
        "modeling_tmformer.py",
        "tokenization_tmformer.py",
        "torch_model.py",
    ]
