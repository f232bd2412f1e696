"""The middle of the house has never heard of Turing machines: not in its imports, and not in its words."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "tmformer"
MIDDLE = ("program", "weights", "precision", "model", "decode")
WORD = re.compile(r"\b(tapes?|machines?|turing|tape head)\b", re.IGNORECASE)
CARD = re.compile(r"^Never .*\n(?:  .*\n)*|Nobody here has heard .*", re.MULTILINE)


def faults(name: str, text: str) -> list[str]:
    """The words of Turing machines in a module, but for what its card says that it never does."""
    spoken = CARD.sub("", text)
    return [f"{name}: {match.group(0)!r}" for match in WORD.finditer(spoken)]


def test_no_room_of_the_middle_speaks_of_turing_machines():
    modules = [path for room in MIDDLE for path in sorted((PACKAGE / room).glob("*.py"))]
    assert len(modules) > 20
    found = [
        fault for path in modules for fault in faults(str(path.relative_to(PACKAGE)), path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_it_can_fail():
    assert faults("decode/fast.py", '"""Knows the machine."""\nNever      machine, constructions.\n') == [
        "decode/fast.py: 'machine'"
    ]
