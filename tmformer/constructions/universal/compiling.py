"""From sizes to the program that runs every machine of these sizes."""

from tmformer.constructions.claims import bits
from tmformer.constructions.interface import NO_OPTIONS, Options, check_one_tape, check_options
from tmformer.constructions.universal.blocks import blocks_of
from tmformer.constructions.universal.labels import labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.errors import ConstructionError, ContextError
from tmformer.machine import Configuration, Machine
from tmformer.program import Labels, Program, check_program

_FIRST_RECORDS = 64  # R of the first network of a run that may grow; any number gives the same result
_FIRST_STEPS = 960


def compile_machine(
    machine: Machine,
    *,
    steps: int,
    cells: int | None = None,
    head: int = 0,
    input_length: int = 0,
    origin: int | None = None,
    options: Options = NO_OPTIONS,
) -> Program:
    """The program for every machine that is no larger than `machine`: nothing of it but its size is used.

    Args:
        machine: whose numbers of states and symbols are taken where `options` does not say them.
        steps: T, the machine steps it is compiled for.
        cells: R, the cells that the prompt holds; the next power of two that holds input and tape head if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell that the prompt holds; the prompt says it, not the weights.
        options: `states` and `symbols`, the most that a machine may have; `radix`, the B of the search, 2 if not said.

    Raises:
        ConstructionError: for cells that do not hold input and tape head, sizes that the machine does not fit into,
            several tapes, or a radix below 2.
    """
    check_options("universal", options, ("radix", "states", "symbols"))
    check_one_tape("universal", machine, one_way=True)
    first, last = (min(0, head), max(head, input_length - 1)) if input_length or machine.one_way else (head, head)
    first = min(first, first if origin is None else origin)
    records = 2 ** bits(last - first + 1) if cells is None else cells
    sizes = Sizes(
        _size("states", len(machine.states), options),
        _size("symbols", len(machine.symbols), options),
        records,
        steps,
        _radix(options),
        machine.one_way,
    )
    if steps < 0 or last - first + 1 > records:
        raise ConstructionError(
            "Machine steps are zero or more, and the prompt holds every cell of the input and of the start",
            found=f"{steps} machine steps; {records} cells for cells {first} to {last}",
            where="universal",
            remedy="Ask for more cells, or leave their number out.",
        )
    return _program(sizes)


def _program(sizes: Sizes) -> Program:
    parameters: dict[str, str | int] = {
        "states": sizes.states,
        "symbols": sizes.symbols,
        "records": sizes.records,
        "steps": sizes.steps,
        "radix": sizes.radix,
        "one_way": int(sizes.one_way),
    }
    labels = labels_of(sizes, parameters)
    program = Program(labels, tuple(blocks_of(sizes, labels)))
    check_program(program)
    return program


def _size(name: str, needed: int, options: Options) -> int:
    size = options.get(name, needed)
    if not isinstance(size, int) or size < needed:
        raise ConstructionError(
            f"A network has as many {name} as the machine at least",
            found=f"{name} = {size!r}; the machine has {needed}",
            where="universal",
            remedy=f"Ask for {needed} or more, or leave {name} out.",
        )
    return size


def _radix(options: Options) -> int:
    radix = options.get("radix", 2)
    if not isinstance(radix, int) or not 2 <= radix <= 256:
        raise ConstructionError(
            "The radix of the search is a whole number from 2 to 256",
            found=repr(radix),
            where="universal, radix",
            remedy="Use radix 2; 3 to 16 search in fewer layers, with larger scores.",
        )
    return radix


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options) -> Program:
    """The program for going on from `now`: sizes that depend on the machine as little as they can."""
    first, last = now.used
    needed = last - (0 if machine.one_way else first) + 1
    records, steps = _FIRST_RECORDS, _FIRST_STEPS
    if previous is not None:
        steps = 2 * int(previous.parameters["steps"])
    while records < needed:
        records *= 2
    return compile_machine(
        machine, steps=max(steps, records), cells=records, head=now.head, origin=first, options=options
    )


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return int(labels.parameters["steps"])


def outgrown(labels: Labels, now: Configuration, steps: int) -> ConstructionError:
    """The refusal of a run that is longer than its context."""
    return ContextError(
        f"The context is full after machine step {steps}",
        found=f"a machine that goes on from state {now.state!r} at cell {now.head}",
        where=f"a network for {compiled_steps(labels)} machine steps, {labels.max_positions} positions",
        remedy="Compile for more steps, or run the machine itself: its context grows.",
    )
