"""Ctrl-C at once, also while compiled code runs: it does not return to Python for minutes in a long run."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

_NAME = "tmformer-run"
_PATIENCE = 0.5  # seconds that an interrupted run gets to end by itself


def run_interruptibly(work: Callable[[Callable[[], None]], T]) -> T:
    """The result of `work`, run beside the main thread, which waits for Ctrl-C.

    Args:
        work: is given a function to call now and then, which ends the work after Ctrl-C.

    Raises:
        SystemExit: in the thread of the work, to end it after Ctrl-C; the caller sees KeyboardInterrupt.

    >>> run_interruptibly(lambda check: check() or 6)
    6
    """
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise SystemExit

    workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix=_NAME)
    future = workers.submit(work, check)
    try:
        while not wait([future], timeout=0.2, return_when=FIRST_COMPLETED).done:
            continue
    except KeyboardInterrupt:
        stopped.set()
        wait([future], timeout=_PATIENCE)
        workers.shutdown(wait=future.done())
        raise
    workers.shutdown()
    return future.result()


def is_busy() -> bool:
    """Whether a run goes on in compiled code after Ctrl-C, so that the process must be left without it."""
    return any(thread.name.startswith(_NAME) for thread in threading.enumerate())
