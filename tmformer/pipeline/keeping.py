"""Whether a run keeps checkpoints, and where it begins if it does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from tmformer.constructions import Construction
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Machine
from tmformer.pipeline.checkpoints import Checkpoints, Note, describe_run
from tmformer.pipeline.growing import Follow, Progress
from tmformer.program import RUNNING
from tmformer.weights import Weights

EVERY = 1_000_000
"""Machine steps from one checkpoint to the next if not said."""


@final
@dataclass(frozen=True)
class Keeping:
    """Whether a run keeps checkpoints.

    Args:
        folder: where; None if it keeps none.
        note: as `Checkpoints` has it.
    """

    folder: str | os.PathLike[str] | None = None
    note: Note | None = None

    def begin(
        self,
        compiled: Machine | Weights,
        start: Configuration,
        options: Mapping[str, object],
        limit: int | None,
        follow: Follow,
        machine: Machine | None = None,
    ) -> tuple[Progress, Follow]:
        """Where a run begins, at its start or at the newest checkpoint, and who follows it from there.

        Args:
            compiled: as `describe_run` has it.
            start: likewise.
            options: likewise.
            limit: the most machine steps.
            follow: who wants to know.
            machine: as `describe_run` has it.

        Raises:
            UsageError: if the folder cannot be one of checkpoints, or holds those of another run or version.
        """
        fresh = Progress(start, 0, RUNNING, 0)
        if self.folder is None:
            return fresh, follow
        kept = Checkpoints(Path(self.folder), describe_run(compiled, start, options, machine), self.note)
        kept.open()
        begun = kept.newest(limit) or fresh
        if follow.watch is not None and begun is not fresh:
            follow.watch(begun.steps, begun.configuration)
        return begun, replace(follow, every=follow.every or EVERY, save=kept.save)

    def check_follow(self, follow: Follow) -> None:
        """Refuse to show what is emitted by a run that may go on from its middle.

        Raises:
            UsageError: if it is asked for.
        """
        if self.folder is not None and follow.emit is not None:
            raise UsageError(
                "What is emitted is shown from the first decoding step on",
                found="a run that keeps checkpoints, and may go on from one",
                where="emit (--trace) and checkpoint (--checkpoint)",
                remedy="Leave one of the two out.",
            )

    def check_fixed(self, made: Construction) -> None:
        """Refuse checkpoints where the context has a fixed size, and its prompt only the cells of the start.

        Raises:
            UsageError: if they are asked for.
        """
        if self.folder is not None and made.holds == "start":
            raise UsageError(
                "A run goes on from a checkpoint in a network whose prompt can hold it",
                found="a context of fixed size, compiled for a run from its start",
                where="checkpoint (--checkpoint)",
                remedy="Run the machine itself, without cells (--cells): its context grows. Or leave checkpoints out.",
            )


def check_every(every: int | None) -> None:
    """Refuse a number of machine steps after which there is nothing to do.

    Args:
        every: machine steps, None if nothing was said.

    Raises:
        UsageError: if it is less than 1.
    """
    if every is not None and every < 1:
        raise UsageError(
            "A run is looked at after each multiple of one machine step or more",
            found=str(every),
            where="every (--every)",
            remedy="Give a number of one or more, such as 1,000,000, which is 1M on the command line.",
        )
