"""From a machine to the program each of whose loops is one machine step, or all those inside a macro cell."""

import json

from tmformer.constructions.cellular.blocks import block_of, rules_of
from tmformer.constructions.cellular.labels import labels_of
from tmformer.constructions.cellular.macro import Leaps, all_leaps, leaps_ahead, spelt
from tmformer.constructions.cellular.relation import MOST_CELLS, macro_of
from tmformer.constructions.cellular.sizes import window
from tmformer.constructions.interface import NO_OPTIONS, Options, check_one_tape, check_options
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.errors import ConstructionError, WindowError
from tmformer.machine import Configuration, Machine, Move
from tmformer.memory import computer_memory, shown_bytes
from tmformer.program import Labels, OneHot, Program, check_program

_BYTES_A_LEAP = (
    2048  # a leap, its rule, its line of the stop table or the tally, as Python holds them while it compiles
)
_FIRST_ROOM = 8  # cells on each side of the first window of a run that may grow; any number gives the same result


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
    """The program whose loop number t turns the configuration after t machine steps into the next one.

    Args:
        machine: any machine.
        steps: T, the machine steps it is compiled for, which is its depth.
        cells: W, the cells of the window; enough for `steps` machine steps if not said.
        head: the tape head's cell at the start.
        input_length: symbols of the longest input, from cell 0 on.
        origin: the first cell of the window; chosen by `window` if not said.
        options: `macro`, m: so many neighbouring cells are one, and all machine steps inside them one block.

    Raises:
        ConstructionError: if the window cannot hold the input and the tape head, for another option, or for macro blocks
            of more symbols than this computer's memory could hold.
    """
    check_options("cellular", options, ("macro",))
    check_one_tape("cellular", machine, one_way=True)
    first, width = window(steps, cells, head, input_length, origin, one_way=machine.one_way)
    macro = _macro(options)
    if macro > 1:
        _check_table(machine, macro)
        return _compile_leaps(all_leaps(machine, macro), steps, first, -(-width // macro), head)
    stopped = [rule for rule in machine.transitions if machine.one_way and rule.move is Move.LEFT]
    parameters = _parameters(machine, head, first) | {
        "changes": sum(rule.write != rule.symbol for rule in machine.transitions),
        "stopped": len(stopped),
        "stopped_changes": sum(rule.write != rule.symbol for rule in stopped),
    }
    states, symbols = OneHot(machine.states), OneHot(machine.symbols)
    labels = labels_of(states, symbols, width, steps, stop_outcomes(machine), parameters)
    program = Program(labels, (block_of(rules_of(machine)),))
    check_program(program)
    return program


def _parameters(machine: Machine, head: int, origin: int) -> dict[str, str | int]:
    return {
        "machine": machine.name,
        "start": machine.start,
        "blank": machine.blank,
        "head": head,
        "origin": origin,
        "one_way": int(machine.one_way),
    }


def _compile_leaps(leaps: Leaps, steps: int, origin: int, width: int, head: int) -> Program:
    """The program each of whose loops is one leap, in a window of `width` macro cells."""
    machine = leaps.machine
    parameters = _parameters(machine, head, origin) | {
        "changes": leaps.changes(),
        "stopped": 0,
        "stopped_changes": 0,
        "macro": leaps.macro,
        "alphabet": json.dumps(machine.symbols),
    }
    states, symbols = OneHot(tuple(map(leaps.says, leaps.places))), OneHot(tuple(map(spelt, leaps.cells)))
    labels = labels_of(states, symbols, width, steps, tuple(leaps.outcomes()), parameters, leaps.tally())
    program = Program(labels, (block_of(leaps.rules()),))
    check_program(program)
    return program


def _macro(options: Options) -> int:
    macro = options.get("macro", 1)
    if not isinstance(macro, int) or not 1 <= macro <= MOST_CELLS:
        raise ConstructionError(
            f"A macro cell is 1 to {MOST_CELLS} cells",
            found=repr(macro),
            where="cellular, macro",
            remedy="Use macro 4; 1 is a network without macro blocks.",
        )
    return macro


def _check_table(machine: Machine, macro: int) -> None:
    """Refuse a table that no memory holds: it has an entry for each state and place, and all symbols of m cells together."""
    places, cells = len(machine.states) * macro, len(machine.symbols) ** macro * (1 + machine.one_way)
    size = places * cells * _BYTES_A_LEAP
    if size > computer_memory():
        raise ConstructionError(
            "A table of macro blocks has an entry for each state, place and symbols of a macro cell, and fits into memory",
            found=f"{places * cells:,} entries, of {shown_bytes(size)}",
            where=f"{machine.name}, {macro} cells of {len(machine.symbols)} symbols",
            remedy=f"Use a smaller macro, or run the machine itself, which compiles the entries that occur; this computer has "
            f"{shown_bytes(computer_memory())}.",
        )


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0) -> Program:
    """The program for going on from `now`, in a window at least twice as wide, on the side where the tape head left the last."""
    first, last = now.used
    macro = _macro(options)
    if previous is None:
        more = max(_FIRST_ROOM * macro, room * macro - (last - first) >> 1)
        # The tape head is where macro cells begin.
        first, last = now.head - -(-(now.head - first + more) // macro) * macro, last + more
    else:
        origin, width = int(previous.parameters["origin"]), macro * (previous.max_positions - 1)
        more = max(width, room * macro - width)
        first = origin - more if now.head < origin else origin
        last = origin + width - 1 + (more if now.head >= origin + width else 0)
    first = 0 if machine.one_way else first
    cells = last - first + 1
    if macro > 1:
        leaps = leaps_ahead(machine, macro, now, first, previous)
        return _compile_leaps(leaps, cells, first, -(-cells // macro), now.head)
    return compile_machine(machine, steps=cells, cells=cells, head=now.head, origin=first, options=options)


def compiled_steps(labels: Labels) -> int:
    """T, the machine steps that these labels are for."""
    return labels.loops


def outgrown(labels: Labels, now: Configuration, steps: int) -> ConstructionError:
    """The refusal of a run whose tape head left the window."""
    origin = int(labels.parameters["origin"])
    return WindowError(
        f"The tape head left the window at step {steps}",
        found=f"the tape head at cell {now.head}",
        where=f"a window of cells {origin} to {origin + macro_of(labels) * (labels.max_positions - 1) - 1}",
        remedy="Compile for more cells, or run the machine without `cells` (--cells): its window grows.",
    )
