"""From a machine to the program that decodes its run."""

from tmformer.constructions.contexts import check_memory, doubled, recorded_cells
from tmformer.constructions.interface import NO_OPTIONS, Options, check_options, radix_of
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.constructions.wei_ma.blocks import blocks_of
from tmformer.constructions.wei_ma.labels import labels_of
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, FORMS, Sizes
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.machine import Configuration, Machine, Move
from tmformer.program import Labels, OneHot, Program, check_program


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
    """The program each of whose decoding steps is one machine step.

    Args:
        machine: any machine, with any number of tapes: a search for each, in the same blocks.
        steps: T, the machine steps it is compiled for.
        cells: R, the cells that the prompt holds; those from the input to the tape head if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell that the prompt holds; the first of the input and the tape head if not said.
        options: `radix`, the B of the search, 2 if not said; `form`, one of FORMS.

    Raises:
        ConstructionError: for cells that do not hold input and tape heads, a radix below 2, no such form, or more
            transitions than this computer's memory could hold.
    """
    check_options("wei_ma", options, ("form", "radix"))
    _check_table(machine)
    radix, form = radix_of("wei_ma", options), _form(options)
    first, records = recorded_cells("wei_ma", machine, steps, cells, head, input_length, origin)
    sizes = Sizes(records, steps, radix, form, machine.tapes, machine.one_way)
    parameters: dict[str, str | int] = {
        "machine": machine.name,
        "start": machine.start,
        "blank": machine.blank,
        "head": head,
        "origin": first,
        "records": records,
        "steps": steps,
        "radix": radix,
        "form": form,
        "moves": sum(move is not Move.STAY for rule in machine.transitions for move in rule.moves),
        "tapes": machine.tapes,
        "one_way": int(machine.one_way),
    }
    labels = labels_of(OneHot(machine.states), OneHot(machine.symbols), sizes, stop_outcomes(machine), parameters)
    program = Program(labels, tuple(blocks_of(machine, sizes)))
    check_program(program)
    return program


def _check_table(machine: Machine) -> None:
    """Refuse a transition table that no memory holds: it has an entry for all symbols of all tapes together."""
    check_memory(
        len(machine.states) * len(machine.symbols) ** machine.tapes,
        rule="A transition table has an entry for each state and symbol, or combination of symbols, and fits into memory",
        named="entries",
        where=f"{machine.name}, {machine.tapes} tapes of {len(machine.symbols)} symbols",
        fewer="Use fewer tapes or symbols",
    )


def _form(options: Options) -> str:
    form = options.get("form", DECODER_ONLY)
    if form not in FORMS:
        raise ConstructionError(
            "A form is one of those that wei_ma has",
            found=repr(form),
            where="wei_ma, form",
            remedy=f"Use {' or '.join(FORMS)}{did_you_mean(str(form), FORMS)}",
        )
    return str(form)


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0) -> Program:
    """The program for going on from `now`: its context has room for twice the positions of the previous one."""
    first, records, steps = doubled(machine, now, previous, room)
    return compile_machine(machine, steps=steps, cells=records, head=now.head, origin=first, options=options)
