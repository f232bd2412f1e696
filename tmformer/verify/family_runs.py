"""The reference run of many machines of a family at once: integers in NumPy, a tape in the bits of each."""

from typing import NamedTuple, final

import numpy as np
from jaxtyping import Bool, Int

from tmformer.verify.families import Family


@final
class FamilyRuns(NamedTuple):
    """Where each machine has come to.

    Args:
        tape: its cells, cell i in bit i.
        head: the cell of the tape head.
        state: the number of its state; the halting state has the highest.
        halted: whether it has halted.
        steps: machine steps until then.
    """

    tape: Int[np.ndarray, " batch"]
    head: Int[np.ndarray, " batch"]
    state: Int[np.ndarray, " batch"]
    halted: Bool[np.ndarray, " batch"]
    steps: Int[np.ndarray, " batch"]


def run_family(family: Family, numbers: Int[np.ndarray, " batch"], steps: int, head: int) -> FamilyRuns:
    """Run machines on the blank tape; those that have halted are left out of further steps.

    Args:
        family: which machines.
        numbers: their numbers.
        steps: the most machine steps, one or more; so few that the tape head stays on cells 0 to 62.
        head: the cell where the tape head begins.
    """
    writes, moves, states = _tables(family)
    runs = FamilyRuns(*(np.zeros(len(numbers), kind) for kind in (np.int64, np.int64, np.int64, bool, np.int64)))
    digit = len(family.rules).bit_length()  # bits in which one digit is kept
    here, table = np.arange(len(numbers)), np.zeros(len(numbers), np.int64)
    for place, digits in enumerate(family.digits(numbers)):
        table |= digits << digit * place
    tape, at, state = np.zeros_like(table), np.full_like(table, head), np.zeros_like(table)
    for step in range(1, steps + 1):
        rule = table >> digit * (2 * state + (tape >> at & 1)) & (1 << digit) - 1
        tape = tape & ~(1 << at) | writes[rule] << at
        at, state = at + moves[rule], states[rule]
        halts = state == family.num_states
        leaves = np.flatnonzero(halts) if step < steps else np.arange(len(here))
        for whole, part in zip(runs, (tape, at, state, halts), strict=False):
            whole[here[leaves]] = part[leaves]
        runs.steps[here[leaves]] = step
        stays = np.flatnonzero(~halts)
        here, table, tape, at, state = (array[stays] for array in (here, table, tape, at, state))
    return runs


def _tables(family: Family) -> tuple[np.ndarray, ...]:
    """For each rule the symbol that it writes, the cells that it moves, and the number of the next state."""
    rows = [(int(write), move.value, family.states.index(state)) for write, move, state in family.rules]
    return tuple(np.array(rows, np.int64).T.copy())
