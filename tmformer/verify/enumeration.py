"""The machines of a family as networks: their weights, their runs by the transformer, and how these are compared.

The transformer is the cellular network of each machine, by retrieval, in batches. The networks of a family differ in what
gates write, and the gates of a state and a symbol write what the rule says that the machine has for these. So the weights
of all machines are put together from those of the few machines that have one rule for all states and symbols; which gates
belong to which state and symbol is read off the matrices. That this is what compiling a machine gives is tested, entry by
entry.
"""

import hashlib
from functools import cached_property
from typing import NamedTuple, final

import numpy as np
from jaxtyping import Bool, Float, Int

from tmformer.constructions import construction
from tmformer.decode import Many, Reached
from tmformer.errors import VerifyError
from tmformer.machine import Machine, Transition, initial_configuration
from tmformer.pipeline import compile
from tmformer.program import Stream
from tmformer.verify.census import SHOWN, Census, Deviation, Record
from tmformer.verify.families import HALT, Family
from tmformer.verify.family_runs import FamilyRuns, run_family
from tmformer.weights import Weights

_MOST = 30  # machine steps: a tape of 61 cells and one row before it are bits of an int64


@final
class Runs(NamedTuple):
    """Where the transformer has come to with each machine, in the words of the reference.

    Args:
        runs: tape, tape head, state, whether it has halted, and machine steps.
        on_grid: whether every cell holds one symbol, and there is one tape head.
    """

    runs: FamilyRuns
    on_grid: Bool[np.ndarray, " batch"]


@final
class Enumeration:
    """The machines of a family on the blank tape.

    Args:
        family: which machines.
        steps: the most machine steps of each.

    Raises:
        VerifyError: for fewer than 1 or more than 30 machine steps.
    """

    def __init__(self, family: Family, steps: int) -> None:
        if not 1 <= steps <= _MOST:
            raise VerifyError(
                f"Machines are enumerated for 1 to {_MOST} machine steps, so that a tape fits in 64 bits",
                found=f"{steps} machine steps",
                where="steps",
                remedy="Ask for 8 machine steps for 2 states, 22 for 3: one more than any of them takes that halts.",
            )
        self.family, self.steps = family, steps

    @cached_property
    def _networks(self) -> list[Weights]:
        """The networks of the machines that have one rule for all states and symbols."""
        return [compile(self._uniform(rule), steps=self.steps) for rule in range(len(self.family.rules))]

    @cached_property
    def prompt(self) -> Stream:
        """The blank tape, the same for all machines."""
        start = initial_configuration("A", (), "0")
        return construction("cellular").encode_configuration(self._networks[0].labels, start)

    @cached_property
    def many(self) -> Many:
        """The networks that those of all machines are put together from."""
        return Many(self._networks, self.prompt)

    def _uniform(self, rule: int) -> Machine:
        rules = (Transition(*pair, *self.family.rules[rule]) for pair in self.family.pairs)
        return Machine(self.family.states, ("0", "1"), "0", "A", tuple(rules), halting=(HALT,))

    @cached_property
    def _places(self) -> tuple[int, ...]:
        """For each gate the place of the digit that says what it writes; after the last digit where none does."""
        pairs = [tuple(value for _, value in sorted(gate)) for gate in self.many.gates]
        places = {pair: place for place, pair in enumerate(self.family.pairs)}
        return tuple(places.get((state, symbol), len(places)) for state, symbol in pairs)

    def written(self, numbers: Int[np.ndarray, " batch"]) -> Float[np.ndarray, "outputs mlp batch"]:
        """What the gates of these machines' networks write; see `Many`.

        Args:
            numbers: those of machines.
        """
        digits = np.concatenate([self.family.digits(numbers), np.zeros((1, len(numbers)), np.int64)])
        return self.many.join(digits[list(self._places)])

    def reference(self, numbers: Int[np.ndarray, " batch"]) -> FamilyRuns:
        """The runs by the reference; cell i of a tape is row i of the prompt.

        Args:
            numbers: those of machines.
        """
        return run_family(self.family, numbers, self.steps, self.steps + 1)

    def transformer(self, written: Float[np.ndarray, "outputs mlp batch"]) -> Runs:
        """The runs by the transformer with these weights, in the words of the reference.

        Args:
            written: what gates write.
        """
        reached = self.many.run(written, self.steps)
        order = [self.many.received.index(state) for state in self.family.states]
        state, rows = reached.received[order], (1 << 2 * self.steps + 2) - 2
        zeros, ones = (_bits(reached, self.many.kept.index(("symbol", symbol))) for symbol in "01")
        on_grid = reached.on_grid & (zeros ^ ones == rows) & (zeros & ones == 0) & (state.sum(axis=0) == 1)
        head, steps = np.nan_to_num(reached.row).astype(np.int64), reached.steps.astype(np.int64)
        return Runs(FamilyRuns(ones, head, state.argmax(axis=0), reached.ended, steps), on_grid)

    def compare(self, numbers: Int[np.ndarray, " batch"], runs: Runs, reference: FamilyRuns) -> Census:
        """What became of machines, and where transformer and reference differ.

        Args:
            numbers: those of machines.
            runs: their runs by the transformer.
            reference: their runs by the reference.
        """
        said, halted = runs.runs, runs.runs.halted
        wrong = ~runs.on_grid
        for ours, theirs in zip(said, reference, strict=True):
            wrong = wrong | (ours != theirs)
        counts = np.bincount(said.steps[halted], minlength=1)
        ones = np.bitwise_count(said.tape).astype(np.int64)
        return Census(
            machines=len(numbers),
            halted={step: int(counts[step]) for step in np.flatnonzero(counts).tolist()},
            longest=self._record(numbers, said.steps, halted),
            ones=self._record(numbers, ones, halted),
            machine_steps=int(said.steps.sum()),
            differing=int(wrong.sum()),
            differences=tuple(self._deviation(numbers, runs, reference, at) for at in np.flatnonzero(wrong)[:SHOWN]),
        )

    def _record(self, numbers: np.ndarray, values: np.ndarray, halted: np.ndarray) -> Record:
        if not halted.any():
            return Record()
        most = int(values[halted].max())
        held = numbers[halted & (values == most)]
        return Record(most, len(held), tuple(self.family.text(int(number)) for number in held[:SHOWN]))

    def _deviation(self, numbers: np.ndarray, runs: Runs, reference: FamilyRuns, at: int) -> Deviation:
        number = int(numbers[at])
        names = ("tape", "tape head", "state", "halted", "machine steps")
        both = zip(names, runs.runs, reference, strict=True)
        shown = ((name, str(ours[at]), str(theirs[at])) for name, ours, theirs in both if ours[at] != theirs[at])
        off_grid = ("grid", "a cell without one symbol, or not one tape head", "one symbol a cell, one tape head")
        return Deviation(number, self.family.text(number), *(off_grid if not runs.on_grid[at] else next(shown)))

    @cached_property
    def description(self) -> dict[str, str | int]:
        """Which enumeration this is: family, machine steps, and the sha256 of the weights that all are put together from."""
        weights = hashlib.sha256(self.many.columns.tobytes()).hexdigest()
        return {"states": self.family.num_states, "steps": self.steps, "weights": weights}


def _bits(reached: Reached, place: int) -> np.ndarray:
    """Which rows hold 1 at a place, as bits of an int64."""
    held = reached.kept[place]
    whole = np.zeros((held.shape[1], 8), dtype=np.uint8)
    whole[:, : len(held)] = held.T
    return whole.view("<i8")[:, 0].astype(np.int64)
