"""Where the package refuses: all `raise` statements, and those that a call reaches."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.architecture.source import ROOT, Source, error_classes, name_of

FOREIGN = {
    "AttributeError",
    "NotImplementedError",
    "SystemExit",
}  # not refusals: see tests/architecture/test_refusals.py
JUDGE = "tmformer/precision/check.py"  # has errors of its own, reached by the mutations of tests/precision

Case = Callable[[], object]


@dataclass(frozen=True, order=True)
class Site:
    """A `raise` statement, from its first to its last line."""

    path: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.path}:{self.first}"


def sites(sources: list[Source]) -> set[Site]:
    """Every statement that raises an error of ours, or one that a helper has made."""
    errors = error_classes(sources)
    return {
        Site(source.path, node.lineno, node.end_lineno or node.lineno)
        for source in sources
        if source.path != JUDGE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Raise) and node.exc is not None
        if name_of(node.exc) in errors or name_of(node.exc) not in FOREIGN
    }


def reached(error: BaseException, known: set[Site], root: Path = ROOT) -> Iterator[Site]:
    """The sites that an error, and the errors before it, came from."""
    before = error.__cause__ or error.__context__
    if before is not None:
        yield from reached(before, known, root)
    for path, line in frames(error.__traceback__, root):
        yield from (site for site in known if site.path == path and site.first <= line <= site.last)


def frames(traceback: TracebackType | None, root: Path) -> Iterator[tuple[str, int]]:
    """(path, line) of each frame that lies in the repository."""
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(root):
            yield path.relative_to(root).as_posix(), traceback.tb_lineno
        traceback = traceback.tb_next
