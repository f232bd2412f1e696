"""From a machine to the program that decodes its run."""

from tmformer.constructions.interface import NO_OPTIONS, Options, check_options, radix_of
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.constructions.wei_ma.blocks import blocks_of
from tmformer.constructions.wei_ma.labels import labels_of
from tmformer.constructions.wei_ma.sizes import DECODER_ONLY, FORMS, Sizes
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.machine import Configuration, Machine, Move
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import Labels, OneHot, Program, check_program

_FIRST_POSITIONS = 1024  # N of the first network of a run that may grow; any number gives the same result
_BYTES_A_RULE = 1024  # a rule, its unit and its line of the stop table, as Python holds them while it compiles


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
    first, records = _records(machine, steps, cells, head, input_length, origin)
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


def _records(
    machine: Machine, steps: int, cells: int | None, head: int, input_length: int, origin: int | None
) -> tuple[int, int]:
    """The first cell that the prompt holds, and how many there are."""
    # One-way tapes are recorded from their beginning: cell 0 is the one whose code is 0. The further tape heads start there.
    whole = input_length or machine.tapes > 1 or machine.one_way
    first, last = (min(0, head), max(head, input_length - 1, 0)) if whole else (head, head)
    first = first if origin is None else origin
    records = last - first + 1 if cells is None else cells
    if (
        steps < 0
        or not first <= head < first + records
        or (input_length and not first <= 0 <= input_length <= first + records)
        or (machine.tapes > 1 and not first <= 0 < first + records)
        or (machine.one_way and first != 0)
    ):
        raise ConstructionError(
            "Machine steps are zero or more, and the prompt holds every cell of the input and of the start",
            found=f"{steps} machine steps; records of cells {first} to {first + records - 1}",
            where=f"wei_ma, for an input of {input_length} symbols and the tape head at cell {head}",
            remedy="Ask for more cells, or leave their number out.",
        )
    return first, records


def _check_table(machine: Machine) -> None:
    """Refuse a transition table that no memory holds: it has an entry for all symbols of all tapes together."""
    rules = len(machine.states) * len(machine.symbols) ** machine.tapes
    if rules * _BYTES_A_RULE > computer_memory():
        raise ConstructionError(
            "A transition table has an entry for each state and symbol, or combination of symbols, and fits into memory",
            found=f"{rules:,} entries, of {shown_bytes(rules * _BYTES_A_RULE)}",
            where=f"{machine.name}, {machine.tapes} tapes of {len(machine.symbols)} symbols",
            remedy=f"Use fewer tapes or symbols; this computer has {shown_bytes(computer_memory())}.",
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
    firsts, lasts = zip(*(tape.used for tape in now.tapes), strict=True)
    first, last = 0 if machine.one_way else min(firsts), max(lasts)
    if machine.tapes > 1:  # where further tape heads start
        first, last = min(first, 0), max(last, 0)
    records = last - first + 1
    positions = max(_FIRST_POSITIONS, 2 * records)
    if previous is not None:
        positions = 2 * (int(previous.parameters["records"]) + int(previous.parameters["steps"]))
    steps = max(positions, room) - records
    return compile_machine(machine, steps=steps, cells=records, head=now.head, origin=first, options=options)


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return int(labels.parameters["steps"])
