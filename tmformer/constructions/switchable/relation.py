"""The simulation relation: configurations of either machine as sequences of records, sequences as configurations."""

from collections.abc import Mapping

import msgspec

from tmformer.constructions.interface import not_ours
from tmformer.constructions.outcomes import check_words
from tmformer.constructions.records import broken, code, moved, next_cell
from tmformer.constructions.switchable.labels import CHOICES, labels_of, named, state_of
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.errors import ConstructionError, WindowError, did_you_mean
from tmformer.machine import Configuration, configuration
from tmformer.program import Labels, OneHot, Stream, Value, stack

_LARGEST = 2**40  # records and steps: more than any memory holds
_PARAMETERS: Mapping[str, type] = {
    **{f"{choice}.{name}": str for choice in CHOICES for name in ("machine", "start")},
    **dict.fromkeys(("choice", "machine", "start", "blank"), str),
    **dict.fromkeys(("head", "origin", "records", "steps", "radix", "moves", "changes", "one_way"), int),
}


def choose(labels: Labels, choice: str) -> Labels:
    """Labels with which the configurations of one of the machines are encoded; the weights are the same.

    Args:
        labels: of a network of this construction.
        choice: a or b.

    Raises:
        ConstructionError: for another choice.
    """
    if choice not in CHOICES:
        raise ConstructionError(
            "A network of two machines runs one of them, a or b",
            found=repr(choice),
            where="switchable, choose",
            remedy=f"Choose a, {labels.parameters['a.machine']!r}, or b, {labels.parameters['b.machine']!r}"
            f"{did_you_mean(choice, CHOICES)}",
        )
    words = {name: labels.parameters[f"{choice}.{name}"] for name in ("machine", "start")}
    return msgspec.structs.replace(labels, parameters=labels.parameters | words | {"choice": choice})


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The prompt that represents `now`: BOS, a record for each cell that the labels name, START with token and states.

    The machine that the labels choose is in the state of `now`, the other one in its start state.

    Raises:
        WindowError: if a non-blank cell or the tape head is not among the cells that the prompt holds.
    """
    sizes, origin, choice = sizes_of(labels), _number(labels, "origin"), str(labels.parameters["choice"])
    first, last = now.used
    if first < origin or last >= origin + sizes.records:
        raise WindowError(
            "The prompt holds every cell that is not blank, and the tape head's",
            found=f"cells {first} to {last} in use",
            where=f"records of cells {origin} to {origin + sizes.records - 1}",
            remedy="Compile for the length of this input (--input-length) and this start cell (--head).",
        )
    records = (
        {"input": True, "written": now.read(cell)} | code("cell", cell, sizes.cell_digits)
        for cell in range(origin, origin + sizes.records)
    )
    start: dict[str, Value] = {"step": True, "choice": choice}
    start |= {state_of(each): labels.parameters[f"{each}.start"] for each in CHOICES}
    start |= {state_of(choice): now.state} | code("next_cell", now.head, sizes.cell_digits)
    return stack(labels, [{"bos": True}, *records, start])


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that a sequence represents: of the machine that the last row's token names.

    Raises:
        DecodeError: if a row writes no symbol or moves both ways; or if the last one names no machine or no state, says
            another state than that machine's, is at another cell than the moves say, or has found another symbol there.
    """
    sizes, start, last = sizes_of(labels), _start(labels, stream), stream.num_rows - 1
    state = _state(stream, last, is_prompt=last == start and stream["next_symbol"][last] is None)
    origin, blank, k = _number(labels, "origin"), str(labels.parameters["blank"]), sizes.cell_digits
    cells = {origin + row: str(symbol) for row, symbol in enumerate(stream["written"][1 : sizes.records + 1])}
    head = origin + (next_cell(stream, "next_cell", k, start, f"row {start}") - origin) % 2**k
    for row in range(start + 1, stream.num_rows):
        written, right, left = (stream[name][row] for name in ("written", "right", "left"))
        if not isinstance(written, str) or (right and left):
            raise broken(f"written {written!r}, right {right}, left {left}", f"row {row}")
        cells[head] = written
        head = moved(head, (right is True) - (left is True), one_way=sizes.one_way)
    if next_cell(stream, "next_cell", k, last, f"row {last}") != head % 2**k:
        raise broken(f"next_cell not that of cell {head}", f"row {last}")
    next_symbol, here = stream["next_symbol"][last], cells.get(head, blank)
    if next_symbol != here and not (last == start and next_symbol is None):
        raise broken(f"next_symbol {next_symbol!r}, not that of cell {head}", f"row {last}")
    return configuration(state, head, cells, blank)


def _start(labels: Labels, stream: Stream) -> int:
    """The row number of START."""
    sizes = sizes_of(labels)
    start, written = sizes.records + 1, stream["written"][1 : sizes.records + 1]
    if stream.num_rows <= start or stream["step"][start] is not True or None in written:
        raise broken(f"{stream.num_rows} rows, START not at row {start}, or a record without a symbol", "the prompt")
    return start


def _state(stream: Stream, row: int, *, is_prompt: bool) -> str:
    """The state of the machine that a row's token names; `now` says it too, but in a prompt, which no block has seen."""
    choice = stream["choice"][row]
    state = stream[state_of(choice)][row] if choice in CHOICES else None
    said = stream["now"][row]
    if not isinstance(state, str) or said != (None if is_prompt else named(str(choice), state)):
        raise broken(f"the token {choice!r}, state {state!r}, said to be {said!r}", f"row {row}")
    return state


def sizes_of(labels: Labels) -> Sizes:
    """The sizes that these labels were compiled for."""
    records, steps, radix, one_way = (_number(labels, name) for name in ("records", "steps", "radix", "one_way"))
    return Sizes(records, steps, radix, bool(one_way))


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    parameters = labels.parameters
    for name, kind in _PARAMETERS.items():
        if not isinstance(parameters.get(name), kind):
            raise not_ours(labels, f"{name} = {parameters.get(name)!r}", f"parameter {name!r}")
    sizes, choice = sizes_of(labels), parameters["choice"]
    ahead = _number(labels, "head") - _number(labels, "origin")
    fits = 2 <= sizes.radix <= 256 and sizes.steps >= 0 and 0 <= ahead < sizes.records
    fits = fits and not (sizes.one_way and _number(labels, "origin"))
    if not fits or max(sizes.records, sizes.steps) > _LARGEST:
        raise not_ours(labels, f"{sizes}, the tape head at record {ahead}", "parameters")
    types = {register.name: register.type for register in labels.registers}
    states, symbols = {each: types.get(state_of(each)) for each in CHOICES}, types.get("symbol")
    held = {each: type_ for each, type_ in states.items() if isinstance(type_, OneHot)}
    if len(held) < len(CHOICES) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    if any(parameters[name] != parameters.get(f"{choice}.{name}") for name in ("machine", "start")):
        raise not_ours(labels, f"the choice {choice!r} of {parameters['machine']!r}", "parameters")
    wanted = labels_of(held, symbols, sizes, labels.stop.outcomes, parameters)
    for name in wanted.__struct_fields__:
        if name != "sharpness" and getattr(labels, name) != getattr(wanted, name):
            said = ", ".join(types) if name == "registers" else str(getattr(labels, name))
            raise not_ours(labels, said[:200], name)
    for each in CHOICES:
        check_words(msgspec.structs.replace(labels, parameters=choose(labels, each).parameters), held[each], symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    kinds = [labels.register(name).type for name in (*map(state_of, CHOICES), "symbol")]
    sizes = dict(zip(("Qa", "Qb", "G"), (len(kind.values) for kind in kinds if isinstance(kind, OneHot)), strict=True))
    named_ = {"R": "records", "T": "steps", "B": "radix", "E": "one_way", "C": "moves", "S": "changes"}
    return sizes | {letter: _number(labels, name) for letter, name in named_.items()}


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])
