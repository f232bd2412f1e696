"""From sizes to the program that runs every machine of these sizes."""

from tmformer.constructions.contexts import check_memory, recorded_cells
from tmformer.constructions.interface import NO_OPTIONS, Options, check_one_tape, check_options, radix_of
from tmformer.constructions.universal.blocks import blocks_of
from tmformer.constructions.universal.labels import labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.errors import ConstructionError
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
            several tapes, a radix below 2, or more states and symbols than this computer's memory could hold.
    """
    check_options("universal", options, ("radix", "states", "symbols"))
    check_one_tape("universal", machine, one_way=True)
    _, records = recorded_cells("universal", machine, steps, cells, head, input_length, origin, in_powers=True)
    sizes = Sizes(
        _size("states", len(machine.states), options),
        _size("symbols", len(machine.symbols), options),
        records,
        steps,
        radix_of("universal", options),
        machine.one_way,
    )
    _check_table(sizes)
    return _program(sizes)


def _check_table(sizes: Sizes) -> None:
    """Refuse a network that no memory holds: it has a unit for each code, its prompt a row for each rule."""
    check_memory(
        sizes.rules + 2 * 2**sizes.state_digits + 2 * 2**sizes.symbol_digits,
        rule="A prompt has a row for each state and symbol, and the network a unit for each, and they fit into memory",
        named="of them",
        where=f"universal, {sizes.states:,} states, {sizes.symbols:,} symbols",
        fewer="Ask for fewer states or symbols",
    )


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


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0) -> Program:
    """The program for going on from `now`: sizes that depend on the machine as little as they can."""
    first, last = now.used
    first = 0 if machine.one_way else first
    records, steps = _FIRST_RECORDS, _FIRST_STEPS
    if previous is not None:
        steps = 2 * int(previous.parameters["steps"])
    while records < last - first + 1:
        records *= 2
    return compile_machine(
        machine, steps=max(steps, records, room), cells=records, head=now.head, origin=first, options=options
    )
