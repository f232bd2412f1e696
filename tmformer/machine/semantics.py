"""The reference interpreter: what a Turing machine does, in plain Python; the oracle of everything."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.configuration import Configuration, configuration, initial_configuration
from tmformer.machine.spec import Machine


@final
class Outcome(enum.StrEnum):
    """Why a run ended. The three are never confused."""

    HALTED = "halted"
    """The machine is in a halting state."""
    UNDEFINED = "undefined"
    """There is no transition for the state and the symbol under the tape head."""
    LIMIT = "limit"
    """The machine would go on; the number of machine steps asked for is reached."""


@final
@dataclass(frozen=True)
class Trace:
    """A run, one configuration after every machine step, the initial one first.

    Args:
        configurations: `configurations[t]` is the configuration after t machine steps.
        outcome: why the run ended.
        accepted: True in an accepting state, False in a rejecting one, None where neither is said.
    """

    configurations: tuple[Configuration, ...]
    outcome: Outcome
    accepted: bool | None

    @property
    def steps(self) -> int:
        """Machine steps: transitions applied."""
        return len(self.configurations) - 1

    @property
    def final(self) -> Configuration:
        """The last configuration."""
        return self.configurations[-1]


def step(machine: Machine, now: Configuration) -> Configuration:
    """The configuration one machine step later.

    Raises:
        MachineError: if there is no transition for `now`.
    """
    rule = machine.transition(now.state, now.read(now.head))
    cells = {now.first + index: symbol for index, symbol in enumerate(now.tape)}
    cells[now.head] = rule.write
    return configuration(rule.next_state, now.head + rule.move.value, cells, machine.blank)


def outcome(machine: Machine, now: Configuration) -> Outcome:
    """What `now` is: halted, undefined, or still running (`Outcome.LIMIT`)."""
    if now.state in machine.halting:
        return Outcome.HALTED
    return Outcome.LIMIT if machine.has_transition(now.state, now.read(now.head)) else Outcome.UNDEFINED


def accepted(machine: Machine, now: Configuration) -> bool | None:
    """True in an accepting state, False in a rejecting one, None in any other."""
    if now.state in machine.accepting:
        return True
    return False if now.state in machine.rejecting else None


def run(machine: Machine, start: Configuration) -> Iterator[Configuration]:
    """`start` and every configuration after it, until there is no transition."""
    cells = {start.first + index: symbol for index, symbol in enumerate(start.tape)}
    state, head = start.state, start.head
    yield start
    while machine.has_transition(state, cells.get(head, machine.blank)):
        rule = machine.transition(state, cells.get(head, machine.blank))
        cells[head] = rule.write
        state, head = rule.next_state, head + rule.move.value
        yield configuration(state, head, cells, machine.blank)


def trace(machine: Machine, symbols: Sequence[str], *, max_steps: int, head: int = 0) -> Trace:
    """Run `machine` on an input, at most `max_steps` machine steps.

    Args:
        machine: the machine.
        symbols: the input, one symbol a cell from cell 0 on.
        max_steps: the most machine steps taken.
        head: the cell of the tape head at the start.

    Raises:
        MachineError: if a symbol of the input is not in the alphabet, or `max_steps` is negative.

    >>> from tmformer.machine import parse
    >>> trace(parse("1RB1LB_1LA1RZ"), (), max_steps=100).steps
    6
    """
    start = initial_configuration(machine.start, check_input(machine.symbols, symbols), machine.blank, head)
    if max_steps < 0:
        raise MachineError(
            "The number of machine steps is zero or more",
            found=str(max_steps),
            where="max_steps",
            remedy="Ask for zero or more machine steps.",
        )
    configurations: list[Configuration] = []
    for now in run(machine, start):
        configurations.append(now)
        if len(configurations) > max_steps:
            break
    last = configurations[-1]
    return Trace(tuple(configurations), outcome(machine, last), accepted(machine, last))


def check_input(alphabet: Sequence[str], symbols: Sequence[str]) -> tuple[str, ...]:
    """The input as a tuple, every symbol in the alphabet.

    Raises:
        MachineError: naming the first symbol that is not.
    """
    for index, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or symbol not in alphabet:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise MachineError(
                "Each symbol of the input is in the machine's alphabet",
                found=f"{symbol!r}",
                where=f"the input, symbol {index + 1}",
                remedy=f"Use {', '.join(map(repr, alphabet))}{did_you_mean(str(symbol), alphabet)}",
            )
    return tuple(symbols)


def parse_input(alphabet: Sequence[str], text: str) -> tuple[str, ...]:
    """The input that a user writes as one text: a character a symbol, or symbols separated by blanks.

    Where the blank character is itself a symbol, a text is always read character by character.

    Args:
        alphabet: the tape symbols.
        text: the input.

    Raises:
        MachineError: naming the first symbol that is not in the alphabet.

    >>> parse_input(("0", "1"), "011"), parse_input(("0", "1"), "0 1 1")
    (('0', '1', '1'), ('0', '1', '1'))
    """
    words = text.split()
    has_blanks = text != "".join(words)
    if not has_blanks and len(text) > 1 and text in alphabet and set(text) <= set(alphabet):
        raise MachineError(
            "An input can be read in one way",
            found=f"{text!r}, which is a symbol and {len(text)} symbols",
            where="the input",
            remedy=f"Write {' '.join(text)!r} for {len(text)} symbols, or {text + ' '!r} for one.",
        )
    is_list = " " not in alphabet and (has_blanks or text in alphabet)
    return check_input(alphabet, words if is_list else text)
