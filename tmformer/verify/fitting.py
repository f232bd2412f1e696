"""Weights for just one run: as many machine steps and cells as the reference interpreter needs for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

from tmformer.constructions import Construction, Options, construction_of
from tmformer.constructions import construction as construction_named
from tmformer.errors import VerifyError
from tmformer.machine import Configuration, Machine, Trace, trace
from tmformer.pipeline import Given, as_words, chosen, machine_that_runs, start_of
from tmformer.program import Labels, Program
from tmformer.verify.verifying import compile_runs, tell
from tmformer.weights import Weights, lower


@final
@dataclass(frozen=True)
class Fitted:
    """Weights, and the run that they are for.

    Args:
        weights: the network.
        labels: those that encode and decode.
        machine: the machine that runs; None where only its weights are there.
        start: the configuration before the first machine step.
        steps: the most machine steps.
    """

    weights: Weights
    labels: Labels
    machine: Machine | None
    start: Configuration
    steps: int


def fit(
    machine: Machine,
    input: Given,
    limit: int,
    *,
    construction: str | None,
    options: Options,
    other: Machine | None,
    choose: str | None,
    cells: int | None,
    head: int | None,
    visited: bool = False,
) -> Fitted:
    """A machine compiled for its run on an input, `limit` machine steps at most.

    Args:
        machine: any machine.
        input: as in `pipeline.run`.
        limit: the most machine steps.
        construction: its name; "cellular" if not said.
        options: what it is asked for.
        other: the other machine of switchable.
        choose: which of the two runs.
        cells: as in `pipeline.compile`; as many as the run visits, or its start, if not said.
        head: the tape head's cell at the start.
        visited: whether only the states are compiled that the run visits.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        ConstructionError: if the construction cannot compile this.
        VerifyError: if only what is visited of two machines is to be compiled.
    """
    if visited and other is not None:
        raise VerifyError(
            "The states that a run visits are those of one machine",
            found=f"visited, and the other machine {other.name!r}",
            where="a run of one of two machines",
            remedy="Leave one of them out.",
        )
    runs = machine_that_runs(machine, other, choose)
    words = as_words(runs.symbols, input, runs.tapes)
    made = construction_named(construction or "cellular")
    run = trace(runs, words[0], words[1:], max_steps=limit, head=head or 0)
    compiled = visited_part(machine, run) if visited else machine
    weights = lower(_program(compiled, made, options, run, max(map(len, words)), cells))
    return Fitted(weights, chosen(made, weights.labels, choose), runs, run.configurations[0], limit)


def visited_part(machine: Machine, run: Trace) -> Machine:
    """The machine with the states that a run visits, and the one that it would go to next; it does the same in this run.

    Args:
        machine: any machine.
        run: from its start.

    >>> from tmformer.machine import load
    >>> bb4 = load("bb4")
    >>> visited_part(bb4, trace(bb4, "", max_steps=2)).states
    ('A', 'B')
    """
    last = run.final
    following = {last.state}
    if machine.has_transition(last.state, *last.here):
        following.add(machine.transition(last.state, *last.here).next_state)
    kept = {now.state for now in run.configurations} | following
    return replace(
        machine,
        states=tuple(state for state in machine.states if state in kept),
        transitions=tuple(each for each in machine.transitions if {each.state, each.next_state} <= kept),
        halting=tuple(state for state in machine.halting if state in kept),
        accepting=tuple(state for state in machine.accepting if state in kept),
        rejecting=tuple(state for state in machine.rejecting if state in kept),
    )


def fitted(
    weights: Weights, machine: Machine | None, input: Given, limit: int, head: int | None, choose: str | None
) -> Fitted:
    """Weights as they are, with the run on an input, `limit` machine steps at most, and no more than they are for.

    Args:
        weights: the network.
        machine: what it is to run, where it knows no machine.
        input: as in `pipeline.run`.
        limit: the most machine steps.
        head: the tape head's cell at the start.
        choose: which of the machines that the network knows runs.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        UsageError: if there is a machine too many, or none, or nothing to choose.
    """
    labels, start = start_of(weights, machine, input, head, choose)
    most = construction_of(weights.labels).compiled_steps(weights.labels)
    return Fitted(weights, labels, machine, start, min(limit, most))


def _program(
    machine: Machine, made: Construction, options: Options, run: Trace, input_length: int, cells: int | None
) -> Program:
    if cells is None:
        return compile_runs(machine, made, options, [run])
    start = run.configurations[0]
    program = made.compile(
        machine, steps=run.steps, cells=cells, head=start.head, input_length=input_length, origin=None, options=options
    )
    return tell(made, program, machine, origin=0 if machine.one_way else start.used[0], head=start.head)


def refuse_options(where: str, options: Mapping[str, object]) -> None:
    """Refuse options that say how to compile, where nothing is compiled.

    Args:
        where: what was asked for, and of what.
        options: those that may not be given.

    Raises:
        VerifyError: naming those that were.
    """
    given = [f"{name}={value!r}" for name, value in options.items() if value is not None]
    if given:
        raise VerifyError(
            "Weights are compiled already, and a reference is not compiled",
            found=", ".join(given),
            where=where,
            remedy="Leave these options out, or compare a machine by a construction that has them.",
        )
