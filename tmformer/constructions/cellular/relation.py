"""The simulation relation: configurations as rows of cells, rows of cells as configurations."""

import json
from collections.abc import Mapping

from tmformer.constructions.cellular.labels import MESSAGES, registers_of
from tmformer.constructions.cellular.macro import STOPS_SHORT
from tmformer.constructions.cellular.words import message_of, message_word, symbol_word, symbols_of
from tmformer.constructions.claims import bits
from tmformer.constructions.interface import not_ours
from tmformer.constructions.outcomes import ENDS, check_words
from tmformer.errors import ConstructionError, DecodeError, WindowError
from tmformer.machine import Configuration, configuration
from tmformer.program import Labels, OneHot, Stream, Value, stack

MOST_CELLS = 64
"""Of a macro cell, at most; more would be longer words than anybody reads."""

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
    macro = macro_of(labels)
    last = origin + macro * (labels.max_positions - 1) - 1
    first_used, last_used = now.used
    if first_used < origin or last_used > last or len(now.tapes) != 1:
        raise WindowError(
            "Input and tape head are inside the window",
            found=f"cells {first_used} to {last_used} in use",
            where=f"a window of cells {origin} to {last}",
            remedy="Compile for more steps or cells, or for the length of this input.",
        )
    one_way = bool(labels.parameters["one_way"])
    cells: list[dict[str, Value]] = []
    for first in range(origin, last + 1, macro):
        symbols = tuple(now.read(cell) for cell in range(first, first + macro))
        word = symbol_word(symbols, edge=one_way and macro > 1 and first == 0)
        cells.append({"cell": True, "symbol": word})
    cells[0] |= {"edge": True} if one_way and macro == 1 else {}
    number, place = divmod(now.head - origin, macro)
    cells[number]["stay"] = message_word(now.state, place, macro)
    return stack(labels, [{"bos": True}, *cells])


def decode_configuration(labels: Labels, stream: Stream) -> Configuration:
    """The configuration that `stream` represents; the pending message is applied, so the tape head may be outside.

    Raises:
        DecodeError: unless there is exactly one message, at a cell, and every cell holds a symbol.
    """
    origin = _number(labels, "origin")
    macro = macro_of(labels)
    messages = [
        (row - 1 + move.value, word, is_cell)
        for name, move in MESSAGES.items()
        for row, (word, is_cell) in enumerate(zip(stream[name], stream["cell"], strict=True))
        if word is not None
    ]
    if len(messages) != 1 or not messages[0][2]:
        found = f"{len(messages)} messages" if len(messages) != 1 else "a message at a row that is no cell"
        raise _broken(found, "the residual stream")
    number, word, _ = messages[0]
    state, place = message_of(str(word), macro)
    head = origin + macro * number + place
    cells: dict[int, str] = {}
    for row, (symbol, is_cell) in enumerate(zip(stream["symbol"], stream["cell"], strict=True)):
        if is_cell != isinstance(symbol, str):
            raise _broken(f"symbol {symbol!r}", f"row {row}")
        if is_cell:
            first = origin + macro * (row - 1)
            cells |= zip(range(first, first + macro), symbols_of(str(symbol), macro)[0], strict=True)
    return configuration(state, head, cells, str(labels.parameters["blank"]))


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
    macro = labels.parameters.get("macro", 1)
    if not isinstance(macro, int) or not 1 <= macro <= MOST_CELLS:
        raise not_ours(labels, f"macro = {macro!r}", "parameter 'macro'")
    types = {register.name: register.type for register in labels.registers}
    states, symbols, one_way = types.get("stay"), types.get("symbol"), bool(labels.parameters["one_way"])
    plain = "macro" not in labels.parameters
    if not isinstance(states, OneHot) or not isinstance(symbols, OneHot):
        raise not_ours(labels, f"registers {', '.join(types)}", "registers")
    wanted = registers_of(states, symbols, bits(labels.max_positions), one_way=one_way and plain)
    if labels.registers != wanted or (one_way and labels.parameters["origin"] != 0):
        raise not_ours(labels, f"origin {labels.parameters['origin']}, registers {', '.join(types)}", "registers")
    if plain:
        check_words(labels, states, symbols)
    else:
        _check_macro_words(labels, states, symbols)


def _check_macro_words(labels: Labels, states: OneHot, symbols: OneHot) -> None:
    """Refuse words of no macro cell, or whose start state or blank no cell has, or an outcome that is none."""
    macro = macro_of(labels)
    try:
        places = [message_of(word, macro) for word in states.values]
        cells = [symbols_of(word, macro)[0] for word in symbols.values]
        alphabet = json.loads(str(labels.parameters.get("alphabet")))
        known = {each for cell in cells for each in cell}
    except (ValueError, TypeError, RecursionError, ConstructionError) as error:
        raise not_ours(labels, f"a word that is none: {error}", "registers") from error
    if not isinstance(alphabet, list) or not known <= {*alphabet} or labels.parameters["blank"] not in known:
        raise not_ours(labels, "an alphabet that is not that of the cells", "parameter 'alphabet'")
    if all(labels.parameters["start"] != state for state, _ in places):
        raise not_ours(labels, "a start state that no message says", "parameters")
    for *_, outcome in labels.stop.outcomes:
        if outcome not in (*ENDS, *STOPS_SHORT):
            raise not_ours(labels, f"the outcome {outcome!r}", "the stop table")


def variables(labels: Labels) -> Mapping[str, int]:
    """The letters of CLAIMS, read off the labels."""
    symbol, stay = labels.register("symbol").type, labels.register("stay").type
    return {
        "Q": len(stay.values) if isinstance(stay, OneHot) else 0,
        "G": len(symbol.values) if isinstance(symbol, OneHot) else 0,
        "W": labels.max_positions - 1,
        "T": labels.loops,
        "C": _number(labels, "changes"),
        "E": int(any(register.name == "edge" for register in labels.registers)),
        "L": _number(labels, "stopped"),
        "M": _number(labels, "stopped_changes"),
    }


def macro_of(labels: Labels) -> int:
    """m: the cells of which one row speaks."""
    return int(labels.parameters.get("macro", 1))


def _number(labels: Labels, name: str) -> int:
    return int(labels.parameters[name])
