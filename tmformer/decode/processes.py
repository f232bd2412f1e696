"""Several processes that compute together, each with its own devices, by `jax.distributed`."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import jax
import numpy as np
from jax.experimental import multihost_utils

from tmformer.errors import ModelError


@contextmanager
def connected(coordinator: str, processes: int, process: int) -> Generator[None]:
    """This process as one of several; process 0 listens at the coordinator's address. Left together.

    Args:
        coordinator: host and port, with a colon between them.
        processes: how many processes there are.
        process: the number of this one, from 0 on.

    Raises:
        ModelError: if there is no such process, the address is none, or the processes cannot meet there.
    """
    if not 0 <= process < processes:
        raise ModelError(
            "The processes are numbered from 0 on",
            found=f"process {process} of {processes}",
            where="--process and --processes",
            remedy="Start processes 0 and 1 of 2, for instance.",
        )
    if not re.fullmatch(r"[\w.\-\[\]:]+:[0-9]{1,5}", coordinator):
        raise ModelError(
            "A coordinator is a host and a port",
            found=repr(coordinator[:60]),
            where="--coordinator",
            remedy="Write HOST:PORT, such as 127.0.0.1:9876, the same for all processes.",
        )
    try:
        jax.distributed.initialize(coordinator, processes, process)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            "The processes of a batch meet at the coordinator before anything is computed",
            found=str(error).partition("\n")[0][:200] or type(error).__name__,
            where=f"process {process} of {processes} at {coordinator}",
            remedy="Start all processes with the same coordinator, at a port that is free on the host of process 0.",
        ) from error
    try:
        yield
    finally:
        jax.distributed.shutdown()


def gather(own: bytes) -> list[bytes]:
    """What each process gives, in the order of the processes, told to all of them; every process must call this.

    >>> gather(b"alone")
    [b'alone']
    """
    lengths = _gathered(np.array([len(own)], np.int32))[:, 0]
    padded = np.zeros(int(lengths.max()), np.uint8)
    padded[: len(own)] = np.frombuffer(own, np.uint8)
    return [row[:length].tobytes() for row, length in zip(_gathered(padded), lengths, strict=True)]


def check_same(digests: Sequence[str]) -> None:
    """Refuse processes that do not compute the same batch.

    Args:
        digests: of what each process was asked for.

    Raises:
        ModelError: naming the first process that differs from process 0.
    """
    others = [number for number, digest in enumerate(digests) if digest != digests[0]]
    if others:
        raise ModelError(
            "All processes are asked for the same batch, of which each runs its part",
            found=f"process {others[0]} was asked for another one than process 0",
            where=f"a batch in {len(digests)} processes",
            remedy="Give all of them the same network, runs and options, but for the number of the process.",
        )


def _gathered(array: np.ndarray) -> np.ndarray:
    """Arrays of one shape, a row for each process, [processes, ...]."""
    return np.asarray(multihost_utils.process_allgather(array)).reshape(jax.process_count(), *array.shape)
