"""The YAML of turingmachine.io, the native format of `machines/`, with a few keys more.

    blank: ' '                      # one character
    start state: right
    input: 1011                     # text: four symbols; also a list of symbols
    synonyms: {back: {L: right}}
    table:                          # state: {symbol or [symbols]: instruction}; see `instructions`
      right: {[0,1]: R, ' ': {write: 1, L: done}}
      done:                         # nothing to do: the machine halts here

Ours: the move S (stay); `name`; `accept states` and `reject states` (lists of halting states; where neither is written, a
halting state called `accept` accepts, and one called `reject` rejects); `halt states` (where a state without instructions
should *not* halt: its runs end as undefined); `symbols` (the whole alphabet, in order, for symbols that the table does not
mention or that are longer than one character; else the alphabet is the blank, every symbol of the table and every symbol
of `input`); `tapes` (how many; with several, keys and instructions have an entry a tape, see `instructions`) and `further
inputs` (a list: those of the tapes after the first); `one-way: true` (a left move at cell 0 stays); `undefined rejects:
true` (a missing transition rejects); `expect` (see `expectations`). A shared document (`name`, `source code`, `positions`) is
unwrapped.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats.expectations import parse_expectations, symbols_of, truth, whole_number, words_of
from tmformer.machine.formats.instructions import Body, Instruction, parse_synonyms, parse_table
from tmformer.machine.formats.located import (
    Entries,
    Located,
    Text,
    fields_of,
    items_of,
    shown,
    text_of,
)
from tmformer.machine.formats.scanning import scan, top_comment
from tmformer.machine.spec import Machine, Transition

KEYS = (
    "name", "blank", "start state", "tapes", "one-way", "input", "further inputs", "symbols", "accept states",
    "reject states", "halt states", "undefined rejects", "synonyms", "table", "expect",
)  # fmt: skip
"""Every key of a machine file."""


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    """Read a machine file.

    Args:
        text: the YAML.
        source: what the places in errors begin with.
        start: the start state; the file's own if not said.

    Raises:
        MachineError: with line and column, if the text is not a machine file as the module docstring describes it.

    >>> document = parse("{blank: ' ', start state: a, input: 01, table: {a: {[0,1]: R, ' ': {L: b}}, b: }}")
    >>> document.machine.symbols, document.machine.halting, document.input
    ((' ', '0', '1'), ('b',), ('0', '1'))
    """
    value = scan(text, source)
    if isinstance(value, Entries) and any(
        isinstance(key, Text) and key.value == "source code" for key, _ in value.pairs
    ):
        return _parse_shared(value, text, start)
    return _parse_plain(value, text, start)


def _parse_plain(value: Located, text: str, start: str | None) -> Document:
    fields = {key: entry for key, (_, entry) in fields_of(value, "a machine file", KEYS).items()}
    for key in ("blank", "start state", "table"):
        if key not in fields:
            raise MachineError(
                "A machine file has the keys `blank`, `start state` and `table`",
                found=f"no `{key}`",
                where=str(value.place),
                remedy=f"Add `{key}:` at the left margin.",
            )
    machine = _machine(fields)
    if start is not None:
        machine = machine.started(start)
    words = [tuple(symbol.value for symbol in word) for word in _inputs(fields)]
    _check_tapes(fields, machine, len(words))
    cases = parse_expectations(fields["expect"], machine) if "expect" in fields else ()
    return Document(machine, top_comment(text), words[0], cases, tuple(words[1:]))


def _check_tapes(fields: Mapping[str, Located], machine: Machine, inputs: int) -> None:
    if inputs > machine.tapes:
        raise MachineError(
            "There is an input for each tape at most",
            found=f"{inputs} inputs, {machine.tapes} tape{'s' * (machine.tapes != 1)}",
            where=str(fields["further inputs"].place),
            remedy="Leave some out, or say how many `tapes` there are.",
        )


def _parse_shared(value: Located, text: str, start: str | None) -> Document:
    """Unwrap a shared document, and count lines and columns in the file, not in the wrapped text."""
    fields = fields_of(value, "a shared document", ("name", "source code", "positions"))
    code = text_of(fields["source code"][1], "the source code")
    if code.style == "|":
        line, inside = code.place.line, code.value.split("\n")
        above = next((row for row in text.split("\n")[line:] if row.strip()), "")
        margin = (
            len(above)
            - len(above.lstrip(" "))
            - next((len(row) - len(row.lstrip()) for row in inside if row.strip()), 0)
        )
        # Empty lines above and blanks in front put each place of the wrapped text where it stands in the file.
        shifted = "\n" * line + "\n".join(" " * margin + row if row else row for row in inside)
        document = _parse_plain(scan(shifted, code.place.source), code.value, start)
    else:
        document = _parse_plain(scan(code.value, f"{code.place}, source code"), code.value, start)
    name = fields["name"][1] if "name" in fields else None
    machine = document.machine
    if isinstance(name, Text) and name.value and machine.name == "machine":
        machine = replace(machine, name=name.value)
    return replace(document, machine=machine, comment=document.comment or top_comment(text))


def _machine(fields: Mapping[str, Located]) -> Machine:
    tapes = whole_number(fields["tapes"], "the number of tapes", 1) if "tapes" in fields else 1
    synonyms = parse_synonyms(fields["synonyms"], tapes) if "synonyms" in fields else {}
    table = parse_table(fields["table"], synonyms, tapes)
    blank = text_of(fields["blank"], "the blank")
    _check_targets(table)
    symbols = _symbols(fields, blank, table)
    idle = tuple(state for state in table if not table[state].rules)
    halting = _states(fields, "halt states", idle, idle)
    neither = "accept states" not in fields and "reject states" not in fields
    accepting = _states(fields, "accept states", halting, ("accept",) if neither and "accept" in halting else ())
    rejecting = _states(fields, "reject states", halting, ("reject",) if neither and "reject" in halting else ())
    _check_disjoint(fields, accepting, rejecting)
    return Machine(
        states=tuple(table),
        symbols=symbols,
        blank=blank.value,
        start=_state(fields["start state"], "the start state", tuple(table), "declare it in `table:`"),
        transitions=tuple(
            _transition(state, read, instruction) for state in table for read, instruction in table[state].rules
        ),
        halting=halting,
        accepting=accepting,
        rejecting=rejecting,
        name=text_of(fields["name"], "the name").value if "name" in fields else "machine",
        tapes=tapes,
        one_way="one-way" in fields and truth(fields["one-way"], "`one-way`"),
        undefined_rejects="undefined rejects" in fields and truth(fields["undefined rejects"], "`undefined rejects`"),
    )


def _transition(state: str, read: tuple[Text, ...], instruction: Instruction) -> Transition:
    reads, writes = (tuple(text.value for text in texts) for texts in (read, instruction.writes or read))
    return Transition(
        state, reads, writes, instruction.moves, instruction.target.value if instruction.target else state
    )


def _check_targets(table: Mapping[str, Body]) -> None:
    for body in table.values():
        for _, instruction in body.rules:
            if instruction.target is not None:
                _state(instruction.target, "the next state", table, "declare it in `table:`")


def _state(value: Located, what: str, known: Iterable[str], how: str) -> str:
    state = text_of(value, what)
    if state.value in known:
        return state.value
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is a declared state",
        found=f"{shown(state.value)}, which is not declared",
        where=str(state.place),
        remedy=f"Correct the name, or {how}{did_you_mean(state.value, known)}",
    )


def _states(
    fields: Mapping[str, Located], key: str, known: tuple[str, ...], default: tuple[str, ...]
) -> tuple[str, ...]:
    """The states of one of the lists of states, each among `known` and listed once."""
    if key not in fields:
        return default
    value = fields[key]
    items = (value,) if isinstance(value, Text) else items_of(value, f"`{key}`")
    what, how = f"each of `{key}`", "remove it from the list; a halting state is one without instructions"
    return tuple(dict.fromkeys(_state(item, what, known, how) for item in items))


def _check_disjoint(fields: Mapping[str, Located], accepting: tuple[str, ...], rejecting: tuple[str, ...]) -> None:
    both = [state for state in accepting if state in rejecting]
    if both:
        raise MachineError(
            "A state accepts or rejects, not both",
            found=f"{shown(both[0])} in both lists",
            where=str(fields["reject states"].place),
            remedy="Keep it in `accept states` or in `reject states`.",
        )


def _inputs(fields: Mapping[str, Located]) -> tuple[tuple[Text, ...], ...]:
    """The input of the first tape, and of as many others as the file gives."""
    first = symbols_of(fields["input"], "the input") if "input" in fields else ()
    return (first, *(words_of(fields["further inputs"], "`further inputs`") if "further inputs" in fields else ()))


def _symbols(fields: Mapping[str, Located], blank: Text, table: Mapping[str, Body]) -> tuple[str, ...]:
    """The alphabet: as declared by `symbols`, else the blank and every symbol of the table and of the input."""
    rules = [rule for body in table.values() for rule in body.rules]
    used = [blank, *(text for read, rule in rules for text in (*read, *(rule.writes or ())))]
    used += [text for word in _inputs(fields) for text in word]
    if "symbols" not in fields:
        long = [symbol for symbol in used if len(symbol.value) != 1]
        _check_symbols(long, "one character, unless `symbols:` declares it", ())
        return tuple(dict.fromkeys(symbol.value for symbol in used))
    declared = dict.fromkeys(symbol.value for symbol in symbols_of(fields["symbols"], "the alphabet"))
    _check_symbols(used, "one that `symbols:` declares", declared)
    return tuple(declared)


def _check_symbols(symbols: Iterable[Text], rule: str, known: Collection[str]) -> None:
    for symbol in symbols:
        if symbol.value not in known:
            raise MachineError(
                f"Each symbol is {rule}",
                found=shown(symbol.value),
                where=str(symbol.place),
                remedy=f"Correct the symbol, or add it to `symbols: [...]`{did_you_mean(symbol.value, known)}",
            )
