"""Ctrl-C while a run goes on."""

import threading
import time
from concurrent.futures import wait

import pytest

from tmformer.cli import interrupting
from tmformer.cli.interrupting import is_busy, run_interruptibly
from tmformer.errors import UsageError


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wait of the main thread is interrupted, as by Ctrl-C."""
    calls: list[object] = []

    def interrupted(*given, **options):
        calls.append(given)
        if len(calls) == 1:
            time.sleep(0.05)
            raise KeyboardInterrupt
        return wait(*given, **options)

    monkeypatch.setattr(interrupting, "wait", interrupted)


def test_the_result_and_the_error_come_back():
    assert run_interruptibly(lambda _: 6) == 6

    def refuse(_):
        raise UsageError("Rule", found="f", where="w", remedy="r")

    with pytest.raises(UsageError):
        run_interruptibly(refuse)
    assert not is_busy()


@pytest.mark.usefixtures("ctrl_c")
def test_a_run_that_looks_up_ends_by_itself():
    def work(check):
        while True:
            time.sleep(0.01)
            check()

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(work)
    assert not is_busy()


@pytest.mark.usefixtures("ctrl_c")
def test_a_run_that_does_not_look_up_is_left_behind():
    release = threading.Event()
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(lambda _: release.wait(20))
    assert time.monotonic() - before < 10
    assert is_busy()
    release.set()
    while is_busy():
        time.sleep(0.01)
