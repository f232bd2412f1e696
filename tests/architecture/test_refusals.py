"""Errors: four parts each, no `assert`, nothing caught and dropped."""

import ast

import pytest

from tests.architecture.source import Source, error_classes, expect_none, name_of, package

PARTS = {"found", "where", "remedy"}
JUDGE = "tmformer/precision/check.py"  # knows nobody, so has errors of its own
HOME = "tmformer/errors.py"
FOREIGN = {
    "AttributeError": "of a module's __getattr__",
    "NotImplementedError": "of an abstract method",
    "SystemExit": "of the command line",
}


def is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (not isinstance(node.value, str) or not node.value.strip())


def part_faults(sources: list[Source], errors: set[str]) -> list[str]:
    """Each error that is made has a rule, found, where and remedy; each error that is raised is one of ours, or is turned into one nearby."""
    found: list[str] = []
    for source in [source for source in sources if source.path not in (JUDGE, HOME)]:
        allowed = errors | set(FOREIGN) | turned(source)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and name_of(node.func) in errors:
                given = {keyword.arg for keyword in node.keywords}
                empty = any(is_empty(part) for part in [*node.args, *(keyword.value for keyword in node.keywords)])
                if len(node.args) != 1 or given != PARTS or empty:
                    found.append(f"{source.at(node.lineno)}: {name_of(node.func)} without its four parts")
                elif isinstance(node.args[0], ast.Constant) and str(node.args[0].value).endswith("."):
                    found.append(f"{source.at(node.lineno)}: the rule ends with a full stop")
            if isinstance(node, ast.Raise) and node.exc is not None:
                name = name_of(node.exc)
                if name[:1].isupper() and name not in allowed:
                    found.append(f"{source.at(node.lineno)}: raises {name}, which is none of tmformer.errors")
                if name in errors and not isinstance(node.exc, ast.Call):
                    found.append(f"{source.at(node.lineno)}: {name} without its four parts")
    return found


def turned(source: Source) -> set[str]:
    """The exceptions of Python that this very module catches and turns into errors of ours."""
    handlers = [node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler) and raises(node)]
    caught = [node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] for node in handlers]
    return {name_of(kind) for kinds in caught for kind in kinds}


def raises(node: ast.ExceptHandler) -> bool:
    return any(isinstance(inner, ast.Raise) for statement in node.body for inner in ast.walk(statement))


def drop_faults(sources: list[Source]) -> list[str]:
    """No assert; no handler for everything, or that does nothing."""
    found: list[str] = []
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assert):
                found.append(f"{source.at(node.lineno)}: assert")
            if isinstance(node, ast.Call) and name_of(node.func) == "suppress":
                found.append(f"{source.at(node.lineno)}: suppress drops what it catches")
            if isinstance(node, ast.ExceptHandler):
                found += [f"{source.at(node.lineno)}: {fault}" for fault in handler_faults(node)]
    return found


def handler_faults(node: ast.ExceptHandler) -> list[str]:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    blanket = any(kind is None or name_of(kind) in ("Exception", "BaseException") for kind in caught)
    faults = ["catches everything, and does not raise"] if blanket and not raises(node) else []
    return [*faults, "catches and drops"] if all(does_nothing(statement) for statement in node.body) else faults


def does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Return):
        return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
    return isinstance(node, ast.Pass | ast.Continue) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def test_each_error_has_its_four_parts():
    expect_none(part_faults(package(), error_classes(package())))


def test_nothing_is_asserted_or_dropped():
    expect_none(drop_faults(package()))


@pytest.mark.parametrize(
    "line",
    [
        'raise MachineError("Rule")',
        'raise MachineError("Rule", found="x", where="y")',
        'raise MachineError("Rule", found="", where="y", remedy="z")',
        'raise MachineError("Rule.", found="x", where="y", remedy="z")',
        'error = errors.MachineError("Rule", found="x", where="y", remedy="")',
        "raise MachineError",
        'raise MachineError("Rule", **parts)',
        'raise ValueError("no")',
    ],
)
def test_parts_can_fail(line: str):
    assert part_faults([Source("tmformer/machine/spec.py", line)], {"MachineError"})


def test_good_errors_pass():
    good = 'raise MachineError(rule, found=f"{x}", where="y", remedy="z") from error\nraise _refusal(x)\nraise error\n'
    good += "def f():\n    try: g()\n    except ValueError as error: raise _refusal(x) from error\ndef g(): raise ValueError\n"
    assert part_faults([Source("tmformer/machine/spec.py", good)], {"MachineError"}) == []


@pytest.mark.parametrize(
    "text",
    [
        "assert x",
        "try: f()\nexcept: g()",
        "try: f()\nexcept Exception as error: log(error)",
        "try: f()\nexcept (KeyError, BaseException): g()",
        "try: f()\nexcept KeyError: pass",
        "def h():\n    try: f()\n    except KeyError: return None",
        "with contextlib.suppress(KeyError): f()",
    ],
)
def test_drops_can_fail(text: str):
    assert drop_faults([Source("tmformer/a.py", text)])


def test_good_handlers_pass():
    good = "try: f()\nexcept KeyError as error: raise g() from error\ntry: f()\nexcept Exception:\n    clean()\n    raise\n"
    assert drop_faults([Source("tmformer/a.py", good)]) == []
