"""Rules that match several symbols at once, expanded to one transition for a state and what the tape heads read.

Two rules of one priority that match the same symbols and do not do the same make a machine nondeterministic; such machines
are refused. A rule of a lower priority counts only where none of a higher one matches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import final

from tmformer.errors import MachineError
from tmformer.machine.formats.located import Place, shown
from tmformer.machine.spec import Move, Transition

MAX_TRANSITIONS = 100_000
"""The most transitions that the rules of one file may stand for."""


@final
@dataclass(frozen=True)
class Match:
    """The symbols that one tape head may read: those listed, or, `excluded`, all but those listed.

    >>> Match(("a",), excluded=True).expand(("a", "b", "c"))
    ('b', 'c')
    """

    listed: tuple[str, ...] = ()
    excluded: bool = False

    def num_symbols(self, alphabet: Sequence[str]) -> int:
        """How many symbols of an alphabet match; all that are listed are in it."""
        return len(alphabet) - len(self.listed) if self.excluded else len(self.listed)

    def expand(self, alphabet: Sequence[str]) -> tuple[str, ...]:
        """The symbols of an alphabet that match."""
        return tuple(symbol for symbol in alphabet if symbol not in self.listed) if self.excluded else self.listed


ANY = Match((), excluded=True)
"""Every symbol."""


@final
@dataclass(frozen=True)
class Pattern:
    """A rule as a file writes it.

    Args:
        state: the state that it leaves.
        reads: what it matches, one entry a tape.
        writes: the symbol written, one entry a tape; None: the symbol read.
        moves: one a tape.
        next_state: the state that it leads to.
        place: where it stands.
        priority: of the rules that match, those with the least number count.
    """

    state: str
    reads: tuple[Match, ...]
    writes: tuple[str | None, ...]
    moves: tuple[Move, ...]
    next_state: str
    place: Place
    priority: int = 0


def expand(patterns: Iterable[Pattern], alphabet: Sequence[str], remedy: str) -> tuple[Transition, ...]:
    """The transitions that rules stand for, those of the first priority first.

    Args:
        patterns: the rules.
        alphabet: the tape symbols.
        remedy: what to do about two rules that match the same and do not do the same.

    Raises:
        MachineError: if two rules of one priority disagree.
    """
    ordered = sorted(patterns, key=lambda pattern: pattern.priority)
    _check_size(ordered, alphabet)
    found: dict[tuple[str, tuple[str, ...]], tuple[Transition, Pattern]] = {}
    for pattern in ordered:
        for symbols in product(*(match.expand(alphabet) for match in pattern.reads)):
            rule = _transition(pattern, symbols)
            first, other = found.setdefault((pattern.state, symbols), (rule, pattern))
            if other.priority == pattern.priority and first != rule:
                raise MachineError(
                    "A machine is deterministic: one thing to do for a state and what is read; this one is nondeterministic",
                    found=f"state {shown(pattern.state)} reading {', '.join(map(shown, symbols))} does one thing here and "
                    f"another at {other.place.line}:{other.place.column}",
                    where=str(pattern.place),
                    remedy=remedy,
                )
    return tuple(rule for rule, _ in found.values())


def _transition(pattern: Pattern, symbols: tuple[str, ...]) -> Transition:
    writes = tuple(symbol if write is None else write for symbol, write in zip(symbols, pattern.writes, strict=True))
    return Transition(pattern.state, symbols, writes, pattern.moves, pattern.next_state)


def _check_size(patterns: Sequence[Pattern], alphabet: Sequence[str]) -> None:
    """Count before expanding: a short file could stand for a very large table."""
    total = 0
    for pattern in patterns:
        total += prod(match.num_symbols(alphabet) for match in pattern.reads)
        if total > MAX_TRANSITIONS:
            raise MachineError(
                f"The rules of a file stand for at most {MAX_TRANSITIONS:,} transitions",
                found=f"{total:,} up to this rule, over {len(alphabet):,} symbols",
                where=str(pattern.place),
                remedy="Match fewer symbols on fewer tapes; write out only the symbols that can come.",
            )
