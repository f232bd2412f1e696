"""From a machine to weights."""

from tmformer.constructions import construction as construction_named
from tmformer.machine import Machine
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
) -> Program:
    """The program of a machine, by the construction with this name; see `compile`."""
    check_is(machine, Machine, "machine")
    check_is(steps, int, "steps")
    made = construction_named(construction_name)
    return made.compile(machine, steps=steps, cells=cells, head=head, input_length=input_length, origin=None)


def compile(
    machine: Machine,
    construction: str = "cellular",
    *,
    steps: int,
    cells: int | None = None,
    head: int = 0,
    input_length: int = 0,
) -> Weights:
    """The exact weights of a transformer that simulates `machine` for `steps` machine steps.

    Args:
        machine: any machine.
        construction: the name of a construction.
        steps: T, machine steps.
        cells: W, cells of the window; chosen so that no run of `steps` machine steps can leave it if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input.

    Raises:
        ConstructionError: if the construction cannot compile this exactly.

    >>> import tmformer
    >>> compile(tmformer.load_machine("bb2"), steps=6).labels.loops
    6
    """
    return lower(compile_program(machine, construction, steps=steps, cells=cells, head=head, input_length=input_length))
