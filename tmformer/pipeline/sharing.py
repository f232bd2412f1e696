"""What processes that share a batch tell each other, and one hash of what they found."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import final

import msgspec

from tmformer import errors
from tmformer.errors import TmformerError
from tmformer.machine import Configuration
from tmformer.pipeline.result import Result


@final
@dataclass(frozen=True)
class Ended:
    """How one run of a batch ended, as plain data.

    Args:
        configuration: the last one; None where the run was refused.
        steps: machine steps.
        outcome: what the stop table says.
        layers: blocks applied one after another.
        refusal: the class and the four parts of the error that it was refused by; nothing where there is none.
    """

    configuration: Configuration | None
    steps: int = 0
    outcome: str = ""
    layers: int = 0
    refusal: tuple[str, ...] = ()

    @classmethod
    def refused(cls, error: TmformerError, where: str) -> "Ended":
        """A run that ended in an error, of which run is to be said."""
        place = error.where if error.where == where else f"{where}: {error.where}"
        return cls(None, refusal=(type(error).__name__, error.rule, error.found, place, error.remedy))

    def error(self) -> TmformerError:
        """The error that the run ended in, also where another process met it."""
        name, rule, found, where, remedy = self.refusal
        return getattr(errors, name)(rule, found=found, where=where, remedy=remedy)


def connected(coordinator: str, processes: int, process: int) -> AbstractContextManager[None]:
    """A context in which this process is one of several that share batches, as `decode.connected` has it.

    Args:
        coordinator: host and port at which process 0 listens, with a colon between them.
        processes: how many processes there are.
        process: the number of this one, from 0 on.
    """
    from tmformer.decode import connected as connected_by_jax

    return connected_by_jax(coordinator, processes, process)


def shared(own: Mapping[int, Ended], digest: str) -> dict[int, Ended]:
    """How all runs of a batch ended, those of this process and of all others, by their numbers.

    Args:
        own: those of this process.
        digest: of the batch, as `digest_of` has it.

    Raises:
        ModelError: if another process was asked for another batch.
    """
    from tmformer.decode import check_same, gather

    # JSON in ASCII holds any text, also a symbol that is no character of UTF-8.
    told = json.dumps([digest, [[number, asdict(ended)] for number, ended in own.items()]]).encode("ascii")
    all_told = [msgspec.convert(json.loads(each), tuple[str, list[tuple[int, Ended]]]) for each in gather(told)]
    check_same([other for other, _ in all_told])
    return {number: ended for _, each in all_told for number, ended in each}


def digest_of(*parts: str | bytes) -> str:
    """The sha256 of some parts, in hexadecimal digits; where one ends and the next begins is a part of it."""
    whole = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(content) + content)
    return whole.hexdigest()


def result_hash(result: Result) -> str:
    """The sha256 of how a run ended: outcome, machine steps, the hash of the configuration, and the blank of each tape.

    It does not speak of the network, the engine, the number format or the devices, so that it is the same for all of them.
    """
    now = result.configuration
    blanks = [tape.blank for tape in now.tapes]
    return digest_of(json.dumps([str(result.outcome), result.steps, now.hash, blanks]))


def batch_hash(results: Iterable[Result]) -> str:
    """The sha256 of how the runs of a batch ended, in their order.

    >>> import tmformer
    >>> network = tmformer.compile(tmformer.load_machine("increment"), steps=20, input_length=4)
    >>> runs = [(None, "1011"), (None, "1")]
    >>> batch_hash(tmformer.run_batch(network, runs)) == batch_hash(tmformer.run_batch(network, runs, mesh="data=1"))
    True
    """
    return digest_of(*map(result_hash, results))
