"""The YAML of D. Doty's automata simulator: Turing machines with one-way tapes.

    states: [q0, q1, qA, qR]
    input_alphabet: [a, b]
    tape_alphabet_extra: [x]        # the blank _ is always among the tape symbols
    start_state: q0
    accept_state: qA
    reject_state: qR
    delta:
      q0:
        a_: [q1, xa, RS]            # reads, [next state, writes, moves]: one character a tape
        ?_: [q0, ?_, RS]            # ? reads any symbol, and writes the one read

The accepting and the rejecting state halt. A run that finds no rule ends there, rejected (the simulator shows one step more, to
the rejecting state); a left move at cell 0 stays there. A rule without ``?`` counts before all that have it; two with ``?``
that match the same symbols, where no rule without it does, are refused unless they do the same. `num_tapes` may say how many
tapes there are; else the rules do.
"""

import re
from collections.abc import Mapping

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats.located import Entries, Items, Located, Text, fields_of, items_of, shown, text_of
from tmformer.machine.formats.patterns import ANY, Match, Pattern, expand
from tmformer.machine.formats.scanning import check_text, scan, top_comment
from tmformer.machine.spec import Machine, Move, check_start

BLANK = "_"
"""The blank."""
WILDCARD = "?"
"""Reads any symbol; writes the symbol read."""
KEYS = ("states", "input_alphabet", "tape_alphabet_extra", "start_state", "accept_state", "reject_state", "delta")
"""Every key that a file must have."""

_MOVES = {"L": Move.LEFT, "S": Move.STAY, "R": Move.RIGHT}
_KEY = re.compile(r"(?:^|[{,]\s*)[\"']?(?:accept_state|reject_state|tape_alphabet_extra)[\"']?\s*:", re.MULTILINE)
_OTHER = re.compile(r"(?:^|[{,]\s*)[\"']?start state[\"']?\s*:", re.MULTILINE)


def is_likely(text: str) -> bool:
    r"""Whether a text looks like this format, well formed or not.

    >>> is_likely("states: [q]\naccept_state: q\n"), is_likely("start state: accept_state")
    (True, False)
    """
    begin = text[:100_000]
    return bool(_KEY.search(begin)) and not _OTHER.search(begin)


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    """Read a machine file.

    Args:
        text: the YAML.
        source: what the places in errors begin with.
        start: the name of the start state, if it is not the file's own.

    Raises:
        MachineError: with line and column, if the text is not a machine file as the module docstring describes it.

    >>> text = "{states: [q, y, n], input_alphabet: [a], tape_alphabet_extra: [], start_state: q, accept_state: y,"
    >>> parse(text + " reject_state: n, delta: {q: {a: [y, _, R]}}}").machine.symbols
    ('a', '_')
    """
    check_text(text, source)
    # YAML takes a ? that begins an item of a list for the sign of a key; the simulator does not. It is read as a character
    # that the text does not hold, and so keeps its place.
    known = set(text)
    substitute = next((chr(code) for code in range(0xE000, 0xF900) if chr(code) not in known), WILDCARD)
    value = _restored(scan(text.replace(WILDCARD, substitute), source), substitute)
    fields = {key: entry for key, (_, entry) in fields_of(value, "a machine file", (*KEYS, "num_tapes")).items()}
    for key in KEYS:
        if key not in fields:
            raise MachineError(
                f"A machine file has the keys {', '.join(f'`{known}`' for known in KEYS)}",
                found=f"no `{key}`",
                where=str(value.place),
                remedy=f"Add `{key}:` at the left margin.",
            )
    return Document(_machine(fields, start), top_comment(text))


def _restored(value: Located, substitute: str) -> Located:
    """A value with the substitute turned into ? again."""
    if isinstance(value, Text):
        return Text(value.value.replace(substitute, WILDCARD), value.place, value.is_missing, value.style)
    if isinstance(value, Items):
        return Items(tuple(_restored(item, substitute) for item in value.values), value.place)
    pairs = ((_restored(key, substitute), _restored(entry, substitute)) for key, entry in value.pairs)
    return Entries(tuple(pairs), value.place)


def _machine(fields: Mapping[str, Located], start: str | None) -> Machine:
    states = _texts(fields["states"], "states", "state")
    symbols = _alphabet(fields)
    accepting, rejecting = (_state(fields[key], f"`{key}`", states) for key in ("accept_state", "reject_state"))
    if accepting == rejecting:
        raise MachineError(
            "A state accepts or rejects, not both",
            found=f"{shown(accepting)} as `accept_state` and as `reject_state`",
            where=str(fields["reject_state"].place),
            remedy="Name two states; list another one in `states:` if there is none.",
        )
    own = _state(fields["start_state"], "`start_state`", states)
    if start is not None:
        check_start(start, states)
    patterns = _patterns(fields, states, symbols, (accepting, rejecting))
    return Machine(
        states=tuple(states),
        symbols=tuple(symbols),
        blank=BLANK,
        start=own if start is None else start,
        transitions=expand(
            patterns, tuple(symbols), "Remove one of the two, or add a rule without ? for what both match."
        ),
        halting=(accepting, rejecting),
        accepting=(accepting,),
        rejecting=(rejecting,),
        tapes=len(patterns[0].reads),
        one_way=True,
        undefined_rejects=True,
    )


def _texts(value: Located, key: str, what: str) -> dict[str, Text]:
    """The texts of a list, each once."""
    texts: dict[str, Text] = {}
    for item in items_of(value, f"`{key}`"):
        text = text_of(item, f"a {what}")
        if text.value in texts:
            raise MachineError(
                f"Each {what} is listed once",
                found=f"{shown(text.value)} a second time (first at line {texts[text.value].place.line})",
                where=str(text.place),
                remedy="Remove one of the two.",
            )
        texts[text.value] = text
    return texts


def _alphabet(fields: Mapping[str, Located]) -> dict[str, Text]:
    """The tape symbols: those of the input, then the others, the blank last unless it is listed."""
    inputs = _texts(fields["input_alphabet"], "input_alphabet", "symbol")
    extra = _texts(fields["tape_alphabet_extra"], "tape_alphabet_extra", "symbol")
    for symbol, text in [*inputs.items(), *extra.items()]:
        refusal = _symbol_refusal(symbol, text, inputs)
        if refusal:
            raise MachineError(
                "A symbol is one character and no ?; `input_alphabet` does not hold the blank _, nor `tape_alphabet_extra` "
                "an input symbol",
                found=refusal,
                where=str(text.place),
                remedy="Remove it, or rename it to one character of the first 65,536 of Unicode.",
            )
    if inputs:
        return {**inputs, **extra, **({} if BLANK in extra else {BLANK: Text(BLANK, fields["input_alphabet"].place)})}
    raise MachineError(
        "A machine has at least one input symbol",
        found="an empty list",
        where=str(fields["input_alphabet"].place),
        remedy="List a symbol, such as [0, 1].",
    )


def _symbol_refusal(symbol: str, text: Text, inputs: Mapping[str, Text]) -> str:
    # A character beyond U+FFFF is two characters to the simulator, which then refuses the file.
    if len(symbol) != 1 or symbol > "\uffff" or symbol == WILDCARD:
        return shown(symbol)
    if symbol in inputs and inputs[symbol] is not text:
        return f"{shown(symbol)}, an input symbol too (line {inputs[symbol].place.line})"
    return "the blank among the input symbols" if symbol == BLANK and symbol in inputs else ""


def _state(value: Located, what: str, states: Mapping[str, Text]) -> str:
    state = text_of(value, what)
    if state.value in states:
        return state.value
    raise MachineError(
        f"{what[0].upper()}{what[1:]} is one of `states`",
        found=shown(state.value),
        where=str(state.place),
        remedy=f"Correct the name, or list it in `states:`{did_you_mean(state.value, states)}",
    )


def _patterns(
    fields: Mapping[str, Located], states: Mapping[str, Text], symbols: Mapping[str, Text], halting: tuple[str, str]
) -> list[Pattern]:
    rules = [
        (_leaving(state, states, halting), reads, action)
        for state, body in fields_of(fields["delta"], "`delta`").values()
        for reads, action in fields_of(body, f"the rules of state {shown(state.value)}").values()
    ]
    if not rules:
        raise MachineError(
            "A machine has at least one rule",
            found="none in `delta`",
            where=str(fields["delta"].place),
            remedy="Write a rule as `state: {reads: [next state, writes, moves]}`.",
        )
    num_tapes = len(rules[0][1].value)
    if "num_tapes" in fields:
        _check_num_tapes(fields["num_tapes"], num_tapes)
    return [_pattern(state, reads, action, states, symbols, num_tapes) for state, reads, action in rules]


def _leaving(state: Text, states: Mapping[str, Text], halting: tuple[str, str]) -> str:
    if _state(state, "the state of a rule", states) not in halting:
        return state.value
    raise MachineError(
        "The accepting and the rejecting state have no rules",
        found=f"rules of {shown(state.value)}",
        where=str(state.place),
        remedy="Remove the rules, or name another state as `accept_state` or `reject_state`.",
    )


def _check_num_tapes(value: Located, num_tapes: int) -> None:
    said = text_of(value, "`num_tapes`")
    if said.value != str(num_tapes):
        raise MachineError(
            "`num_tapes` is the number of characters that a rule reads",
            found=f"{shown(said.value)}, where the first rule reads {num_tapes}",
            where=str(said.place),
            remedy="Correct the number or the rules; the number may be left out.",
        )


def _pattern(
    state: str, reads: Text, action: Located, states: Mapping[str, Text], symbols: Mapping[str, Text], num_tapes: int
) -> Pattern:
    parts = items_of(action, f"the rule for {shown(reads.value)}")
    if len(parts) != 3:
        raise MachineError(
            "A rule is [next state, writes, moves]",
            found=f"{len(parts)} items",
            where=str(action.place),
            remedy="Write three items; quote a comma or a bracket that is a symbol.",
        )
    next_state = _state(parts[0], "the next state", states)
    writes = text_of(parts[1], "what is written")
    moves = text_of(parts[2], "the moves")
    for text, known in ((reads, (*symbols, WILDCARD)), (writes, (*symbols, WILDCARD)), (moves, tuple(_MOVES))):
        _check_characters(text, known, num_tapes)
    _check_wildcards(reads, writes)
    return Pattern(
        state=state,
        reads=tuple(ANY if symbol == WILDCARD else Match((symbol,)) for symbol in reads.value),
        writes=tuple(None if symbol == WILDCARD else symbol for symbol in writes.value),
        moves=tuple(_MOVES[letter] for letter in moves.value),
        next_state=next_state,
        place=reads.place,
        priority=int(WILDCARD in reads.value),
    )


def _check_characters(text: Text, known: tuple[str, ...], num_tapes: int) -> None:
    unknown = [character for character in text.value if character not in known]
    if unknown or len(text.value) != num_tapes:
        raise MachineError(
            "A rule has one symbol to read, one to write and one move L, R or S for each tape",
            found=f"{shown(text.value)} with {shown(unknown[0])}"
            if unknown
            else f"{shown(text.value)} for {num_tapes} tape{'s' * (num_tapes != 1)}",
            where=str(text.place),
            remedy=f"Use {', '.join(known[:20])}, one for each tape; the first rule says how many tapes there are.",
        )


def _check_wildcards(reads: Text, writes: Text) -> None:
    for read, write in zip(reads.value, writes.value, strict=True):
        if write == WILDCARD and read != WILDCARD:
            raise MachineError(
                "A ? is written only where a ? is read",
                found=f"{shown(writes.value)} written for {shown(reads.value)}",
                where=str(writes.place),
                remedy=f"Write {read} instead, which is what is read there.",
            )
