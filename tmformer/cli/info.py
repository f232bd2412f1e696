"""`tmformer info`: what can be seen of a machine without running it, and what each format makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import final

from tmformer.cli.arguments import AS_IT_IS, Flag, Machine, Number, ReadAs
from tmformer.cli.convert import left_out_of
from tmformer.cli.printing import pairs, show, write_json
from tmformer.cli.sources import check_cell, read_machine
from tmformer.cli.tape import around_head
from tmformer.errors import MachineError
from tmformer.machine import (
    FORMATS,
    Analysis,
    Document,
    Transition,
    analyse,
    format_document,
    gaps,
    starting_configuration,
)

_MOST = 24  # names in a line
_ROOM = 56  # columns of a tape

EXAMPLES = """Examples:

  tmformer info prime
  tmformer info mine.txt --from morphett --start q0
  tmformer info bb4 --json

Unreachable: no path of transitions leads there from the start state. A rule of
such a state is dead. A pair without a rule is a reachable state that does not
halt, and what it may read there: a run that comes to it ends as undefined."""


def info_command(machine: Machine, /, *, read_as: ReadAs = AS_IT_IS, head: Number = 0, json: Flag = False) -> int:
    """Describe a machine: its states and symbols, what no run reaches, and what each format cannot express.

    Args:
        machine: What stands for a machine: MACHINE.
        read_as: How MACHINE is read.
        head: The tape head's cell at the start.
        json: Print the description as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_cell("--head", head)
    document = read_machine(machine, "info", "saved weights have sizes, which `tmformer inspect` shows", read_as)
    start = starting_configuration(document.machine, document.input, document.further, head=head)
    tapes = [around_head(tape, _ROOM) for tape in start.tapes]
    analysis, answers = analyse(document.machine), [_answer(document, machine, name) for name in FORMATS]
    if json:
        write_json(_as_data(document, analysis, answers, head))
        return 0
    show(pairs(_described(document, analysis, " | ".join(tapes))), "", "Formats", pairs(_row(each) for each in answers))
    return 0


@final
@dataclass(frozen=True)
class _Answer:
    """What a format makes of a machine: what it has no room for, or what it cannot express."""

    format: str
    refusal: str | None
    left_out: tuple[str, ...]


def _answer(document: Document, file: str, name: str) -> _Answer:
    try:
        return _Answer(name, None, tuple(left_out_of(document, format_document(document, name), file)))
    except MachineError as error:
        return _Answer(name, error.found, ())


def _row(answer: _Answer) -> tuple[str, str]:
    if answer.refusal is not None:
        text = f"cannot express {answer.refusal}"
    else:
        text = f"expresses it; has no room for {', '.join(answer.left_out)}" if answer.left_out else "expresses it"
    return f"  {answer.format}", text


def _described(document: Document, analysis: Analysis, start: str) -> list[tuple[str, str]]:
    machine = document.machine
    return [
        ("machine", machine.name),
        ("states", f"{len(machine.states):,}: {_names(machine.states)}"),
        ("start state", machine.start),
        ("halting", _names(machine.halting)),
        ("accepting", _names(machine.accepting)),
        ("rejecting", _names(machine.rejecting)),
        ("symbols", f"{len(machine.symbols):,}: {_names(map(repr, machine.symbols))}"),
        ("blank", repr(machine.blank)),
        ("tapes", f"{machine.tapes}, {'from cell 0 on' if machine.one_way else 'without an end on both sides'}"),
        ("transitions", f"{len(machine.transitions):,}"),
        ("input", start),
        ("unreachable", _names(analysis.unreachable)),
        ("dead rules", _names(map(_rule, analysis.dead))),
        ("no rule", _gaps(document, analysis.num_gaps)),
        ("never written", _names(map(repr, analysis.never_written))),
        ("never read", _names(map(repr, analysis.never_read))),
        ("expectations", f"{len(document.cases):,}"),
    ]


def _gaps(document: Document, count: int) -> str:
    if not count:
        return "none"
    meaning = "which rejects" if document.machine.undefined_rejects else "where a run ends as undefined"
    shown = [f"{state} reading {', '.join(map(repr, symbols))}" for state, symbols in islice(gaps(document.machine), 6)]
    rest = f", and {count - len(shown):,} more" if count > len(shown) else ""
    return f"{count:,}, {meaning}: {'; '.join(shown)}{rest}"


def _rule(rule: Transition) -> str:
    reads, writes, moves = (" ".join(part) for part in (rule.reads, rule.writes, (move.letter for move in rule.moves)))
    return f"{rule.state} {reads} -> {writes} {moves} {rule.next_state}"


def _names(names: Iterable[str]) -> str:
    """At most so many names that a reader takes them in, and how many more there are."""
    known = list(names)
    rest = f", and {len(known) - _MOST:,} more" if len(known) > _MOST else ""
    return ", ".join(known[:_MOST]) + rest if known else "none"


def _as_data(document: Document, analysis: Analysis, answers: list[_Answer], head: int) -> dict[str, object]:
    machine = document.machine
    return {
        "machine": machine.name,
        "comment": document.comment,
        "states": machine.states,
        "start": machine.start,
        "halting": machine.halting,
        "accepting": machine.accepting,
        "rejecting": machine.rejecting,
        "symbols": machine.symbols,
        "blank": machine.blank,
        "tapes": machine.tapes,
        "one_way": machine.one_way,
        "undefined_rejects": machine.undefined_rejects,
        "transitions": len(machine.transitions),
        "input": document.words,
        "head": head,
        "unreachable": analysis.unreachable,
        "dead_rules": [{"state": rule.state, "reads": rule.reads} for rule in analysis.dead],
        "pairs_without_rule": analysis.num_gaps,
        "never_written": analysis.never_written,
        "never_read": analysis.never_read,
        "expectations": len(document.cases),
        "formats": {
            each.format: {"expresses": each.refusal is None, "refusal": each.refusal, "left_out": each.left_out}
            for each in answers
        },
    }
