"""Trials of exp hold on this device, and see faults."""

import numpy as np
import pytest

from tests.verify.planted import Fused, LessThanOne, Rough, Soft, means, reciprocal_average, trials
from tmformer.precision import FORMATS
from tmformer.verify import powers
from tmformer.verify.powers import TRIALS


@pytest.mark.parametrize(("format_name", "name"), trials(TRIALS))
def test_it_holds(format_name: str, name: str):
    found = TRIALS[name](means(format_name))
    assert found.held, found.worst
    assert found.tried > 8


@pytest.mark.long
@pytest.mark.parametrize("name", TRIALS)
@pytest.mark.parametrize("format_name", ["float8_e4m3fn", "float8_e5m2", "e5m7"])
def test_it_holds_where_a_format_is_emulated(format_name: str, name: str):
    found = TRIALS[name](means(format_name, policy="pure"))
    assert found.held, found.worst


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("softmax at its largest score", LessThanOne, "exp(0) is 0.99999"),
        ("softmax at its largest score", Fused, "ln 2 times scores, is "),
        ("exp from -beta on", Soft, "exp(-128) is 1.6"),
        ("hard attention", Soft, "the attention weight of score"),
        ("exp of graded gaps", Rough, "units in the last place off"),
        ("exp of graded gaps", Soft, "exp(-0.69"),
        ("graded softmax", Soft, "the power at 1 ln 2 of score"),
    ],
)
def test_a_fault_is_seen(name: str, kind: type, part: str):
    found = TRIALS[name](means(kind=kind))
    assert not found.held
    assert part in found.worst


def test_a_fault_is_seen_row_by_row():
    """Powers that are all 1."""

    def flat(logits, values, accumulation):
        return reciprocal_average(logits * 0, values, accumulation)

    for name in ("exp from -beta on", "hard attention", "graded softmax"):
        found = TRIALS[name](means(row_average=flat))
        assert "row by row" in found.worst
        assert not found.held


def test_ulps():
    """Against numbers that are known: exp(-1) = 0.36787944..., 1 unit of float32 there is 2**-25."""
    right = float(np.float32(np.exp(-1.0)))
    assert powers._ulps(-1.0, right, FORMATS["float32"]) <= 0.5
    assert 2.5 <= powers._ulps(-1.0, right + 3 * 2.0**-25, FORMATS["float32"]) <= 3.5
    assert powers._ulps(-200.0, 2.0**-126, FORMATS["float32"]) == 0
    assert powers._ulps(0.0, float("inf"), FORMATS["float32"]).is_infinite()
    assert powers._ulps(0.0, float("nan"), FORMATS["float32"]).is_nan()
