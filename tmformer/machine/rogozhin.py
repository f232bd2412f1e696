"""Rogozhin's small universal Turing machines: from a 2-tag system and a word to a tape, and back.

A letter is a number of strokes. The letters are a_1 .. a_n, in the order of the rules, and the halting letter a_{n+1}; m_k is
the length of the word that a_k appends, and a_k is N_k strokes:

    N_1 = 1,    N_{k+1} = N_k + p m_k + r        with p = 1, r = 2 for (24,2); 2, 0 for (4,6); 1, 1 for (2,18)

The tape is one text: the rules from the last to the first, each with its word from the last letter to the first, and then
the word of the tag system. N_k is the number of marks between the word and the rule of a_k, so the machine finds a rule by
turning one mark for each stroke of the first letter. Then it adds the rule's word to the end of the tape, turns the marks
back, and so erases the strokes that it has read and the letter after them: one tag step.

What is required of a tag system: exactly one halting letter; no rule with an empty word; for (4,6), whose rules hold only the
strokes by which their first letter is longer than their own, no rule whose word begins with an earlier letter. And a word
has two letters or more, at the start and after every tag step. At a single letter, where a tag system ends, (24,2) and (4,6)
walk off along the tape, and (2,18) halts if it is the halting letter, but else appends first and deletes then.

Source: Y. Rogozhin, Small universal Turing machines, Theoretical Computer Science 168 (1996) 215-240, sections on
UTM(24,2), UTM(4,6) and UTM(2,18); his a_i, m_i, N_i. The words as they stand on a tape between tag steps and at the end: own,
by tests/machine/test_rogozhin.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

from tmformer.errors import MachineError
from tmformer.machine.configuration import Configuration
from tmformer.machine.sources import read
from tmformer.machine.spec import Machine
from tmformer.machine.tag_systems import DELETED, TagSystem


@final
@dataclass(frozen=True)
class Code:
    """How a universal machine writes a tag system. All texts are over its symbols, one character each.

    Args:
        growth: p and r of the module docstring.
        stroke: a stroke of a letter in the word.
        joint: between two letters of the word.
        end: after its last letter.
        halt: before all rules, where the halting letter's rule would stand.
        rule_start: before the word of a rule.
        rule_stroke: a stroke of a letter in a rule.
        rule_joint: between two letters of a rule.
        rule_end: after the word of a rule.
        word_start: between the rules and the word.
        further: strokes that a letter of a rule has more than in the word, unless it is the rule's first letter.
        is_difference: whether the first letter of a rule stands as the strokes by which it is longer than the rule's letter.
    """

    growth: tuple[int, int]
    stroke: str
    joint: str
    end: str
    halt: str
    rule_start: str
    rule_stroke: str
    rule_joint: str
    rule_end: str
    word_start: str
    further: int = 0
    is_difference: bool = False


@final
@dataclass(frozen=True)
class Signs:
    """By what a configuration is known to be between two tag steps, or at the end. Patterns are regular expressions.

    Args:
        back: cells from the tape head to the right, to the cell where what is erased ends or begins.
        erased_before: pattern of what is erased before that cell, between tag steps.
        erased_after: pattern of what is erased from that cell on.
        halted_state: the state in which the machine ends, on its first cell.
        halted: what `halt` has become at the end.
        turned: parts of the rules, and what they have become at the end.
        halted_erased: pattern of the halting letter and the letter after it at the end.
        leaves_letter: whether the strokes of the halting letter stand at the end of the tape once more.
    """

    back: int
    erased_before: str
    erased_after: str
    halted_state: str
    halted: str
    turned: tuple[tuple[str, str], ...]
    halted_erased: str
    leaves_letter: bool = False


@final
@dataclass(frozen=True)
class UniversalMachine:
    """A universal Turing machine with its code for 2-tag systems.

    Args:
        name: the name of the shipped machine.
        code: how it writes a tag system and a word.
        signs: how its configurations are read.

    >>> from tmformer.machine import tag_system
    >>> system = tag_system({"a": "bac", "b": "a"})
    >>> symbols, head = UNIVERSAL_MACHINES["rogozhin_2x18"].encode(system, "baa")
    >>> "".join(symbols), head
    ('ttbb1bb11111111b11b11111bb11111c1c1c', 25)
    """

    name: str
    code: Code
    signs: Signs

    @cached_property
    def machine(self) -> Machine:
        """The Turing machine."""
        return read(self.name).machine

    def encode(self, system: TagSystem, word: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """The input on which this machine runs `system` from `word`.

        Args:
            system: the tag system.
            word: at least two letters.

        Returns:
            The symbols from cell 0 on, and the tape head's cell at the start.

        Raises:
            MachineError: if the tag system is none that this machine can run, or the word is too short or not of its letters.
        """
        strokes, letters = self._strokes(system), system.check_word(word)
        if len(letters) < DELETED:
            raise MachineError(
                "A word on a universal machine's tape has at least two letters",
                found=f"{len(letters)}",
                where=f"the word for {self.name}",
                remedy="Begin with a longer word.",
            )
        rules = self._rules(system, strokes)
        text = self.code.joint.join(self.code.stroke * strokes[letter] for letter in letters)
        return tuple(rules + text + self.code.end), len(rules) - self.signs.back

    def is_between_tag_steps(self, system: TagSystem, now: Configuration) -> bool:
        """Whether a whole word of the tag system is on the tape, and the machine about to begin a tag step."""
        return self._word(self._rules(system, self._strokes(system)), now) is not None

    def decode_word(self, system: TagSystem, now: Configuration) -> tuple[str, ...]:
        """The word on the tape between two tag steps.

        Args:
            system: the tag system that the tape was made from.
            now: a configuration before the first tag step, between two, or after the last one, before the machine meets
                the halting letter.

        Returns:
            The letters of the word.

        Raises:
            MachineError: if the configuration is inside a tag step, at the end, or of another tag system.
        """
        strokes = self._strokes(system)
        word = self._word(self._rules(system, strokes), now)
        if word is None:
            raise MachineError(
                "A word is read between two tag steps",
                found=f"{str(now)[:80]!r}",
                where=f"the tape of {self.name}",
                remedy="Take a configuration of which is_between_tag_steps is true, with the tag system that was encoded.",
            )
        return self._letters(strokes, word)

    def decode_result(self, system: TagSystem, now: Configuration) -> tuple[str, ...]:
        """What the tag system's last word holds after its first two letters, from where the universal machine has ended.

        The first letter is the halting letter. The second is in the same cells as erased ones, and (24,2) and (4,6) leave no
        trace of it; `decode_word` reads the whole word, before the machine meets the halting letter.

        Args:
            system: the tag system that the tape was made from.
            now: the configuration at the end: the tape head at cell 0, where there is no transition.

        Returns:
            The letters of the last word without the first two.

        Raises:
            MachineError: if the machine has not ended there, or the tape is of another tag system.
        """
        strokes = self._strokes(system)
        left, tape = self._turned_rules(system, strokes), "".join(now.tape)
        last = self.code.joint + self.code.stroke * strokes[system.halting[0]] if self.signs.leaves_letter else ""
        kept = re.fullmatch(f"{re.escape(left)}{self.signs.halted_erased}({self._remaining})" + last, tape)
        if (now.state, now.head, now.first) != (self.signs.halted_state, 0, 0) or kept is None:
            raise MachineError(
                "A result is read where the universal machine has met the halting letter",
                found=f"{str(now)[:80]!r}",
                where=f"the tape of {self.name}",
                remedy=f"Run until there is no transition, in state {self.signs.halted_state!r} at cell 0, and decode with "
                "the tag system that was encoded.",
            )
        return self._letters(strokes, kept.group(1))

    @property
    def _remaining(self) -> str:
        """The pattern of the letters after the first two, each with the joint before it, or the end after it."""
        return f"(?:{self.code.joint if not self.code.end else ''}(?:{self.code.stroke})+{self.code.end})*"

    def _word(self, rules: str, now: Configuration) -> str | None:
        tape, cut = "".join(now.tape), now.head + self.signs.back
        if now.state != self.machine.start or now.first != 0 or not tape.startswith(rules) or cut < len(rules):
            return None
        block, end = f"(?:{self.code.stroke})+", self.code.end
        before = re.fullmatch(self.signs.erased_before, tape[len(rules) : cut])
        after = re.fullmatch(f"{self.signs.erased_after}({block}(?:{self.code.joint}{block})*){end}", tape[cut:])
        return None if before is None or after is None else after.group(1)

    def _letters(self, strokes: Mapping[str, int], text: str) -> tuple[str, ...]:
        letter_of = {number: letter for letter, number in strokes.items()}
        numbers = [len(block) // len(self.code.stroke) for block in re.findall(f"(?:{self.code.stroke})+", text)]
        unknown = [number for number in numbers if number not in letter_of]
        if unknown:
            raise MachineError(
                "Each block of strokes is a letter of the tag system",
                found=f"{unknown[0]} strokes",
                where=f"the tape of {self.name}",
                remedy="Decode with the tag system that was encoded, a run in which no word has fewer than two letters.",
            )
        return tuple(letter_of[number] for number in numbers)

    def _strokes(self, system: TagSystem) -> dict[str, int]:
        """N_k for each letter a_k."""
        self._check(system)
        numbers = [1]
        for _, word in system.rules:
            numbers.append(numbers[-1] + self.code.growth[0] * len(word) + self.code.growth[1])
        return dict(zip(system.letters, numbers, strict=True))

    def _rules(self, system: TagSystem, strokes: Mapping[str, int]) -> str:
        """The tape to the left of the word."""
        rules = [self._rule(strokes, letter, word) for letter, word in reversed(system.rules)]
        return self.code.halt + "".join(rules) + self.code.word_start

    def _rule(self, strokes: Mapping[str, int], letter: str, word: Sequence[str]) -> str:
        first = strokes[word[0]] - (strokes[letter] if self.code.is_difference else 0)
        numbers = [first, *(strokes[further] + self.code.further for further in word[1:])]
        blocks = [self.code.rule_stroke * number for number in reversed(numbers)]
        return self.code.rule_start + self.code.rule_joint.join(blocks) + self.code.rule_end

    def _turned_rules(self, system: TagSystem, strokes: Mapping[str, int]) -> str:
        """The tape to the left of the word at the end."""
        rules, width = self._rules(system, strokes)[len(self.code.halt) :], len(self.code.rule_stroke)
        turned = dict(self.signs.turned)
        parts = [rules[start : start + width] for start in range(0, len(rules), width)]
        return self.signs.halted + "".join(turned.get(part, part) for part in parts)

    def _check(self, system: TagSystem) -> None:
        if len(system.halting) != 1:
            raise MachineError(
                "A tag system on a universal machine has exactly one letter without a rule",
                found=", ".join(map(repr, system.halting)) or "none",
                where=f"the tag system for {self.name}",
                remedy="Let one letter halt: give the others rules, or let a rule append a letter that has none.",
            )
        for index, (letter, word) in enumerate(system.rules):
            if not word:
                raise MachineError(
                    "Each rule of a tag system on a universal machine appends at least one letter",
                    found=f"an empty word for {letter!r}",
                    where=f"the tag system for {self.name}",
                    remedy="Let the rule append a letter.",
                )
            if self.code.is_difference and system.letters.index(word[0]) < index:
                raise MachineError(
                    f"For {self.name} no rule appends a word that begins with an earlier letter",
                    found=f"{letter!r} appends {' '.join(word)!r}, and {word[0]!r} comes before {letter!r}",
                    where="the tag system",
                    remedy="Give the rules in another order, or take rogozhin_24x2 or rogozhin_2x18.",
                )


_CODE_24X2 = Code(
    growth=(1, 2),
    stroke="01",
    joint="11",
    end="",
    halt="1110",
    rule_start="1010",
    rule_stroke="00",
    rule_joint="10",
    rule_end="10",
    word_start="10",
)
_SIGNS_24X2 = Signs(
    back=0,
    erased_before="(?:(?:00)*0101)?",
    erased_after="",
    halted_state="K",
    halted="1111",
    turned=(("00", "01"),),
    halted_erased="(?:01)+",
)
_CODE_4X6 = Code(
    growth=(2, 0),
    stroke="1",
    joint="5",
    end="",
    halt="422",
    rule_start="12",
    rule_stroke="1",
    rule_joint="22",
    rule_end="2",
    word_start="",
    is_difference=True,
)
_SIGNS_4X6 = Signs(
    back=0,
    erased_before="1*",
    erased_after="",
    halted_state="C",
    halted="433",
    turned=(("2", "3"),),
    halted_erased="1+",
    leaves_letter=True,
)
_CODE_2X18 = Code(
    growth=(1, 1),
    stroke="1",
    joint="c",
    end="c",
    halt="tt",
    rule_start="bb",
    rule_stroke="1",
    rule_joint="b",
    rule_end="",
    word_start="bb",
    further=1,
)
_SIGNS_2X18 = Signs(
    back=1,
    erased_before="",
    erased_after="W*",
    halted_state="q1",
    halted="tW",
    turned=(("1", "X"), ("b", "J")),
    halted_erased="X+(?:1+c)?",
)

UNIVERSAL_MACHINES: Mapping[str, UniversalMachine] = {
    "rogozhin_24x2": UniversalMachine("rogozhin_24x2", _CODE_24X2, _SIGNS_24X2),
    "rogozhin_4x6": UniversalMachine("rogozhin_4x6", _CODE_4X6, _SIGNS_4X6),
    "rogozhin_2x18": UniversalMachine("rogozhin_2x18", _CODE_2X18, _SIGNS_2X18),
}
"""Rogozhin's machines of 24 states and 2 symbols, 4 and 6, and 2 and 18, by the names of their files."""
