"""Cellular: what its labels name."""

from hypothesis import given
from hypothesis import strategies as st

from tmformer.machine import Machine
from tmformer.pipeline import compile as compile_machine
from tmformer.program import Flag, OneHot
from tmformer.strategies import machines

CELLS = st.one_of(st.none(), st.integers(1, 40))


@given(machines(), st.integers(0, 20), CELLS)
def test_labels_name_every_register_that_the_construction_uses(machine: Machine, steps: int, cells: int | None):
    labels = compile_machine(machine, steps=steps, cells=cells).labels
    assert labels.register("symbol").type == OneHot(machine.symbols)
    assert labels.register("stay").type == OneHot(machine.states)
    assert labels.register("bos").type == labels.register("cell").type == Flag()
    assert [register.name for register in labels.registers if register.scratch] == ["arriving"]
    assert [invariant.kind for invariant in labels.invariants] == ["single carrier", "distinct keys"]
