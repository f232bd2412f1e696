"""2-tag systems: rewriting that deletes two letters and appends a word; what small universal Turing machines simulate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

from tmformer.errors import MachineError, did_you_mean

DELETED = 2
"""Letters that a tag step deletes: the deletion number."""


@final
@dataclass(frozen=True)
class TagSystem:
    """A 2-tag system: one rule a letter; a letter without a rule halts.

    A tag step takes the first letter of the word, deletes the first two letters, and appends the word that the rule of the
    first one says. A run ends at a word that begins with a halting letter, and at a word of fewer than two letters.

    Args:
        rules: pairs of a letter and the word that it appends. A letter that only occurs in these words is a halting letter.

    Raises:
        MachineError: if there is no rule, a letter has two rules, or a letter is not a text of at least one character.

    >>> system = tag_system({"a": "bac", "b": "a"})
    >>> system.letters, system.halting
    (('a', 'b', 'c'), ('c',))
    >>> ["".join(word) for word in system.run("baa", max_steps=10)]
    ['baa', 'aa', 'bac', 'ca']

    Source: E. Post, Formal reductions of the general combinatorial decision problem, 1943.
    """

    rules: tuple[tuple[str, tuple[str, ...]], ...]

    def __post_init__(self) -> None:
        """Check every rule of the class docstring."""
        _check_rules(self.rules)

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """All letters: those with a rule in the order of the rules, then the others in the order in which they occur."""
        return tuple(dict.fromkeys([*self._appended, *(letter for _, word in self.rules for letter in word)]))

    @cached_property
    def halting(self) -> tuple[str, ...]:
        """The letters without a rule."""
        return tuple(letter for letter in self.letters if letter not in self._appended)

    @cached_property
    def _appended(self) -> dict[str, tuple[str, ...]]:
        return dict(self.rules)

    def is_halted(self, word: Sequence[str]) -> bool:
        """Whether `word` begins with a halting letter."""
        return len(word) > 0 and word[0] in self.halting

    def run(self, word: Sequence[str], *, max_steps: int) -> tuple[tuple[str, ...], ...]:
        """The words of a run, the one it begins with first.

        Args:
            word: the letters; a text where all letters are single characters.
            max_steps: the most tag steps taken.

        Returns:
            One word after every tag step; the last one is where the run ended, or where `max_steps` were taken.

        Raises:
            MachineError: if a letter is none of this system, or `max_steps` is negative.
        """
        if max_steps < 0:
            raise MachineError(
                "The number of tag steps is zero or more",
                found=str(max_steps),
                where="max_steps",
                remedy="Ask for zero or more tag steps.",
            )
        words = [self.check_word(word)]
        while len(words) <= max_steps and len(words[-1]) >= DELETED and not self.is_halted(words[-1]):
            words.append(words[-1][DELETED:] + self._appended[words[-1][0]])
        return tuple(words)

    def check_word(self, word: Sequence[str]) -> tuple[str, ...]:
        """The word as a tuple, every letter one of this system.

        Raises:
            MachineError: naming the first letter that is not.
        """
        for index, letter in enumerate(word):
            if letter not in self.letters:
                raise MachineError(
                    "Each letter of a word has a rule, or occurs in one",
                    found=repr(letter),
                    where=f"the word, letter {index + 1}",
                    remedy=f"Use {', '.join(map(repr, self.letters))}{did_you_mean(str(letter), self.letters)}",
                )
        return tuple(word)


def tag_system(rules: Mapping[str, Sequence[str]]) -> TagSystem:
    """The tag system with these rules; where letters are single characters, a word may be a text.

    Args:
        rules: the word that each letter appends; a letter that is no key here halts.

    >>> tag_system({"a": "bb"})
    TagSystem(rules=(('a', ('b', 'b')),))
    """
    return TagSystem(tuple((letter, tuple(word)) for letter, word in rules.items()))


def _check_rules(rules: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    if not rules:
        raise MachineError(
            "A tag system has at least one rule",
            found="none",
            where="the tag system",
            remedy="Say for a letter which word it appends.",
        )
    left = [letter for letter, _ in rules]
    for letter in [*left, *(letter for _, word in rules for letter in word)]:
        if not isinstance(letter, str) or not letter:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise MachineError(
                "Each letter of a tag system is a text of at least one character",
                found=repr(letter),
                where="the tag system",
                remedy="Give the letter a name.",
            )
    twice = [letter for letter in left if left.count(letter) > 1]
    if twice:
        raise MachineError(
            "A tag system is deterministic: one rule a letter",
            found=f"{left.count(twice[0])} rules for {twice[0]!r}",
            where="the tag system",
            remedy="Keep one of them.",
        )
