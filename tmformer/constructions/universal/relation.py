"""The simulation relation: a machine and its configuration as rules and records, sequences as configurations."""

from collections.abc import Iterator, Mapping
from itertools import product

from tmformer.constructions.contexts import LARGEST, check_held
from tmformer.constructions.interface import not_ours
from tmformer.constructions.outcomes import end_of
from tmformer.constructions.parameters import check_fields, number
from tmformer.constructions.records import broken, code
from tmformer.constructions.universal.labels import GOING, labels_of
from tmformer.constructions.universal.sizes import Sizes
from tmformer.constructions.universal.telling import TOLD, check_told, machine_of, sizes_of, symbols_of
from tmformer.constructions.unrolling import check_end, recorded, start_cell, unrolled
from tmformer.machine import Configuration, Machine, Move, configuration
from tmformer.program import Labels, Stream, Value, stack

_SIZES = ("states", "symbols", "records", "steps", "radix", "one_way")
_MOVES = {move.letter: move.value for move in Move}


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The prompt that represents a machine in `now`: BOS, its rules, a record for each cell, START with state and cell.

    Raises:
        ConstructionError: if the labels tell of no machine.
        WindowError: if a non-blank cell or the tape head is not among the cells that the prompt holds.
    """
    machine, sizes = machine_of(labels), sizes_of(labels)
    origin = number(labels, "origin")
    check_held(now, origin, sizes.records)
    symbols = symbols_of(machine)
    records = (
        {"input": True} | recorded("", cell, symbols.index(now.read(cell)), sizes.cell_digits)
        for cell in range(origin, origin + sizes.records)
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
    machine, sizes = machine_of(labels), sizes_of(labels)
    symbols, last, start = symbols_of(machine), stream.num_rows - 1, sizes.rules + sizes.records + 1
    if last < start or stream["step"][start] is not True:
        raise broken(f"{stream.num_rows} rows", f"START not at row {start}")
    written = (
        _named(symbols, value, f"record {index}")
        for index, value in enumerate(stream["written"][sizes.rules + 1 : start])
    )
    origin, k = number(labels, "origin"), sizes.cell_digits
    at_start = start_cell(stream, "", k, origin, start)
    head, cells = unrolled(written, origin, at_start, _accesses(stream, symbols, start), one_way=sizes.one_way)
    state = _named(machine.states, stream["next_state"][last], f"row {last}")
    check_end(stream, "", k, start, head, symbols.index(cells.get(head, machine.blank)))
    return configuration(state, head, cells, machine.blank)


def _accesses(stream: Stream, symbols: tuple[str, ...], start: int) -> Iterator[tuple[str, int]]:
    """What each row after START wrote, and the move that followed, both by their codes."""
    for row in range(start + 1, stream.num_rows):
        move = stream["moving"][row]
        if move not in _MOVES:
            raise broken(f"the move {move!r}", f"row {row}")
        yield _named(symbols, stream["written"][row], f"row {row}"), _MOVES[str(move)]


def _named(names_: tuple[str, ...], value: Value, where: str) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(names_):
        raise broken(f"the code {value!r}, which stands for nothing", where)
    return names_[value]


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    parameters = labels.parameters
    own = {name: value for name, value in parameters.items() if name not in TOLD}
    if own.keys() != {*_SIZES} or not all(isinstance(value, int) for value in own.values()):
        raise not_ours(labels, f"the parameters {', '.join(parameters)}", "parameters")
    sizes = sizes_of(labels)
    counts = (sizes.states, sizes.symbols, sizes.records, sizes.steps + 1)
    fits = all(1 <= count <= LARGEST for count in counts) and 2 <= sizes.radix <= 256
    if not fits or parameters["one_way"] not in (0, 1):
        raise not_ours(labels, f"{sizes}", "parameters")
    check_told(labels)
    check_fields(labels, labels_of(sizes, parameters))


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
