"""A machine file as a value: the machine, its comment, its usual input and the results expected of it."""

from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError
from tmformer.machine.semantics import Outcome, Trace, trace
from tmformer.machine.spec import Machine

DEFAULT_MAX_STEPS = 10_000
"""Machine steps that a case may take when it does not say how many it takes."""


@final
@dataclass(frozen=True)
class Case:
    """An input and what the machine is expected to do with it. None means: not said, not compared.

    Args:
        input: the symbols from cell 0 on.
        outcome: how the run ends. `Outcome.LIMIT`: it still goes on after `steps` machine steps.
        steps: machine steps taken; always said where the outcome is a limit.
        state: the last state.
        tape: the symbols from the first to the last non-blank cell at the end.
        head: the tape head's cell at the end.
        accepted: whether the last state accepts (True) or rejects (False).
        start_head: the tape head's cell at the start.
        further: the inputs of the tapes after the first; blank where none is given.
        further_tapes: what is on those tapes at the end, as `tape`.

    Raises:
        MachineError: if the outcome is a limit and the number of machine steps is not said.

    >>> Case(("1", "1"), Outcome.HALTED, steps=3).max_steps
    3
    """

    input: tuple[str, ...]
    outcome: Outcome
    steps: int | None = None
    state: str | None = None
    tape: tuple[str, ...] | None = None
    head: int | None = None
    accepted: bool | None = None
    start_head: int = 0
    further: tuple[tuple[str, ...], ...] = ()
    further_tapes: tuple[tuple[str, ...], ...] | None = None

    def __post_init__(self) -> None:
        """A limit without a number of machine steps would say nothing."""
        if self.outcome is Outcome.LIMIT and self.steps is None:
            raise MachineError(
                "A case that ends at a limit says after how many machine steps",
                found="no `steps`",
                where=f"the case for {self.label}",
                remedy="Add `steps`, the number of machine steps after which the machine still goes on.",
            )

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The inputs, one a tape; blank tapes may be left out."""
        return (self.input, *self.further)

    @property
    def max_steps(self) -> int:
        """The machine steps that a run needs to be compared: `steps`, or 10,000 where it is not said."""
        return DEFAULT_MAX_STEPS if self.steps is None else self.steps

    @property
    def label(self) -> str:
        """The input in one word, for reports: ``1011``, or ``blank`` where it is empty."""
        wide = any(len(symbol) > 1 for word in self.words for symbol in word)
        text = "|".join(("," if wide else "").join(word) or "blank" for word in self.words)
        return f"{text}@{self.start_head}" if self.start_head else text


@final
@dataclass(frozen=True)
class Document:
    """What a machine file says.

    Args:
        machine: the machine.
        comment: the comment lines at the top of the file, without ``#``.
        input: the input for a run that names none.
        cases: the results expected.
        further: the inputs of the tapes after the first.
    """

    machine: Machine
    comment: str = ""
    input: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    further: tuple[tuple[str, ...], ...] = ()

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The inputs for a run that names none, one a tape; blank tapes may be left out."""
        return (self.input, *self.further)


def check_case(machine: Machine, case: Case) -> Trace:
    """Run the reference interpreter on the input of a case and compare.

    Args:
        machine: the machine.
        case: what is expected.

    Returns:
        The run.

    Raises:
        MachineError: naming the first expectation that is not met.

    >>> from tmformer.machine import parse
    >>> check_case(parse("1RB1LB_1LA1RZ"), Case((), Outcome.HALTED, steps=6, tape=("1",) * 4)).final.state
    'Z'
    """
    run = trace(machine, case.input, case.further, max_steps=case.max_steps, head=case.start_head)
    found = {
        "outcome": run.outcome,
        "steps": run.steps,
        "state": run.final.state,
        "tape": run.final.tape,
        "head": run.final.head,
        "accepted": run.accepted,
        "further_tapes": tuple(tape.symbols for tape in run.final.tapes[1:]),
    }
    for field, value in found.items():
        expected = getattr(case, field)
        if expected is not None and expected != value:
            raise MachineError(
                "A machine does what its file expects",
                found=f"{field} {_plain(value)} instead of {_plain(expected)}",
                where=f"{machine.name}, input {case.label}",
                remedy="Correct the machine, or the expectation if it is the one that is wrong.",
            )
    return run


def _plain(value: object) -> str:
    return str(value) if isinstance(value, str) else repr(value)
