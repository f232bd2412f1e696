"""From a machine to weights."""

from types import NoneType

from tmformer.constructions import Options
from tmformer.constructions import construction as construction_named
from tmformer.machine import Machine, format_machine
from tmformer.pipeline.inputs import check_is
from tmformer.program import Program
from tmformer.weights import Weights, lower


def compile_program(
    machine: Machine,
    construction_name: str = "cellular",
    *,
    steps: int,
    cells: int | None = None,
    head: int = 0,
    input_length: int = 0,
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    macro: int | None = None,
) -> Program:
    """The program of a machine, by the construction with this name; see `compile`."""
    check_is(machine, Machine, "machine")
    check_is(steps, int, "steps")
    made = construction_named(construction_name)
    return made.compile(
        machine,
        steps=steps,
        cells=cells,
        head=head,
        input_length=input_length,
        origin=None,
        options=options_of(form=form, radix=radix, states=states, symbols=symbols, other=other, macro=macro),
    )


def options_of(**given: str | int | Machine | None) -> Options:
    """The options that were given: those that are not None; a machine as its text."""
    check_is(given.get("other"), (Machine, NoneType), "other")
    return {
        name: format_machine(value) if isinstance(value, Machine) else value
        for name, value in given.items()
        if value is not None
    }


def compile(
    machine: Machine,
    construction: str = "cellular",
    *,
    steps: int,
    cells: int | None = None,
    head: int = 0,
    input_length: int = 0,
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    macro: int | None = None,
) -> Weights:
    """The exact weights of a transformer that simulates `machine` for `steps` machine steps.

    Args:
        machine: any machine.
        construction: the name of a construction.
        steps: T, machine steps.
        cells: the cells of the window, or that the prompt holds; if not said, so many that no run of `steps` machine
            steps needs more.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input.
        form: of wei_ma: "decoder-only" or "encoder-decoder".
        radix: of wei_ma, universal and switchable: the base to which the search finds a time, digit by digit.
        states: of universal: the most states that a machine may have; those of `machine` if not said.
        symbols: of universal: likewise the most tape symbols.
        other: of switchable: the other machine; a token of the prompt says which of the two runs, "a" or "b".
        macro: of cellular: m, so many neighbouring cells are one macro cell, and one block is all machine steps inside it.

    Raises:
        ConstructionError: if the construction cannot compile this exactly.

    >>> import tmformer
    >>> compile(tmformer.load_machine("bb2"), steps=6).labels.loops
    6
    """
    return lower(
        compile_program(
            machine,
            construction,
            steps=steps,
            cells=cells,
            head=head,
            input_length=input_length,
            form=form,
            radix=radix,
            states=states,
            symbols=symbols,
            other=other,
            macro=macro,
        )
    )
