"""The text of the Morphett simulator: a line a rule, ``state symbol new-symbol direction new-state``.

    ; binary decrement of a number greater than zero
    0 * * r 0        ; anything, unchanged: go right
    0 _ _ l 1        ; the blank is _
    1 0 1 l 1
    1 1 0 l halt     ; a state whose name begins with `halt`, in capitals or not, halts

What follows a ``;`` is a comment, and a ``!`` at the end of a rule, a breakpoint, is read over. A direction is ``l``, ``r`` or ``*``
(stay). On the left, ``*`` is any symbol or any state that does not halt; what is said in full comes first, then ``q *``, then ``* s``, then
``* *``. On the right, ``*`` leaves the symbol or the state as it is. Without a rule the run ends as undefined. The run begins in state 0,
unless `start` says another or, ours, a comment line ``; $START: q1`` does.

The alphabet is the blank and the symbols of the rules, and ``*`` stands for these. The simulator takes the last of two rules with the same
left side and warns; here they are refused, as its nondeterministic variant is. A rule that leaves a halting state is never used: it only
declares its symbols and its new state. The one-way variant is chosen outside the text.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.document import Document
from tmformer.machine.formats.located import Place, Text, shown
from tmformer.machine.formats.scanning import check_text
from tmformer.machine.spec import Machine, Move, Transition

MAX_TRANSITIONS = 100_000
"""The most transitions that the wildcards of a file may stand for."""

BLANK = "_"
ANY = "*"
DEFAULT_START = "0"

# What JavaScript takes for a blank, so what separates words in the simulator.
_WORD = re.compile("[^ \t\n\v\f\r\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_START = re.compile(r"\s*;\s*\$START:(?P<names>.*)")
_MOVES = {"l": Move.LEFT, "r": Move.RIGHT, ANY: Move.STAY}
_SHAPE = "state symbol new-symbol direction new-state"

_Table = dict[tuple[str, str], "_Rule"]


@final
@dataclass(frozen=True)
class _Rule:
    """A line, wildcards as they are written."""

    state: str
    symbol: str
    write: str
    move: Move
    target: str
    place: Place


def is_likely(text: str) -> bool:
    """Whether a text looks like this format, well formed or not: its first line is a comment or of about five words.

    >>> is_likely("0 * * r 0"), is_likely("; to the end"), is_likely("blank: _"), is_likely("1RB 1LB 1LA 1RZ")
    (True, True, False, False)
    """
    line = next((line for line in text[:10_000].splitlines() if line.strip()), "").strip()
    words = line.split(";")[0].split()
    if line.startswith(";") or not words:
        return line.startswith(";")
    has_direction = len(words) in {4, 5, 6} and words[3].lower() in _MOVES
    has_symbols = len(words) in {5, 6} and len(words[1]) == len(words[2]) == 1
    is_other = line[0] in "#[{<'\"" or any(word.endswith(":") for word in words[:2])
    return not is_other and (has_direction or has_symbols)


def head_of_input(text: str) -> tuple[str, int]:
    """An input as the simulator takes it: a ``*`` stands before the symbol under the tape head, and a blank is ``_``.

    Args:
        text: the input.

    Returns:
        The input without the mark, and the tape head's cell, 0 where nothing is marked.

    Raises:
        MachineError: if two cells are marked.

    >>> head_of_input("01*1 0"), head_of_input("011")
    (('011_0', 2), ('011', 0))
    """
    if text.count(ANY) > 1:
        raise MachineError(
            "One * in an input marks the cell of the tape head",
            found=f"{text.count(ANY)} of them",
            where=f"the input, character {text.index(ANY, text.index(ANY) + 1) + 1}",
            remedy="Keep the * before the symbol that the tape head is on.",
        )
    return text.replace(ANY, "").replace(" ", BLANK), max(text.find(ANY), 0)


def parse(text: str, source: str = "text", *, start: str | None = None) -> Document:
    r"""Read the rules of a machine.

    Args:
        text: the rules.
        source: what the places in errors begin with.
        start: the start state; None for the one that the text says, or else 0.

    Raises:
        MachineError: with line and column, if the text is not as the module docstring describes it.

    >>> document = parse("; to the right\n0 * * r *\n0 _ _ * halt")
    >>> document.comment, document.machine.symbols, document.machine.states
    ('to the right', ('_',), ('0', 'halt'))
    """
    check_text(text, source)
    lines = text.split("\n")
    words = ((number, _words(line)) for number, line in enumerate(lines, 1))
    rules = [_rule(found, source, number) for number, found in words if found]
    if not rules:
        raise MachineError(
            "A machine file describes a machine",
            found="no rule",
            where=f"{source}:1:1",
            remedy=f"Write a line `{_SHAPE}`, such as `0 1 * r 0`.",
        )
    told = Text(start, rules[0].place) if start is not None else _declared_start(lines, rules[0].place)
    return Document(_machine(rules, told), _comment(lines))


def _words(line: str) -> list[re.Match[str]]:
    """The words before the comment; no more than tell that there are too many."""
    return list(islice(_WORD.finditer(line.partition(";")[0]), 7))


def _rule(words: list[re.Match[str]], source: str, line: int) -> _Rule:
    _check_count(words, source, line)
    state, symbol, write, direction, target = (word.group() for word in words[:5])
    for word in words[1:3]:
        if len(word.group()) != 1 or word.group() > "\uffff":
            raise MachineError(
                "Each symbol of a rule is one character",
                found=shown(word.group()),
                where=str(_place(word, source, line)),
                remedy=f"Write `{_SHAPE}`, with blanks between; * stands for any symbol, and for no change.",
            )
    if direction.lower() not in _MOVES:
        raise MachineError(
            "The direction of a rule is l, r or *",
            found=shown(direction),
            where=str(_place(words[3], source, line)),
            remedy="Write l for left, r for right or * to stay, as the fourth word of the line.",
        )
    return _Rule(state, symbol, write, _MOVES[direction.lower()], target, _place(words[0], source, line))


def _place(word: re.Match[str], source: str, line: int) -> Place:
    return Place(source, line, word.start() + 1)


def _check_count(words: list[re.Match[str]], source: str, line: int) -> None:
    if len(words) < 5:
        raise MachineError(
            "A rule has five words",
            found=f"only {len(words)}: {shown(' '.join(word.group() for word in words))}",
            where=str(Place(source, line, words[-1].end() + 1)),
            remedy=f"Write `{_SHAPE}`; a comment begins with a semicolon.",
        )
    if len(words) > 6 or (len(words) == 6 and words[5].group() != "!"):
        extra = next((word for word in words[5:] if word.group() != "!"), words[-1])
        raise MachineError(
            "A rule has five words, and perhaps a ! for a breakpoint",
            found=f"{shown(extra.group())} after the new state",
            where=str(_place(extra, source, line)),
            remedy="Remove it, or write a semicolon before a comment.",
        )


def _declared_start(lines: list[str], first: Place) -> Text:
    """What a line ``; $START: q1`` above the first rule says, or the simulator's own start state."""
    for number, line in enumerate(lines[: first.line], 1):
        match = _START.match(line)
        if match:
            names, place = match["names"].split(), Place(first.source, number, match.start("names") + 1)
            if len(names) != 1:
                raise MachineError(
                    "A comment $START: names the one start state",
                    found=f"{len(names)} names",
                    where=str(place),
                    remedy="Write `; $START: q1`, or leave the line out where the start state is 0.",
                )
            return Text(names[0], place)
    return Text(DEFAULT_START, first)


def _machine(rules: list[_Rule], told: Text) -> Machine:
    table = _table(rules)
    names = dict.fromkeys([*(state for state, _ in table), *(rule.target for rule in rules)])
    names.pop(ANY, None)
    _check_start(told, names, has_any_state=any(state == ANY for state, _ in table))
    names[told.value] = None
    symbols = dict.fromkeys([BLANK, *(symbol for rule in rules for symbol in (rule.symbol, rule.write))])
    symbols.pop(ANY, None)
    running = tuple(state for state in names if not is_halting(state))
    halting = tuple(state for state in names if is_halting(state))
    _check_number(table, running, len(symbols))
    transitions = tuple(_expanded(table, running, tuple(symbols)))
    return Machine((*running, *halting), tuple(symbols), BLANK, told.value, transitions, halting)


def _check_start(told: Text, names: Collection[str], *, has_any_state: bool) -> None:
    """A state of which no rule speaks can only be run by a rule for any state."""
    could_be = has_any_state and told.value != ANY and _WORD.fullmatch(told.value)
    if told.value not in names and not could_be:
        raise MachineError(
            "The start state is a state of the rules, 0 unless told",
            found=f"{shown(told.value)}, of which no rule speaks",
            where=str(told.place),
            remedy=f"Give --start STATE, or start= in Python{did_you_mean(told.value, names)}",
        )


def is_halting(state: str) -> bool:
    """Whether a state halts by its name."""
    return state[:4].lower() == "halt"


def _table(rules: Iterable[_Rule]) -> _Table:
    """The rules by their left side, those that no run can use left out."""
    table: _Table = {}
    for rule in rules:
        left = (rule.state, rule.symbol)
        if left in table:
            raise MachineError(
                "A machine is deterministic: one rule for a state and a symbol",
                found=f"a second rule for state {shown(left[0])} and symbol {shown(left[1])} (first at {table[left].place})",
                where=str(rule.place),
                remedy="Remove one of the two; nondeterministic machines are not compiled.",
            )
        if not is_halting(left[0]):
            table[left] = rule
    return table


def _said(table: _Table, states: Iterable[str]) -> Iterator[tuple[str, dict[str, None]]]:
    """Each state, and the symbols for which a rule speaks of it, by its name or by the wildcard."""
    named: dict[str, dict[str, None]] = {}
    for state, symbol in table:
        named.setdefault(state, {})[symbol] = None
    for state in states:
        yield state, named.get(state, {}) | named.get(ANY, {})


def _check_number(table: _Table, states: Iterable[str], num_symbols: int) -> None:
    number = sum(num_symbols if ANY in said else len(said) for _, said in _said(table, states))
    if number > max(MAX_TRANSITIONS, len(table)):
        raise MachineError(
            f"The wildcards of a file stand for at most {MAX_TRANSITIONS:,} transitions",
            found=f"rules that stand for {number:,}, with {num_symbols:,} symbols",
            where=str(next(rule for left, rule in table.items() if ANY in left).place),
            remedy="Write rules for the states and symbols that occur; the machine can be built in Python too.",
        )


def _expanded(table: _Table, states: Iterable[str], symbols: tuple[str, ...]) -> Iterator[Transition]:
    """A transition for each state and symbol that a rule speaks of, by a name or by a wildcard."""
    for state, said in _said(table, states):
        for symbol in symbols if ANY in said else said:
            yield _transition(state, symbol, _first(table, state, symbol))


def _first(table: Mapping[tuple[str, str], _Rule], state: str, symbol: str) -> _Rule:
    """The rule that comes first of those that match, of which there is one."""
    lefts = ((state, symbol), (state, ANY), (ANY, symbol), (ANY, ANY))
    return next(table[left] for left in lefts if left in table)


def _transition(state: str, symbol: str, rule: _Rule) -> Transition:
    write, target = symbol if rule.write == ANY else rule.write, state if rule.target == ANY else rule.target
    return Transition(state, symbol, write, rule.move, target)


def _comment(lines: Iterable[str]) -> str:
    """The comment lines at the top of the text, without the sign of a comment."""
    kept: list[str] = []
    for line in lines:
        if not line.lstrip().startswith(";"):
            break
        if not _START.match(line):
            kept.append(line.strip()[1:].strip())
    return "\n".join(kept)
