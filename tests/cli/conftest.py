"""Calls of the command line, in this process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tmformer.cli import main


class Said(NamedTuple):
    """What a command line answered."""

    status: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(*words: str) -> Said:
        status = main(words)
        return Said(status, *capsys.readouterr())

    return run
