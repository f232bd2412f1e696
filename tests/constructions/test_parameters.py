"""Parameters and fields of labels that may come from a file."""

import msgspec
import pytest

from tmformer.constructions import construction
from tmformer.constructions.parameters import check_fields, check_parameters, number
from tmformer.errors import ConstructionError
from tmformer.machine import load
from tmformer.program import Labels

LABELS = construction("wei_ma").compile(load("bb2"), steps=3, cells=2).labels
KINDS: dict[str, type] = {"machine": str, "steps": int}


def test_a_parameter_is_a_whole_number():
    assert (number(LABELS, "steps"), number(LABELS, "records")) == (3, 2)


@pytest.mark.parametrize("name", KINDS)
def test_a_parameter_that_is_missing_or_of_another_type_is_named(name: str):
    check_parameters(LABELS, KINDS)
    wrong = {"machine": 3, "steps": "3"}[name]
    for parameters in (LABELS.parameters | {name: wrong}, {k: v for k, v in LABELS.parameters.items() if k != name}):
        with pytest.raises(ConstructionError, match="those that the wei_ma construction writes") as caught:
            check_parameters(msgspec.structs.replace(LABELS, parameters=parameters), KINDS)
        assert (caught.value.found, caught.value.where) == (f"{name} = {parameters.get(name)!r}", f"parameter {name!r}")


@pytest.mark.parametrize("name", [name for name in Labels.__struct_fields__ if name != "sharpness"])
def test_every_field_but_the_sharpness_is_compared(name: str):
    check_fields(LABELS, LABELS)
    check_fields(msgspec.structs.replace(LABELS, sharpness=99), LABELS)
    held = getattr(LABELS, name)
    other = held[1:] if isinstance(held, tuple) and held else "x"
    with pytest.raises(ConstructionError) as caught:
        check_fields(msgspec.structs.replace(LABELS, **{name: other}), LABELS)
    assert caught.value.where == name
    assert len(caught.value.found) <= 200
    if name == "registers":
        assert caught.value.found.startswith("input, step, moved, ")
