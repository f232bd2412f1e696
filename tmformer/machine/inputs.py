"""Inputs: what a user writes on the tapes before the first machine step."""

from collections.abc import Sequence

from tmformer.errors import MachineError, did_you_mean
from tmformer.machine.configuration import Configuration, initial_configuration
from tmformer.machine.spec import Machine

SEPARATOR = "|"
"""What stands between the inputs of two tapes in one text."""


def starting_configuration(
    machine: Machine, symbols: Sequence[str] = (), further: Sequence[Sequence[str]] = (), *, head: int = 0
) -> Configuration:
    """The configuration of a machine before the first machine step; each input begins at cell 0.

    Args:
        machine: the machine.
        symbols: the input of the first tape.
        further: those of the tapes after it; blank where none is given.
        head: the cell of the first tape's head; the others begin at cell 0.

    Raises:
        MachineError: if a symbol is not in the alphabet, there are more inputs than tapes, or the tape head is before the
            beginning of a one-way tape.

    >>> from tmformer.machine import parse
    >>> str(starting_configuration(parse("1RB1LB_1LA1RZ"), "011"))
    'A: [0]11'
    """
    if 1 + len(further) > machine.tapes:
        raise MachineError(
            "There is an input for each tape at most",
            found=f"{1 + len(further)} inputs",
            where=f"{machine.name}, which has {machine.tapes} tape{'s' * (machine.tapes != 1)}",
            remedy=f"Leave some out; in one text {SEPARATOR!r} stands between the inputs of two tapes.",
        )
    if machine.one_way and head < 0:
        raise MachineError(
            "A one-way tape begins at cell 0",
            found=f"the tape head at cell {head}",
            where=machine.name,
            remedy="Start at cell 0 or to the right of it.",
        )
    given = [check_input(machine.symbols, each) for each in (symbols, *further)]
    given += [()] * (machine.tapes - len(given))
    return initial_configuration(machine.start, given[0], machine.blank, head, tuple(given[1:]))


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


def parse_inputs(alphabet: Sequence[str], text: str, tapes: int) -> tuple[tuple[str, ...], ...]:
    """The inputs of all tapes that a user writes as one text, with ``|`` between two of them.

    Args:
        alphabet: the tape symbols.
        text: the inputs; those left out at the end are blank.
        tapes: how many tapes there are; with one, ``|`` may be part of a symbol as any other character.

    Raises:
        MachineError: if there are more inputs than tapes, a symbol is not in the alphabet, or ``|`` is in the alphabet of
            several tapes.

    >>> parse_inputs(("0", "1"), "01|1", 2)
    (('0', '1'), ('1',))
    """
    if tapes == 1 and (SEPARATOR not in text or any(SEPARATOR in symbol for symbol in alphabet)):
        return (parse_input(alphabet, text),)
    words = text.split(SEPARATOR)
    if SEPARATOR in alphabet or len(words) > tapes:
        raise MachineError(
            f"The inputs of several tapes stand in one text with {SEPARATOR!r} between them",
            found=f"{SEPARATOR!r} in the alphabet" if SEPARATOR in alphabet else f"{len(words)} inputs",
            where=f"the input of {tapes} tape{'s' * (tapes != 1)}",
            remedy="Give at most one input a tape; from Python as a sequence, which has no separator.",
        )
    return tuple(parse_input(alphabet, word.strip() if " " not in alphabet else word) for word in words)
