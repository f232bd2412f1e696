"""From two machines to the program that runs either of them."""

from collections.abc import Mapping

from tmformer.constructions.contexts import doubled, recorded_cells
from tmformer.constructions.interface import NO_OPTIONS, Options, check_one_tape, check_options, radix_of
from tmformer.constructions.outcomes import end_of
from tmformer.constructions.switchable.blocks import blocks_of
from tmformer.constructions.switchable.labels import CHOICES, COMPILED, OTHER, labels_of, named
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.errors import ConstructionError
from tmformer.machine import Configuration, Machine, Move, parse
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
    """The program that runs `machine` where the token of the prompt says a, and the other machine where it says b.

    Both are taken over the tape symbols of both: a machine that reads a symbol of the other alone has no transition.

    Args:
        machine: a, of one tape.
        steps: T, the machine steps it is compiled for.
        cells: R, the cells that the prompt holds; those from the input to the tape head if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell that the prompt holds; the first of the input and the tape head if not said.
        options: `other`, b, as the text of any machine format; `radix`, the B of the search, 2 if not said.

    Raises:
        ConstructionError: for cells that do not hold input and tape head, a radix below 2, no other machine, or two that
            do not share their blank and their kind of tape.
    """
    check_options("switchable", options, ("other", "radix"))
    machines = _pair(machine, options)
    first, records = recorded_cells("switchable", machine, steps, cells, head, input_length, origin)
    sizes = Sizes(records, steps, radix_of("switchable", options), machine.one_way)
    return _program(machines, sizes, head, first)


def _program(machines: Mapping[str, Machine], sizes: Sizes, head: int, origin: int) -> Program:
    symbols = tuple(dict.fromkeys(symbol for choice in CHOICES for symbol in machines[choice].symbols))
    rules = [rule for choice in CHOICES for rule in machines[choice].transitions]
    parameters: dict[str, str | int] = {
        **{f"{choice}.machine": machines[choice].name for choice in CHOICES},
        **{f"{choice}.start": machines[choice].start for choice in CHOICES},
        "choice": COMPILED,
        "machine": machines[COMPILED].name,
        "start": machines[COMPILED].start,
        "blank": machines[COMPILED].blank,
        "head": head,
        "origin": origin,
        "records": sizes.records,
        "steps": sizes.steps,
        "radix": sizes.radix,
        "moves": sum(rule.move is not Move.STAY for rule in rules),
        "changes": sum(rule.next_state != rule.state for rule in rules),
        "one_way": int(sizes.one_way),
    }
    states = {choice: OneHot(machines[choice].states) for choice in CHOICES}
    labels = labels_of(states, OneHot(symbols), sizes, _outcomes(machines, symbols), parameters)
    program = Program(labels, tuple(blocks_of(machines, symbols, sizes)))
    check_program(program)
    return program


def _outcomes(machines: Mapping[str, Machine], symbols: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """(state, symbol, outcome) for everything at which a run of either machine ends."""
    return tuple(
        (named(choice, state), symbol, end_of(machine, state))
        for choice, machine in machines.items()
        for state in machine.states
        for symbol in symbols
        if not machine.has_transition(state, symbol)
    )


def _pair(machine: Machine, options: Options) -> dict[str, Machine]:
    """Both machines by choice.

    Raises:
        ConstructionError: if there is no other one, one of them has several tapes, or they differ in what they share.
    """
    if "other" not in options:
        raise ConstructionError(
            "switchable has two machines in one network",
            found=f"{machine.name!r} alone",
            where="switchable",
            remedy="Give the other one, other=MACHINE; `tmformer compile A --other B` saves both in one file, which every command takes.",
        )
    other = parse(str(options["other"]))
    for each in (machine, other):
        check_one_tape("switchable", each, one_way=True)
    tapes = [f"blank {each.blank!r}, {'one-way' if each.one_way else 'two-way'} tape" for each in (machine, other)]
    if tapes[0] != tapes[1]:
        raise ConstructionError(
            "Two machines that share a tape share its blank, and whether it has an end",
            found=f"{machine.name!r}: {tapes[0]}; {other.name!r}: {tapes[1]}",
            where="switchable",
            remedy="Rename the blank of one of them, or give both the same kind of tape.",
        )
    return {COMPILED: machine, OTHER: other}


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0) -> Program:
    """The program for going on from `now`: its context has room for twice the positions of the previous one."""
    first, records, steps = doubled(machine, now, previous, room)
    return compile_machine(machine, steps=steps, cells=records, head=now.head, origin=first, options=options)
