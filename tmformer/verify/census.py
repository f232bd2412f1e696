"""What an enumeration has counted, as plain data: of some machines, or of all."""

from collections.abc import Sequence
from typing import final

import msgspec

SHOWN = 8
"""How many machines are named of those that have something in common."""


@final
class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most of something among machines that halt.

    Args:
        most: machine steps, or ones on the tape; -1 if no machine halts.
        machines: how many machines have as many.
        first: the first of them, in the format of bbchallenge.
    """

    most: int = -1
    machines: int = 0
    first: tuple[str, ...] = ()


@final
class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine that the transformer runs otherwise than the reference.

    Args:
        number: its number in the family.
        machine: the machine, in the format of bbchallenge.
        what: the first thing that differs.
        transformer: what the transformer says.
        reference: what the reference says.
    """

    number: int
    machine: str
    what: str
    transformer: str
    reference: str


@final
class Census(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of some machines, as the transformer says, and where the reference says otherwise.

    Args:
        machines: how many there are.
        halted: machine steps -> how many machines halt after as many.
        longest: the most machine steps of those that halt.
        ones: the most ones that those leave on the tape.
        machine_steps: those of all machines together.
        differing: how many machines differ from the reference.
        differences: the first of them.
    """

    machines: int = 0
    halted: dict[int, int] = {}
    longest: Record = Record()
    ones: Record = Record()
    machine_steps: int = 0
    differing: int = 0
    differences: tuple[Deviation, ...] = ()

    @property
    def running(self) -> int:
        """How many machines did not halt."""
        return self.machines - sum(self.halted.values())


def joined(parts: Sequence[Census]) -> Census:
    """The census of all machines of these, which are in order."""
    steps = sorted({step for part in parts for step in part.halted})
    return Census(
        machines=sum(part.machines for part in parts),
        halted={step: sum(part.halted.get(step, 0) for part in parts) for step in steps},
        longest=_highest([part.longest for part in parts]),
        ones=_highest([part.ones for part in parts]),
        machine_steps=sum(part.machine_steps for part in parts),
        differing=sum(part.differing for part in parts),
        differences=tuple(each for part in parts for each in part.differences)[:SHOWN],
    )


def _highest(records: list[Record]) -> Record:
    most = max((record.most for record in records), default=-1)
    held = [record for record in records if record.most == most]
    first = tuple(name for record in held for name in record.first)[:SHOWN]
    return Record(most, sum(record.machines for record in held), first)
