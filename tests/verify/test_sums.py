"""Trials of sums, products and quotients hold on this device, and see faults."""

import pytest

from tests.verify.planted import (
    Elided,
    Flushing,
    Reciprocal,
    ShortCounts,
    ShortFactors,
    ShortSums,
    means,
    other_row_order,
    reciprocal_average,
    trials,
)
from tmformer.precision import NATIVE_FORMATS
from tmformer.verify.sums import NOTES, TRIALS, subnormals_seen


@pytest.mark.parametrize(("format_name", "name"), trials(TRIALS))
def test_it_holds(format_name: str, name: str):
    found = TRIALS[name](means(format_name))
    assert found.held, found.worst


@pytest.mark.long
@pytest.mark.parametrize("name", TRIALS)
@pytest.mark.parametrize(("format_name", "policy"), [("float8_e4m3fn", "pure"), ("e5m7", "accumulate-float32")])
def test_it_holds_where_a_format_is_emulated(format_name: str, policy: str, name: str):
    found = TRIALS[name](means(format_name, policy=policy))
    assert found.held, found.worst


@pytest.mark.parametrize(
    ("name", "kind", "format_name", "part"),
    [
        ("ties", Reciprocal, "float32", "the average of 7 ties of value 3 is 3.0000002"),
        ("ties", ShortCounts, "float32", "the number of 17 ties"),
        ("ties", ShortSums, "float32", "ties of value 127 is"),
        ("quotients", Reciprocal, "float32", "21 / 7 is 3.0000002"),
        ("products", ShortFactors, "float32", "alone in a sum of 24, is"),
        ("sums in any order", ShortSums, "float32", "integers, in a matrix, is"),
        ("roundings", Elided, "bfloat16", "rounded to bfloat16"),
        ("roundings", Elided, "float16", "rounded to float16"),
        ("subnormal numbers", Flushing, "float16", "a difference, in units of the least normal number, is 0.0"),
    ],
)
def test_a_fault_is_seen(name: str, kind: type, format_name: str, part: str):
    found = TRIALS[name](means(format_name, kind))
    assert not found.held
    assert part in found.worst


def test_a_fault_is_seen_row_by_row():
    found = TRIALS["ties"](means(row_average=reciprocal_average))
    assert "the average, row by row, of 7 ties of value 3 is 3.0000002" in found.worst

    def short(matrix, vector, accumulation):
        return other_row_order(matrix, vector, accumulation).astype("bfloat16").astype(accumulation)

    for name in ("products", "sums in any order"):
        assert not TRIALS[name](means(row_sum=short)).held


def test_notes():
    assert all(note(means("e5m7")) for note in NOTES.values())
    assert NOTES["products at default precision"](means("float64")) == "exact"
    assert subnormals_seen(means("float16")) == "survive"
    assert subnormals_seen(means("float16", Flushing)) == "in part flushed to zero"


@pytest.mark.long
@pytest.mark.parametrize("name", ["ties", "quotients"])
@pytest.mark.parametrize("format_name", [*NATIVE_FORMATS, "float8_e5m2"])
def test_many_positions(format_name: str, name: str):
    found = TRIALS[name](means(format_name, positions=4096))
    assert found.held, found.worst
