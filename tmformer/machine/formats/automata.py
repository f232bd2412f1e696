"""The machines of automata-lib as JSON: the arguments of its constructors, and their class.

    {"class": "DTM", "states": ["go", "end"], "input_symbols": ["1"], "tape_symbols": ["1", "."],
     "transitions": {"go": {"1": ["go", "1", "R"], ".": ["end", ".", "N"]}},
     "initial_state": "go", "blank_symbol": ".", "final_states": ["end"]}

A final state accepts and has no transitions; a run without a transition ends, and is rejected. The tapes are two-way. An MNTM has `n_tapes` as well; what
it reads is one text, a character a tape, and leads to a list of one result: ``{"1.": [["go", [["1", "R"], ["1", "R"]]]]}``. What
branches is refused, and so is the class NTM. As in the library, the start state is not final, and some tape symbol is no input symbol.
"""

import re
from collections.abc import Collection, Mapping

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats.json_scanning import scan_json
from tmformer.machine.formats.located import Located, Text, fields_of, items_of, shown, text_of
from tmformer.machine.spec import Machine, Move, Transition

KEYS = (
    "class", "states", "input_symbols", "tape_symbols", "transitions", "initial_state", "blank_symbol", "final_states",
)  # fmt: skip
"""What every machine file of this format has; an MNTM has `n_tapes` as well."""

MOVES = {"L": Move.LEFT, "R": Move.RIGHT, "N": Move.STAY}
MAX_TAPES = 100
"""The most tapes that a file may declare."""

_LIKELY = re.compile(rf'\s*\{{\s*"(?:{"|".join((*KEYS, "n_tapes"))})"\s*:')


def is_likely(text: str) -> bool:
    """Whether a text looks like this format, well formed or not: JSON that begins with an argument of the constructors.

    >>> is_likely('{"class": "DTM"'), is_likely("{blank: 0}")
    (True, False)
    """
    return bool(_LIKELY.match(text))


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    """Read the arguments of a constructor.

    Args:
        text: the JSON.
        source: what the places in errors begin with.
        start: the start state; None for `initial_state`.

    Raises:
        MachineError: with line and column, if the text is not as the module docstring describes it.
    """
    value = scan_json(text, source)
    fields = {key: entry for key, (_, entry) in fields_of(value, "a machine file", (*KEYS, "n_tapes")).items()}
    tapes = _tapes(fields, value)
    wanted = (*KEYS, "n_tapes") if tapes else KEYS
    fields_of(value, "an MNTM" if tapes else "a DTM", wanted)
    for key in wanted:
        if key not in fields:
            raise MachineError(
                f"A machine file of automata-lib has the keys {', '.join(KEYS)}, and n_tapes for an MNTM",
                found=f"no {key!r}",
                where=str(value.place),
                remedy=f"Add {key!r}, the argument of that name.",
            )
    if start is not None:
        fields["initial_state"] = Text(start, fields["initial_state"].place)
    return Document(_machine(fields, tapes))


def _tapes(fields: Mapping[str, Located], value: Located) -> int:
    """The number of tapes of an MNTM; 0 for a DTM, which is written in another way."""
    name = text_of(fields["class"], "the class") if "class" in fields else Text("DTM", value.place)
    if name.value not in {"DTM", "MNTM"}:
        raise MachineError(
            "A machine of automata-lib is a DTM, or an MNTM that never branches",
            found=f"the class {shown(name.value)}",
            where=str(name.place),
            remedy="Nondeterministic machines are not compiled, nor are automata of other kinds; write it as a DTM.",
        )
    if name.value == "DTM" or "n_tapes" not in fields:
        return int(name.value == "MNTM")
    number = text_of(fields["n_tapes"], "the number of tapes")
    if not re.fullmatch("[1-9][0-9]{0,2}", number.value) or int(number.value) > MAX_TAPES:
        raise MachineError(
            f"An MNTM has 1 to {MAX_TAPES} tapes",
            found=shown(number.value),
            where=str(number.place),
            remedy="Write the number of tapes as a number, such as 2.",
        )
    return int(number.value)


def _machine(fields: Mapping[str, Located], tapes: int) -> Machine:
    states = _names(fields["states"], "a state")
    symbols = _names(fields["tape_symbols"], "a tape symbol", length=1)
    inputs = _names(fields["input_symbols"], "an input symbol", symbols, length=1)
    final = _names(fields["final_states"], "a final state", states)
    start = _known(fields["initial_state"], "the initial state", [name for name in states if name not in final])
    blank = _known(fields["blank_symbol"], "the blank symbol", symbols)
    if len(inputs) == len(symbols):
        raise MachineError(
            "Some tape symbol is no input symbol",
            found="all tape symbols among `input_symbols`",
            where=str(fields["input_symbols"].place),
            remedy="Leave the blank symbol out of `input_symbols`.",
        )
    transitions = _transitions(fields["transitions"], list(states), list(symbols), list(final), tapes)
    return Machine(
        tuple(states), tuple(symbols), blank, start, transitions, tuple(final), tuple(final),
        tapes=tapes or 1, undefined_rejects=True,
    )  # fmt: skip


def _names(value: Located, what: str, known: Collection[str] | None = None, *, length: int = 0) -> dict[str, None]:
    """The texts of a list, each once, each among `known`, each of `length` characters where that is not 0."""
    names: dict[str, None] = {}
    for item in items_of(value, f"the list that names {what}"):
        name = _known(item, what, known) if known is not None else text_of(item, what).value
        if name in names or (length and len(name) != length):
            raise MachineError(
                f"{what[0].upper()}{what[1:]} is {'one character, ' if length else ''}listed once",
                found=f"{shown(name)}{' a second time' if name in names else ''}",
                where=str(item.place),
                remedy="Correct the name, or remove the repetition.",
            )
        names[name] = None
    return names


def _known(value: Located, what: str, known: Collection[str]) -> str:
    name = text_of(value, what)
    if name.value not in known:
        raise MachineError(
            f"{what[0].upper()}{what[1:]} is one of those declared for it",
            found=f"{shown(name.value)}, which is not",
            where=str(name.place),
            remedy=f"Declare it, or correct the name{did_you_mean(name.value, known)}",
        )
    return name.value


def _transitions(
    value: Located, states: list[str], symbols: list[str], final: list[str], tapes: int
) -> tuple[Transition, ...]:
    """The transitions in the order of the states; `tapes` is 0 for those of a DTM."""
    rows = fields_of(value, "`transitions`")
    found: list[Transition] = []
    for name, row in rows.values():
        state = _known(name, "a state with transitions", states)
        if state in final:
            raise MachineError(
                "A final state has no transitions",
                found=f"transitions of {shown(state)}",
                where=str(name.place),
                remedy="Remove them, or remove the state from `final_states`.",
            )
        for read, result in fields_of(row, f"the transitions of {shown(state)}").values():
            reads = tuple(read.value) if tapes else (read.value,)
            _check_reads(reads, read, symbols, tapes or 1)
            found.append(
                _mntm(state, reads, result, states, symbols) if tapes else _dtm(state, reads, result, states, symbols)
            )
    return tuple(found)


def _check_reads(reads: tuple[str, ...], read: Text, symbols: Collection[str], tapes: int) -> None:
    if len(reads) != tapes or not set(reads) <= set(symbols):
        raise MachineError(
            "A transition reads a tape symbol on each tape",
            found=f"{shown(read.value)} for {tapes} {'tape' if tapes == 1 else 'tapes'}",
            where=str(read.place),
            remedy=f"Write one of {', '.join(map(shown, symbols))} for each tape, one after the other.",
        )


def _dtm(
    state: str, reads: tuple[str, ...], result: Located, states: Collection[str], symbols: Collection[str]
) -> Transition:
    target, write, move = _entries(result, "a result", ("state", "symbol", "direction"))
    return Transition(state, reads, _known(write, "the symbol written", symbols), _move(move), _state(target, states))


def _mntm(
    state: str, reads: tuple[str, ...], result: Located, states: Collection[str], symbols: Collection[str]
) -> Transition:
    results = items_of(result, "the results of a transition")
    if len(results) != 1:
        raise MachineError(
            "A machine is deterministic: one result for a state and the symbols read",
            found=f"{len(results)} results in state {shown(state)}",
            where=str(result.place),
            remedy="Keep one result, or leave the transition out; nondeterministic machines are not compiled.",
        )
    target, actions = _entries(results[0], "a result", ("state", "actions"))
    pairs = [
        _entries(action, "an action", ("symbol", "direction"))
        for action in _entries(actions, "the actions of a result", ("action",) * len(reads))
    ]
    writes = tuple(_known(write, "the symbol written", symbols) for write, _ in pairs)
    return Transition(state, reads, writes, tuple(_move(move) for _, move in pairs), _state(target, states))


def _entries(value: Located, what: str, wanted: tuple[str, ...]) -> tuple[Located, ...]:
    entries = items_of(value, what)
    if len(entries) != len(wanted):
        raise MachineError(
            f"{what[0].upper()}{what[1:]} is a list of {len(wanted)}: {', '.join(wanted)}",
            found=f"{len(entries)}",
            where=str(value.place),
            remedy='Write a result as in ["q1", "0", "R"], and of an MNTM as in ["q1", [["0", "R"], ["1", "N"]]].',
        )
    return entries


def _state(value: Located, states: Collection[str]) -> str:
    return _known(value, "the next state", states)


def _move(value: Located) -> Move:
    return MOVES[_known(value, "a direction", tuple(MOVES))]
