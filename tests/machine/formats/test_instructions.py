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
    writes, target = instruction.writes, instruction.target
    return writes and writes[0].value, instruction.moves[0], target and target.value


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
    assert [symbol.value for (symbol,), _ in table["a"].rules] == ["0", "[", "x"]


def test_a_key_of_several_tapes_is_a_list_or_a_list_of_lists():
    text = "{a: {[0, 1]: {move: [L, S]}, [[1, 0], [1, 1]]: {write: [x, y], move: [R, R], state: b}}, b: }"
    rules = parse_table(value(text), {}, 2)["a"].rules
    assert [tuple(symbol.value for symbol in read) for read, _ in rules] == [("0", "1"), ("1", "0"), ("1", "1")]
    assert rules[0][1] == Instruction(None, (Move.LEFT, Move.STAY), None)
    writes, target = rules[2][1].writes, rules[2][1].target
    assert writes is not None
    assert target is not None
    assert ([each.value for each in writes], rules[2][1].moves, target.value) == (["x", "y"], (Move.RIGHT,) * 2, "b")
