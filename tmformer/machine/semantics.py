"""The reference interpreter: what a Turing machine does, in plain Python; the oracle of everything."""

import enum
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import final

from tmformer.errors import MachineError
from tmformer.machine.configuration import Configuration, Tape, configuration, tape
from tmformer.machine.inputs import starting_configuration
from tmformer.machine.spec import Machine, Move


@final
class Outcome(enum.StrEnum):
    """Why a run ended. The three are never confused."""

    HALTED = "halted"
    """The machine is in a halting state."""
    UNDEFINED = "undefined"
    """There is no transition for the state and the symbol under the tape head."""
    LIMIT = "limit"
    """The machine would go on; the number of machine steps asked for is reached."""


@final
@dataclass(frozen=True)
class Trace:
    """A run, one configuration after every machine step, the initial one first.

    Args:
        configurations: `configurations[t]` is the configuration after t machine steps.
        outcome: why the run ended.
        accepted: whether the run was accepted (True) or rejected (False); None where neither is said.
    """

    configurations: tuple[Configuration, ...]
    outcome: Outcome
    accepted: bool | None

    @property
    def steps(self) -> int:
        """Machine steps: transitions applied."""
        return len(self.configurations) - 1

    @property
    def final(self) -> Configuration:
        """The last configuration."""
        return self.configurations[-1]


def step(machine: Machine, now: Configuration) -> Configuration:
    """The configuration one machine step later.

    Raises:
        MachineError: if there is no transition for `now`.
    """
    rule = machine.transition(now.state, *now.here)
    after: list[Tape] = []
    for old, write, move in zip(now.tapes, rule.writes, rule.moves, strict=True):
        cells = _cells(old) | {old.head: write}
        after.append(tape(_moved(machine, old.head, move), cells, machine.blank))
    return Configuration(rule.next_state, tuple(after))


def _moved(machine: Machine, head: int, move: Move) -> int:
    """The tape head's cell after a move; a left move at the beginning of a one-way tape stays."""
    return max(0, head + move.value) if machine.one_way else head + move.value


def outcome(machine: Machine, now: Configuration) -> Outcome:
    """What `now` is: halted, undefined, or still running (`Outcome.LIMIT`)."""
    if now.state in machine.halting:
        return Outcome.HALTED
    return Outcome.LIMIT if machine.has_transition(now.state, *now.here) else Outcome.UNDEFINED


def accepted(machine: Machine, now: Configuration) -> bool | None:
    """True in an accepting state, False where the machine rejects, None where neither is said.

    It rejects in a rejecting state; and without a transition, if the machine says that this rejects.
    """
    if now.state in machine.accepting:
        return True
    rejects = machine.undefined_rejects and outcome(machine, now) is Outcome.UNDEFINED
    return False if rejects or now.state in machine.rejecting else None


def run(machine: Machine, start: Configuration) -> Iterator[Configuration]:
    """`start` and every configuration after it, until there is no transition."""
    cells = [_cells(each) for each in start.tapes]
    state, heads, blank = start.state, [each.head for each in start.tapes], machine.blank
    yield start
    while rule := machine.table.get((state, *(each.get(head, blank) for each, head in zip(cells, heads, strict=True)))):
        for index, (write, move) in enumerate(zip(rule.writes, rule.moves, strict=True)):
            cells[index][heads[index]] = write
            heads[index] = _moved(machine, heads[index], move)
        state = rule.next_state
        yield Configuration(state, tuple(map(tape, heads, cells, (blank,) * len(heads))))


def _cells(each: Tape) -> dict[int, str]:
    return {each.first + index: symbol for index, symbol in enumerate(each.symbols)}


def reach(machine: Machine, start: Configuration, *, max_steps: int) -> tuple[Configuration, int]:
    """Where a run ends, without the configurations before: the last one, and its number of machine steps.

    Args:
        machine: the machine.
        start: the configuration before the first machine step.
        max_steps: the most machine steps taken.

    Raises:
        MachineError: if `max_steps` is negative.

    >>> from tmformer.machine import parse
    >>> bb2 = parse("1RB1LB_1LA1RZ")
    >>> reach(bb2, starting_configuration(bb2), max_steps=100)[1]
    6
    """
    _check_steps(max_steps)
    if machine.tapes != 1:
        steps, now = deque(enumerate(islice(run(machine, start), max_steps + 1)), maxlen=1)[0]
        return now, steps
    rules = {pair: (rule.write, rule.move.value, rule.next_state) for pair, rule in machine.table.items()}
    cells, state, head, blank = _cells(start.tapes[0]), start.state, start.head, machine.blank
    is_one_way = machine.one_way
    for steps in range(max_steps):
        rule = rules.get((state, cells.get(head, blank)))
        if rule is None:
            return configuration(state, head, cells, blank), steps
        cells[head], move, state = rule
        head += move
        if head < 0 and is_one_way:
            head = 0
    return configuration(state, head, cells, blank), max_steps


def trace(
    machine: Machine,
    symbols: Sequence[str],
    further: Sequence[Sequence[str]] = (),
    *,
    max_steps: int,
    head: int = 0,
) -> Trace:
    """Run `machine` on an input, at most `max_steps` machine steps.

    Args:
        machine: the machine.
        symbols: the input, one symbol a cell from cell 0 on.
        further: the inputs of the tapes after the first.
        max_steps: the most machine steps taken.
        head: the cell of the first tape's head at the start.

    Raises:
        MachineError: if a symbol of the input is not in the alphabet, or `max_steps` is negative.

    >>> from tmformer.machine import parse
    >>> trace(parse("1RB1LB_1LA1RZ"), (), max_steps=100).steps
    6
    """
    start = starting_configuration(machine, symbols, further, head=head)
    _check_steps(max_steps)
    configurations: list[Configuration] = []
    for now in run(machine, start):
        configurations.append(now)
        if len(configurations) > max_steps:
            break
    last = configurations[-1]
    return Trace(tuple(configurations), outcome(machine, last), accepted(machine, last))


def _check_steps(max_steps: int) -> None:
    if max_steps < 0:
        raise MachineError(
            "The number of machine steps is zero or more",
            found=str(max_steps),
            where="max_steps",
            remedy="Ask for zero or more machine steps.",
        )
