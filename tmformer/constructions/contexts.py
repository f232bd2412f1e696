"""A context: which cells a prompt records, for how many machine steps there is room, and what does not fit."""

from abc import ABC, abstractmethod

from tmformer.constructions.claims import bits
from tmformer.constructions.records import digits
from tmformer.errors import ConstructionError, ContextError, WindowError
from tmformer.machine import Configuration, Machine
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import Labels

LARGEST = 2**40
"""Of records, of machine steps, of any count in labels: more than any memory holds."""

_FIRST_POSITIONS = 1024  # N of the first network of a run that may grow; any number gives the same result
_BYTES_AN_ENTRY = 1024  # a rule, its unit or row of the prompt, and its line of the stop table, as Python holds them


class Context(ABC):
    """The sizes that every search through time has. Each construction says its own fields, these three among them.

    Args:
        records: R, cells that the prompt holds.
        steps: T, machine steps.
        radix: B, of the search.
    """

    records: int
    steps: int
    radix: int

    @property
    def cell_digits(self) -> int:
        """K: cells are told apart mod 2**K; at least 2 digits, so that a row without a cell matches none."""
        return max(2, bits(self.records + self.steps))

    @property
    def time_digits(self) -> int:
        """D: the layers of the search, where it goes through records and machine steps alike."""
        return digits(self.records + self.steps, self.radix)

    @property
    def digit_bits(self) -> int:
        """b: coordinates of a digit."""
        return bits(self.radix)

    @property
    def sharpness(self) -> int:
        """c: rivals of one unit less, one from each row, weigh 1 / 8b in all at most."""
        return bits(self.records + self.steps + 1) + 3 + bits(self.digit_bits)

    @property
    @abstractmethod
    def positions(self) -> int:
        """The rows of the whole sequence."""


def recorded_cells(
    construction: str,
    machine: Machine,
    steps: int,
    cells: int | None,
    head: int,
    input_length: int,
    origin: int | None,
    *,
    in_powers: bool = False,
) -> tuple[int, int]:
    """The first cell that the prompt holds, and how many there are.

    Args:
        construction: its name.
        machine: the machine; a one-way tape is recorded from cell 0 on, the one whose code is 0, and so are several, of
            which the further tape heads start there.
        steps: machine steps.
        cells: how many; those from the input to the tape head if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first one; the first of the input and the tape head if not said.
        in_powers: whether their number is the next power of two if not said.

    Raises:
        ConstructionError: for cells that do not hold input and tape heads.
    """
    whole = input_length or machine.tapes > 1 or machine.one_way
    first, last = (min(0, head), max(head, input_length - 1, 0)) if whole else (head, head)
    first = first if origin is None else origin
    records = cells
    if records is None:
        records = 2 ** bits(last - first + 1) if in_powers else last - first + 1
    if (
        steps < 0
        or not first <= head < first + records
        or (input_length and not first <= 0 <= input_length <= first + records)
        or (machine.tapes > 1 and not first <= 0 < first + records)
        or (machine.one_way and first != 0)
    ):
        raise ConstructionError(
            "Machine steps are zero or more, and the prompt holds every cell of the input and of the start",
            found=f"{steps} machine steps; records of cells {first} to {first + records - 1}",
            where=f"{construction}, for an input of {input_length} symbols and the tape head at cell {head}",
            remedy="Ask for more cells, or leave their number out.",
        )
    return first, records


def check_memory(entries: int, *, rule: str, named: str, where: str, fewer: str) -> None:
    """Refuse what no memory holds, before it is made.

    Args:
        entries: how many entries there would be.
        rule: the rule that is broken.
        named: what an entry is called.
        where: of which sizes.
        fewer: what to do about it.

    Raises:
        ConstructionError: saying how much memory there is.
    """
    if entries * _BYTES_AN_ENTRY > computer_memory():
        raise ConstructionError(
            rule,
            found=f"{entries:,} {named}, of {shown_bytes(entries * _BYTES_AN_ENTRY)}",
            where=where,
            remedy=f"{fewer}; this computer has {shown_bytes(computer_memory())}.",
        )


def doubled(machine: Machine, now: Configuration, previous: Labels | None, room: int = 0) -> tuple[int, int, int]:
    """A context for going on from `now`, with room for twice the positions of the previous one, if there was one.

    Args:
        machine: the machine.
        now: where the run has got to.
        previous: the labels of the network that it comes from.
        room: positions that there are at least.

    Returns:
        The first cell that the prompt holds, how many there are, and machine steps.
    """
    firsts, lasts = zip(*(tape.used for tape in now.tapes), strict=True)
    first, last = 0 if machine.one_way else min(firsts), max(lasts)
    if machine.tapes > 1:  # where further tape heads start
        first, last = min(first, 0), max(last, 0)
    records = last - first + 1
    positions = max(_FIRST_POSITIONS, 2 * records)
    if previous is not None:
        positions = 2 * (int(previous.parameters["records"]) + int(previous.parameters["steps"]))
    return first, records, max(positions, room) - records


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return int(labels.parameters["steps"])


def full_context(labels: Labels, now: Configuration, steps: int) -> ConstructionError:
    """The refusal of a run that is longer than its context.

    Args:
        labels: the labels, which say for how many machine steps they are.
        now: where the run got to, and would go on from.
        steps: machine steps so far.
    """
    return ContextError(
        f"The context is full after machine step {steps}",
        found=f"a machine that goes on from state {now.state!r} at cell {', '.join(str(tape.head) for tape in now.tapes)}",
        where=f"a network for {compiled_steps(labels)} machine steps, {labels.max_positions} positions",
        remedy="Compile for more steps, or run the machine itself: its context grows.",
    )


def check_held(now: Configuration, origin: int, records: int, *, tapes: int | None = None) -> None:
    """Refuse a configuration that a prompt does not hold.

    Args:
        now: the configuration.
        origin: the first cell that the prompt holds.
        records: how many there are.
        tapes: how many tapes there are, where there may be several; None where there is one.

    Raises:
        WindowError: if a non-blank cell or a tape head is not among these cells, or there is another number of tapes.
    """
    firsts, lasts = zip(*(each.used for each in now.tapes), strict=True)
    count = len(now.tapes)
    if min(firsts) >= origin and max(lasts) < origin + records and count == (tapes or 1):
        return
    several = tapes is not None or count > 1
    whose, here, there = (
        ("heads', of each tape", f", {count} tapes", f", {tapes or 1} tapes") if several else ("head's", "", "")
    )
    raise WindowError(
        f"The prompt holds every cell that is not blank, and the tape {whose}",
        found=f"cells {min(firsts)} to {max(lasts)} in use{here}",
        where=f"records of cells {origin} to {origin + records - 1}{there}",
        remedy="Compile for the length of this input (--input-length) and this start cell (--head).",
    )
