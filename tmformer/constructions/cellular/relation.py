"""The simulation relation: configurations as rows of cells, rows of cells as configurations."""

from collections.abc import Mapping

from tmformer.constructions.cellular.labels import MESSAGES, registers_of
from tmformer.constructions.claims import bits
from tmformer.constructions.interface import not_ours
from tmformer.constructions.outcomes import check_words
from tmformer.errors import DecodeError, WindowError
from tmformer.machine import Configuration, configuration
from tmformer.program import Labels, OneHot, Stream, Value, stack

_PARAMETERS = {
    **dict.fromkeys(("machine", "start", "blank"), str),
    **dict.fromkeys(("head", "origin", "changes", "one_way", "stopped", "stopped_changes"), int),
}


def encode_configuration(labels: Labels, now: Configuration) -> Stream:
    """The sequence that represents `now`: BOS, then the cells of the window, the tape head's with a `stay` message.

    Raises:
        WindowError: if a non-blank cell or the tape head is outside the window.
    """
    origin = _number(labels, "origin")
    last = origin + labels.max_positions - 2
    first_used, last_used = now.used
    if first_used < origin or last_used > last or len(now.tapes) != 1:
        raise WindowError(
            "Input and tape head are inside the window",
            found=f"cells {first_used} to {last_used} in use",
            where=f"a window of cells {origin} to {last}",
            remedy="Compile for more steps or cells, or for the length of this input.",
        )
    cells: list[dict[str, Value]] = [{"cell": True, "symbol": now.read(cell)} for cell in range(origin, last + 1)]
    cells[0] |= {"edge": True} if labels.parameters["one_way"] else {}
    cells[now.head - origin]["stay"] = now.state
    return stack(labels, [{"bos": True}, *cells])


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that `stream` represents; the pending message is applied, so the tape head may be outside.

    Raises:
        DecodeError: unless there is exactly one message, at a cell, and every cell holds a symbol.
    """
    origin = _number(labels, "origin")
    messages = [
        (origin + row - 1 + move.value, state, is_cell)
        for name, move in MESSAGES.items()
        for row, (state, is_cell) in enumerate(zip(stream[name], stream["cell"], strict=True))
        if state is not None
    ]
    if len(messages) != 1 or not messages[0][2]:
        found = f"{len(messages)} messages" if len(messages) != 1 else "a message at a row that is no cell"
        raise _broken(found, "the residual stream")
    head, state, _ = messages[0]
    cells: dict[int, str] = {}
    for row, (symbol, is_cell) in enumerate(zip(stream["symbol"], stream["cell"], strict=True)):
        if is_cell != isinstance(symbol, str):
            raise _broken(f"symbol {symbol!r}", f"row {row}")
        if is_cell:
            cells[origin + row - 1] = str(symbol)
    return configuration(str(state), head, cells, str(labels.parameters["blank"]))


def _broken(found: str, where: str) -> DecodeError:
    return DecodeError(
        "Every cell and no other row holds a symbol, and one of them a message: the tape head is in one place",
        found=found,
        where=where,
        remedy="Start from encode_configuration, in a format with enough precision.",
    )


def check_labels(labels: Labels) -> None:
    """Refuse labels that `compile_machine` did not write.

    Raises:
        ConstructionError: naming what is missing or wrong.
    """
    for name, kind in _PARAMETERS.items():
        if not isinstance(labels.parameters.get(name), kind):
            raise not_ours(labels, f"{name} = {labels.parameters.get(name)!r}", f"parameter {name!r}")
    types = {register.name: register.type for register in labels.registers}
    states, symbols, one_way = types.get("stay"), types.get("symbol"), bool(labels.parameters["one_way"])
    if not isinstance(states, OneHot) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    wanted = registers_of(states, symbols, bits(labels.max_positions), one_way=one_way)
    if labels.registers != wanted or (one_way and labels.parameters["origin"] != 0):
        raise not_ours(labels, f"origin {labels.parameters['origin']}, registers {', '.join(types)}", "registers")
    check_words(labels, states, symbols)


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    symbol, stay = labels.register("symbol").type, labels.register("stay").type
    return {
        "Q": len(stay.values) if isinstance(stay, OneHot) else 0,
        "G": len(symbol.values) if isinstance(symbol, OneHot) else 0,
        "W": labels.max_positions - 1,
        "T": labels.loops,
        "C": _number(labels, "changes"),
        "E": _number(labels, "one_way"),
        "L": _number(labels, "stopped"),
        "M": _number(labels, "stopped_changes"),
    }


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])
