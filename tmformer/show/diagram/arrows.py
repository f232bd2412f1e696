"""The arrows of a diagram: one for each ordered pair of states, with all transitions between the two in its label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from tmformer.machine import Machine, Transition
from tmformer.show.diagram.names import SYMBOL_COLUMNS, columns, quoted, shown_names, visible

_LINE_COLUMNS = 16  # of a line that lists symbols, before it is broken after a comma
_QUOTED_IN_TUPLES = ",→'()"


@final
@dataclass(frozen=True)
class Arrow:
    """All transitions from one state to another, or to itself.

    Args:
        source: the state that they leave.
        target: the state that they lead to.
        lines: the label, ``0→1,R`` for a transition that writes, ``0,1→R`` for two that leave the symbol as it is.
        title: the same with every name in full, in one line.
    """

    source: str
    target: str
    lines: tuple[str, ...]
    title: str

    @property
    def is_loop(self) -> bool:
        """Whether it leads back to the state that it leaves."""
        return self.source == self.target


def arrows_of(machine: Machine) -> tuple[Arrow, ...]:
    """The arrows of a machine, in the order in which its transitions first need them.

    >>> from tmformer.machine import parse
    >>> [(arrow.source, arrow.target, arrow.lines) for arrow in arrows_of(parse("1RB1LB_1LA1RZ"))]
    [('A', 'B', ('0→1,R', '1→L')), ('B', 'A', ('0→1,L',)), ('B', 'Z', ('1→R',))]
    """
    pairs: dict[tuple[str, str], list[Transition]] = {}
    for rule in machine.transitions:
        pairs.setdefault((rule.state, rule.next_state), []).append(rule)
    names = shown_names(machine.symbols, SYMBOL_COLUMNS)
    return tuple(Arrow(*pair, tuple(_lines(rules, names.__getitem__)), _title(rules)) for pair, rules in pairs.items())


def _lines(rules: Sequence[Transition], name: Callable[[str], str]) -> list[str]:
    return [line for reads, does in _merged(rules, name) for line in _broken(reads, does)]


def _title(rules: Sequence[Transition]) -> str:
    return "; ".join(",".join(reads) + does for reads, does in _merged(rules, visible))


def _merged(rules: Sequence[Transition], name: Callable[[str], str]) -> list[tuple[list[str], str]]:
    """For each thing to do the readings on which it is done."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        writes = "" if rule.writes == rule.reads else _tuple(rule.writes, name) + ","
        moves = _tuple([move.letter for move in rule.moves], str)
        found.setdefault(f"→{writes}{moves}", []).append(_tuple(rule.reads, name))
    return [(reads, does) for does, reads in found.items()]


def _tuple(parts: Sequence[str], name: Callable[[str], str]) -> str:
    """One part as it is; those of several tapes in brackets."""
    if len(parts) == 1:
        return quoted(name(parts[0]))
    inner = ",".join(quoted(name(part), _QUOTED_IN_TUPLES) for part in parts)
    return f"({inner})"


def _broken(reads: Sequence[str], does: str) -> list[str]:
    """``0,1→R``; where that is long, broken after commas into lines of about one length."""
    parts = [f"{read}," for read in reads[:-1]] + [reads[-1] + does]
    least = len(_filled(parts, _LINE_COLUMNS))
    return next(lines for limit in range(1, _LINE_COLUMNS + 1) if len(lines := _filled(parts, limit)) == least)


def _filled(parts: Sequence[str], limit: int) -> list[str]:
    """Lines of at most so many columns, or of a single part."""
    lines = [""]
    for part in parts:
        if lines[-1] and columns(lines[-1] + part) > limit:
            lines.append("")
        lines[-1] += part
    return lines
