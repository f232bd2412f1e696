"""The simulation relation: configurations of either machine as sequences of records, sequences as configurations."""

from collections.abc import Mapping

import msgspec

from tmformer.constructions.contexts import LARGEST, check_held
from tmformer.constructions.interface import not_ours
from tmformer.constructions.latest import latest_tape
from tmformer.constructions.outcomes import check_words
from tmformer.constructions.parameters import check_fields, check_parameters, number
from tmformer.constructions.records import broken, code
from tmformer.constructions.switchable.labels import CHOICES, labels_of, named, state_of
from tmformer.constructions.switchable.sizes import Sizes
from tmformer.constructions.unrolling import accesses, check_end, check_prompt, recorded, start_cell, unrolled
from tmformer.errors import ConstructionError, did_you_mean
from tmformer.machine import Configuration, configuration
from tmformer.program import Labels, OneHot, Stream, Value, stack

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
    sizes, origin, choice = sizes_of(labels), number(labels, "origin"), str(labels.parameters["choice"])
    check_held(now, origin, sizes.records)
    records = (
        {"input": True} | recorded("", cell, now.read(cell), sizes.cell_digits)
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
    sizes, last = sizes_of(labels), stream.num_rows - 1
    start, k = sizes.records + 1, sizes.cell_digits
    check_prompt(stream, start, sizes.records)
    state = _state(stream, last, is_prompt=last == start and stream["next_symbol"][last] is None)
    origin, blank = number(labels, "origin"), str(labels.parameters["blank"])
    written = map(str, stream["written"][1:start])
    at_start = start_cell(stream, "", k, origin, start)
    head, cells = unrolled(written, origin, at_start, accesses(stream, "", start), one_way=sizes.one_way)
    check_end(stream, "", k, start, head, cells.get(head, blank))
    return configuration(state, head, cells, blank)


def decode_latest(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that the latest record of each cell and the newest row represent.

    Raises:
        DecodeError: as `decode_configuration`, of the newest row; or if the records are not those of cells side by side.
    """
    sizes, last = sizes_of(labels), stream.num_rows - 1
    is_start, k = stream["cell0"][last] is None, sizes.cell_digits
    state = _state(stream, last, is_prompt=is_start and stream["next_symbol"][last] is None)
    origin, blank = number(labels, "origin"), str(labels.parameters["blank"])
    head, cells = latest_tape(stream, "", k, origin, sizes.records, one_way=sizes.one_way)
    check_end(stream, "", k, last if is_start else -1, head, cells.get(head, blank))
    return configuration(state, head, cells, blank)


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
    records, steps, radix, one_way = (number(labels, name) for name in ("records", "steps", "radix", "one_way"))
    return Sizes(records, steps, radix, bool(one_way))


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    parameters = labels.parameters
    check_parameters(labels, _PARAMETERS)
    sizes, choice = sizes_of(labels), parameters["choice"]
    ahead = number(labels, "head") - number(labels, "origin")
    fits = 2 <= sizes.radix <= 256 and sizes.steps >= 0 and 0 <= ahead < sizes.records
    fits = fits and not (sizes.one_way and number(labels, "origin"))
    if not fits or max(sizes.records, sizes.steps) > LARGEST:
        raise not_ours(labels, f"{sizes}, the tape head at record {ahead}", "parameters")
    types = {register.name: register.type for register in labels.registers}
    states, symbols = {each: types.get(state_of(each)) for each in CHOICES}, types.get("symbol")
    held = {each: type_ for each, type_ in states.items() if isinstance(type_, OneHot)}
    if len(held) < len(CHOICES) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    if any(parameters[name] != parameters.get(f"{choice}.{name}") for name in ("machine", "start")):
        raise not_ours(labels, f"the choice {choice!r} of {parameters['machine']!r}", "parameters")
    check_fields(labels, labels_of(held, symbols, sizes, labels.stop.outcomes, parameters))
    for each in CHOICES:
        check_words(msgspec.structs.replace(labels, parameters=choose(labels, each).parameters), held[each], symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    kinds = [labels.register(name).type for name in (*map(state_of, CHOICES), "symbol")]
    sizes = dict(zip(("Qa", "Qb", "G"), (len(kind.values) for kind in kinds if isinstance(kind, OneHot)), strict=True))
    named_ = {"R": "records", "T": "steps", "B": "radix", "E": "one_way", "C": "moves", "S": "changes"}
    return sizes | {letter: number(labels, name) for letter, name in named_.items()}
