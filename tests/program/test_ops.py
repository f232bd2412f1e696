"""The IR is plain data: equal by value, written as its own repr, and refused if JSON says more than it knows."""

import msgspec
import pytest

from tests.program.programs import EXAMPLES
from tmformer import program as room
from tmformer.program import Labels, Program

NAMES = {name: getattr(room, name) for name in room.__all__}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_program_is_its_repr(name: str):
    program = EXAMPLES[name].program
    assert eval(repr(program), dict(NAMES)) == program  # noqa: S307 - our own repr


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_program_is_its_json(name: str):
    program = EXAMPLES[name].program
    assert msgspec.json.decode(msgspec.json.encode(program), type=Program) == program


def test_json_with_an_unknown_field_is_refused():
    """Else `mask`, misspelt, would be no mask."""
    text = msgspec.json.encode(EXAMPLES["rumour"].program).decode()
    assert '"mask"' in text
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text.replace('"mask"', '"mast"'), type=Program)


def test_programs_are_frozen():
    program = EXAMPLES["copy"].program
    with pytest.raises(AttributeError):
        program.blocks = ()


def test_registers_are_found_by_name():
    labels: Labels = EXAMPLES["copy"].program.labels
    assert labels.register("heard").scratch
    assert not labels.register("fetched").scratch
