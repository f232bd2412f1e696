"""From a machine to the program each of whose loops is one machine step."""

from tmformer.constructions.cellular.blocks import block_of, rules_of
from tmformer.constructions.cellular.labels import labels_of
from tmformer.constructions.cellular.sizes import window
from tmformer.constructions.interface import NO_OPTIONS, Options, check_one_tape, check_options
from tmformer.constructions.outcomes import stop_outcomes
from tmformer.errors import ConstructionError, WindowError
from tmformer.machine import Configuration, Machine, Move
from tmformer.program import Labels, OneHot, Program, check_program

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
        options: none.

    Raises:
        ConstructionError: if the window cannot hold the input and the tape head, or for an option.
    """
    check_options("cellular", options, ())
    check_one_tape("cellular", machine, one_way=True)
    first, width = window(steps, cells, head, input_length, origin, one_way=machine.one_way)
    stopped = [rule for rule in machine.transitions if machine.one_way and rule.move is Move.LEFT]
    parameters: dict[str, str | int] = {
        "machine": machine.name,
        "start": machine.start,
        "blank": machine.blank,
        "head": head,
        "origin": first,
        "changes": sum(rule.write != rule.symbol for rule in machine.transitions),
        "one_way": int(machine.one_way),
        "stopped": len(stopped),
        "stopped_changes": sum(rule.write != rule.symbol for rule in stopped),
    }
    states, symbols = OneHot(machine.states), OneHot(machine.symbols)
    labels = labels_of(states, symbols, width, steps, stop_outcomes(machine), parameters)
    program = Program(labels, (block_of(rules_of(machine)),))
    check_program(program)
    return program


def grow(machine: Machine, now: Configuration, previous: Labels | None, options: Options, *, room: int = 0) -> Program:
    """The program for going on from `now`, in a window at least twice as wide, on the side where the tape head left the last."""
    first, last = now.used
    if previous is None:
        more = max(_FIRST_ROOM, room - (last - first) >> 1)
        first, last = first - more, last + more
    else:
        origin, width = int(previous.parameters["origin"]), previous.max_positions - 1
        more = max(width, room - width)
        first = origin - more if now.head < origin else origin
        last = origin + width - 1 + (more if now.head >= origin + width else 0)
    first = 0 if machine.one_way else first
    cells = last - first + 1
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
        where=f"a window of cells {origin} to {origin + labels.max_positions - 2}",
        remedy="Compile for more cells, or run the machine without `cells` (--cells): its window grows.",
    )
