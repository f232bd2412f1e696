"""What the machines of `machines/` compute, said a second time in Python: arithmetic and string functions, no Turing machine.

`RESULTS` gives the symbols on the tape at the end, `LANGUAGES` whether a word is accepted. Machines that compute no function
of their input (the busy beavers, and those that do not halt) are in neither; `corpus.py` has a simulator of its own for them.
"""

import re
from collections.abc import Callable, Sequence


def _increment(word: str) -> str:
    return format(int(word or "0", 2) + 1, f"0{max(1, len(word))}b")


def _unary_sum(word: str) -> str:
    return "1" * sum(map(len, word.split("+")))


def _binary_sum(word: str) -> str:
    first, second = word.split("+")
    width = max(len(first), len(second))
    return format(_value(first) + _value(second), f"0{width}b") if width else ""


def _unary_product(word: str) -> str:
    first, second = word.split("*")
    return "1" * (len(first) * len(second))


def _binary_product(word: str) -> str:
    first, second = word.split("*")
    places = [place + len(first) for place, digit in enumerate(reversed(second)) if digit == "1"]
    width = max([len(second), *places])
    return format(_value(first) * _value(second), f"0{width}b") if width else ""


def _value(digits: str) -> int:
    return int(digits or "0", 2)


def _collatz(word: str) -> str:
    number = _value(word)
    while number > 1:
        number = 3 * number + 1 if number % 2 else number // 2
    return "1" * number


def _to_binary(word: str) -> str:
    return format(len(word), "b") if word else ""


def _is_balanced(word: str) -> bool:
    while "()" in word:
        word = word.replace("()", "")
    return not word


def _is_power_word(word: str) -> bool:
    third = len(word) // 3
    return word == "a" * third + "b" * third + "c" * third


def _is_prime(word: str) -> bool:
    return re.fullmatch(r"1?|(11+?)\1+", word) is None


_NEXT_LIGHT = {"green": "yellow", "yellow": "red", "red": "green"}

RESULTS: dict[str, Callable[[str], Sequence[str]]] = {
    "increment": _increment,
    "unary_addition": _unary_sum,
    "binary_addition": _binary_sum,
    "unary_multiplication": _unary_product,
    "binary_multiplication": _binary_product,
    "copy": lambda word: f"{word}#{word}",
    "sort": lambda word: "".join(sorted(word)),
    "collatz": _collatz,
    "flip_bits": lambda word: word.translate(str.maketrans("01", "10")),
    "reverse": lambda word: word[::-1],
    "binary_counter": lambda word: "1" * len(word),
    "unary_doubling": lambda word: word + word,
    "unary_to_binary": _to_binary,
    "traffic_lights": lambda word: [_NEXT_LIGHT[light] for light in word.split()],
}
"""The tape at the end of a run that halts; the input is one text, its symbols separated by blanks if they are words."""

LANGUAGES: dict[str, Callable[[str], bool]] = {
    "palindrome": lambda word: word == word[::-1],
    "balanced_parentheses": _is_balanced,
    "anbncn": _is_power_word,
    "divisible_by_3": lambda word: _value(word) % 3 == 0,
    "prime": _is_prime,
    "even_zeros_and_ones": lambda word: word.count("0") % 2 == word.count("1") % 2 == 0,
}
"""Whether a machine accepts its input."""
