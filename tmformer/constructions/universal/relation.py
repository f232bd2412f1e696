"""The simulation relation: a machine and its configuration as rules and records, sequences as configurations."""

from collections.abc import Iterator, Mapping
from itertools import product

from tmformer.constructions.interface import not_ours
from tmformer.constructions.outcomes import end_of
from tmformer.constructions.records import code, moved, names
from tmformer.constructions.universal.labels import GOING, labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.constructions.universal.telling import TOLD, machine_of, sizes_of, symbols_of
from tmformer.errors import DecodeError, WindowError
from tmformer.machine import Configuration, Machine, Move, configuration
from tmformer.program import Labels, Stream, Value, stack

_LARGEST = 2**40  # of each size: more than any memory holds
_SIZES = ("states", "symbols", "records", "steps", "radix", "one_way")


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The prompt that represents a machine in `now`: BOS, its rules, a record for each cell, START with state and cell.

    Raises:
        ConstructionError: if the labels tell of no machine.
        WindowError: if a non-blank cell or the tape head is not among the cells that the prompt holds.
    """
    machine, sizes = machine_of(labels), sizes_of(labels)
    origin = int(labels.parameters["origin"])
    first, last = now.used
    if first < origin or last >= origin + sizes.records:
        raise WindowError(
            "The prompt holds every cell that is not blank, and the tape head's",
            found=f"cells {first} to {last} in use",
            where=f"records of cells {origin} to {origin + sizes.records - 1}",
            remedy="Compile for the length of this input and this start cell.",
        )
    symbols, cells = symbols_of(machine), range(origin, origin + sizes.records)
    records = (
        {"input": True, "written": symbols.index(now.read(cell))} | code("cell", cell, sizes.cell_digits)
        for cell in cells
    )
    start: dict[str, Value] = {"step": True, "next_state": machine.states.index(now.state)}
    start |= code("next_cell", now.head, sizes.cell_digits)
    return stack(labels, [{"bos": True}, *_rules(machine, symbols, sizes), *records, start])


_NO_RULE: dict[str, Value] = {
    "rule": True,
    "rule_write": 0,
    "rule_next_state": 0,
    "rule_move": "S",
    "rule_verdict": GOING,
}


def _rules(machine: Machine, symbols: tuple[str, ...], sizes: Sizes) -> Iterator[dict[str, Value]]:
    """A row for each pair: what the machine does there; or how it ends, if not for want of a rule.

    The row of a pair without a rule has the code of no state, so that nothing finds it.
    """
    for state, symbol in product(range(sizes.states), range(sizes.symbols)):
        row = _NO_RULE | {"rule_state": state, "rule_symbol": symbol}
        pair = (*machine.states[state : state + 1], *symbols[symbol : symbol + 1])
        if len(pair) == 2 and machine.has_transition(*pair):
            rule = machine.transition(*pair)
            yield row | {
                "rule_write": symbols.index(rule.write),
                "rule_next_state": machine.states.index(rule.next_state),
                "rule_move": rule.move.letter,
            }
        elif len(pair) == 2 and (end := end_of(machine, pair[0])) != "undefined":
            yield row | {"rule_verdict": end}
        else:
            yield row | {"rule_state": sizes.states + state}


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that a sequence represents: its last row's, cells unrolled from the moves.

    Raises:
        ConstructionError: if the labels tell of no machine.
        DecodeError: if a row writes no symbol, moves nowhere or knows no state of the machine; or if the last one is at
            another cell than the moves say, or has found another symbol there than was written last.
    """
    machine, sizes, origin = machine_of(labels), sizes_of(labels), int(labels.parameters["origin"])
    symbols, last, start = symbols_of(machine), stream.num_rows - 1, sizes.rules + sizes.records + 1
    if last < start or stream["step"][start] is not True:
        raise _broken(f"{stream.num_rows} rows", f"START not at row {start}")
    before = stream["written"][sizes.rules + 1 : start]
    cells = {origin + index: _named(symbols, value, "a record") for index, value in enumerate(before)}
    head = origin + (_cell(stream, sizes.cell_digits, start) - origin) % 2**sizes.cell_digits
    moves = {move.letter: move.value for move in Move}
    for row in range(start + 1, stream.num_rows):
        cells[head] = _named(symbols, stream["written"][row], f"row {row}")
        move = stream["moving"][row]
        if move not in moves:
            raise _broken(f"the move {move!r}", f"row {row}")
        head = moved(head, moves[str(move)], one_way=sizes.one_way)
    where = f"row {last}"
    if _cell(stream, sizes.cell_digits, last) != head % 2**sizes.cell_digits:
        raise _broken(f"next_cell not that of cell {head}", where)
    state, found = _named(machine.states, stream["next_state"][last], where), stream["next_symbol"][last]
    here = cells.get(head, machine.blank)
    if found != symbols.index(here) and not (last == start and found is None):
        raise _broken(f"next_symbol {found!r}, not that of cell {head}", where)
    return configuration(state, head, cells, machine.blank)


def _named(names_: tuple[str, ...], value: Value, where: str) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(names_):
        raise _broken(f"the code {value!r}, which stands for nothing", where)
    return names_[value]


def _cell(stream: Stream, cell_digits: int, row: int) -> int:
    digits = [stream[name][row] for name in names("next_cell", cell_digits)]
    if None in digits:
        raise _broken("no next_cell", f"row {row}")
    return sum(int(digit or 0) << place for place, digit in enumerate(digits))


def _broken(found: str, where: str) -> DecodeError:
    return DecodeError(
        "A sequence is a prompt and machine steps: each holds a state, a symbol written and the cell its moves lead to",
        found=found,
        where=where,
        remedy="Start from encode_configuration, in a format with enough precision.",
    )


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    parameters = labels.parameters
    known = {name for name in parameters if name not in TOLD} == {*_SIZES}
    if not known or not all(isinstance(parameters[name], int) for name in _SIZES):
        raise not_ours(labels, f"the parameters {', '.join(parameters)}", "parameters")
    sizes = sizes_of(labels)
    counts = (sizes.states, sizes.symbols, sizes.records, sizes.steps + 1)
    if not all(1 <= count <= _LARGEST for count in counts) or not 2 <= sizes.radix <= 256:
        raise not_ours(labels, str(sizes), "parameters")
    wanted = labels_of(sizes, parameters)
    for name in wanted.__struct_fields__:
        if name != "sharpness" and getattr(labels, name) != getattr(wanted, name):
            raise not_ours(labels, str(getattr(labels, name))[:200], name)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    sizes = sizes_of(labels)
    return {
        "Q": sizes.states,
        "G": sizes.symbols,
        "R": sizes.records,
        "T": sizes.steps,
        "B": sizes.radix,
        "E": int(sizes.one_way),
    }
