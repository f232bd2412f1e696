"""What every construction offers: four names that work from labels alone, and letters for its formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmformer.constructions import CONSTRUCTIONS, Construction, construction
from tmformer.errors import ConstructionError
from tmformer.machine import Machine, initial_configuration
from tmformer.program import check_program
from tmformer.strategies import machines_with_inputs


@pytest.mark.parametrize("name", CONSTRUCTIONS)
@given(pair=machines_with_inputs(), steps=st.integers(0, 12))
def test_the_simulation_relation(name: str, pair: tuple[Machine, tuple[str, ...]], steps: int):
    machine, symbols = pair
    made = construction(name)
    program = made.compile(machine, steps=steps, cells=None, head=0, input_length=len(symbols), origin=None)
    check_program(program)
    start = initial_configuration(machine.start, symbols, machine.blank)
    assert made.decode_configuration(program.labels, made.encode_configuration(program.labels, start)) == start
    assert program.labels.construction == name
    assert program.labels.loops == steps


def test_the_table_holds_constructions_by_their_own_names():
    assert all(
        isinstance(made, Construction) and made.claims.construction == name for name, made in CONSTRUCTIONS.items()
    )


def test_a_name_that_is_none_is_refused_with_a_hint():
    with pytest.raises(ConstructionError, match="one of those the table knows") as caught:
        construction("celular")
    assert "cellular" in caught.value.remedy
