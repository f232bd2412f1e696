"""Instructions, synonyms and tables."""

import pytest

from tmformer.machine import Move
from tmformer.machine.formats.instructions import Instruction, parse_instruction, parse_synonyms, parse_table
from tmformer.machine.formats.located import Entries, Located
from tmformer.machine.formats.scanning import scan


def value(text: str) -> Located:
    found = scan(f"{{x: {text}}}", "x")
    assert isinstance(found, Entries)
    return found.pairs[0][1]


def plain(instruction: Instruction) -> tuple[str | None, Move, str | None]:
    write, target = instruction.write, instruction.target
    return write and write.value, instruction.move, target and target.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L", (None, Move.LEFT, None)),
        ("S", (None, Move.STAY, None)),
        ("{R: end}", (None, Move.RIGHT, "end")),
        ("{write: 0, R}", ("0", Move.RIGHT, None)),
        ("{S: yes, write: ' '}", (" ", Move.STAY, "yes")),
        ("{L: L}", (None, Move.LEFT, "L")),
        ("go", ("1", Move.LEFT, "q")),
    ],
)
def test_forms(text: str, expected: tuple[str | None, Move, str | None]):
    synonyms = parse_synonyms(value("{go: {write: 1, L: q}, back: L}"))
    assert plain(parse_instruction(value(text), synonyms)) == expected


def test_no_synonyms():
    assert parse_synonyms(scan("{x: }", "x").pairs[0][1]) == {}  # type: ignore[union-attr]


@pytest.mark.parametrize("body", ["", "{}", "~", "null"])
def test_bodies_without_rules(body: str):
    assert parse_table(value(f"{{a: {body}}}"), {})["a"].rules == ()


def test_a_list_of_symbols_stands_for_each():
    table = parse_table(value("{a: {[0, '[']: R, x: L}, b: }"), {})
    assert list(table) == ["a", "b"]
    assert [symbol.value for symbol, _ in table["a"].rules] == ["0", "[", "x"]
