"""Trials of the MLP hold on this device, and see faults."""

import pytest

from tests.verify.planted import (
    BiasFirst,
    OtherOrder,
    ShortFactors,
    ShortHidden,
    means,
    other_row_order,
    trials,
)
from tmformer.verify.gates import TRIALS


@pytest.mark.parametrize(("format_name", "name"), trials(TRIALS))
def test_it_holds(format_name: str, name: str):
    found = TRIALS[name](means(format_name))
    assert found.held, found.worst
    assert found.tried > 8


@pytest.mark.parametrize(
    "name", ["gates", "clearing", pytest.param("units that read the same", marks=pytest.mark.long)]
)
def test_it_holds_where_a_format_is_emulated(name: str):
    found = TRIALS[name](means("float8_e4m3fn", policy="pure"))
    assert found.held, found.worst
    assert found.tried > 8


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("gates", ShortHidden, "the gate of 1 at "),
        ("clearing", ShortFactors, "cleared, is"),
        ("units that read the same", OtherOrder, "the sum of unit 4 of 5, padded to 5, alike in row"),
        ("units that read the same", BiasFirst, "unit 0 of 5, padded to 5, with its bias in row"),
    ],
)
def test_a_fault_is_seen(name: str, kind: type, part: str):
    found = TRIALS[name](means(kind=kind))
    assert not found.held
    assert part in found.worst


def test_a_fault_is_seen_row_by_row():
    found = TRIALS["units that read the same, row by row"](means(row_sum=other_row_order))
    assert not found.held
    assert "padded to 16, alike in row" in found.worst
