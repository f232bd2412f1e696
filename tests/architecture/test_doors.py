"""Each room has a door with a card, the card is true, and others enter by the door."""

import ast
import re

import pytest

from tests.architecture.source import Source, expect_none, imports, package

CARD = ("Takes", "Gives", "May touch", "Never")


def doors(sources: list[Source]) -> dict[str, Source]:
    """The `__init__` of each room."""
    return {
        source.room: source
        for source in sources
        if source.path.count("/") == 2 and source.path.endswith("/__init__.py")
    }


def offered(door: Source) -> set[str]:
    """The names in the `__all__` of a door."""
    for node in door.tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(x, ast.Name) and x.id == "__all__" for x in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def card(door: Source) -> dict[str, str]:
    """The four entries of a card, each as one text."""
    text = ast.get_docstring(door.tree) or ""
    entries = re.split(rf"^({'|'.join(CARD)})\b", text, flags=re.MULTILINE)[1:]
    return {name: " ".join(entry.split()) for name, entry in zip(entries[::2], entries[1::2], strict=True)}


def card_faults(sources: list[Source]) -> list[str]:
    rooms = {source.path.split("/")[1] for source in sources if source.path.count("/") >= 2}
    found = [f"tmformer/{room}: no __init__.py" for room in sorted(rooms - set(doors(sources)))]
    for room, door in doors(sources).items():
        entries = card(door)
        if tuple(entries) != CARD or not all(entries.values()):
            found.append(f"{door.path}: its card has {list(entries)}, not {list(CARD)}")
            continue
        for source in [source for source in sources if source.room == room]:
            for line, module, name in imports(source):
                other = target_room(module, name)
                if other not in ("", room) and not re.search(rf"\b{other}\b", entries["May touch"]):
                    found.append(f"{source.at(line)}: imports {other}, which the card does not name under 'May touch'")
    return found


def target_room(module: str, name: str) -> str:
    """The room that an import enters, or "" if it leaves the package or asks for `tmformer` itself."""
    parts = module.split(".")
    if parts[0] != "tmformer":
        return ""
    return parts[1] if len(parts) > 1 else name


def entry_faults(sources: list[Source]) -> list[str]:
    inner = {".".join(source.parts) for source in sources if len(source.parts) > 2}
    found: list[str] = []
    for source in sources:
        for line, module, name in imports(source):
            room = target_room(module, name)
            if room in ("", source.room) or room not in doors(sources):
                continue
            by_door = module in ("tmformer", f"tmformer.{room}")
            if not by_door or (f"{module}.{name}" in inner and name not in offered(doors(sources)[room])):
                found.append(f"{source.at(line)}: enters {room} by {f'{module}.{name}'.rstrip('.')}, not by its door")
    return found


def test_each_room_has_a_true_card():
    expect_none(card_faults(package()))


def test_rooms_are_entered_by_their_door():
    expect_none(entry_faults(package()))


GOOD = '"""Weights.\n\nTakes      a Program.\nGives      Weights.\nMay touch  program,\n           errors.\nNever      jax.\n"""\n'


@pytest.mark.parametrize(
    "sources",
    [
        [Source("tmformer/weights/layout.py", "")],
        [Source("tmformer/weights/__init__.py", '"""Weights."""')],
        [Source("tmformer/weights/__init__.py", GOOD.replace("Never", "Seldom"))],
        [Source("tmformer/weights/__init__.py", GOOD), Source("tmformer/weights/a.py", "import tmformer.machine")],
        [Source("tmformer/weights/__init__.py", GOOD), Source("tmformer/weights/a.py", "from tmformer import machine")],
    ],
)
def test_cards_can_fail(sources: list[Source]):
    assert card_faults(sources)


@pytest.mark.parametrize(
    "line",
    [
        "from tmformer.weights.layout import Layout",
        "import tmformer.weights.layout",
        "from tmformer.weights import layout",
        "def f():\n    from tmformer.weights.layout import Layout",
    ],
)
def test_entries_can_fail(line: str):
    room = [Source("tmformer/weights/__init__.py", GOOD), Source("tmformer/weights/layout.py", "")]
    assert entry_faults([*room, Source("tmformer/model/load.py", line)])
    assert entry_faults([*room, Source("tmformer/cli.py", line)])
    assert entry_faults([*room, Source("tmformer/weights/table.py", line)]) == []


def test_good_entries_pass():
    room = [
        Source("tmformer/weights/__init__.py", f'{GOOD}__all__ = ["Weights", "file"]\n'),
        Source("tmformer/weights/file.py", "from tmformer.errors import WeightsError\nimport tmformer.program"),
    ]
    model = "import tmformer.weights\nfrom tmformer.weights import Weights, file\nfrom tmformer import weights"
    assert card_faults(room) == []
    assert entry_faults([*room, Source("tmformer/pipeline.py", model)]) == []
